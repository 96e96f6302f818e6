"use strict";
(() => {
  const form = document.getElementById("filter");
  const list = document.getElementById("list");
  if (!form || !list) return;
  const shown = document.getElementById("shown");
  const opener = document.getElementById("open");
  const items = Array.from(list.children, (node, number) => ({
    node, number, data: node.dataset,
    details: node.querySelector("details"),
    text: node.textContent.toLowerCase(),
    rank: Number(node.dataset.rank),
    confidence: Number(node.dataset.confidence),
    total: Number(node.dataset.total),
  }));
  const orders = {
    number: () => 0,
    verdict: (a, b) => a.rank - b.rank,
    sure: (a, b) => b.confidence - a.confidence,
    unsure: (a, b) => a.confidence - b.confidence,
    slow: (a, b) => b.total - a.total,
  };
  let order = "number";
  let open = true;

  const value = (name) => (form.elements[name] ? form.elements[name].value : "");

  const sort = () => {
    if (order === value("order")) return;
    order = value("order");
    items.sort((a, b) => orders[order](a, b) || a.number - b.number);
    list.append(...items.map((item) => item.node));
  };

  const filter = () => {
    const words = value("text").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const item of items) {
      const fits = ["verdict", "kind", "document"].every(
        (name) => !value(name) || item.data[name] === value(name))
        && words.every((word) => item.text.includes(word));
      item.node.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === items.length
      ? `${count} questions` : `${count} of ${items.length} questions`;
  };

  const update = () => { sort(); filter(); };
  const setOpen = (wanted) => {
    open = wanted;
    for (const item of items) item.details.open = open;
    opener.textContent = open ? "Hide all details" : "Show all details";
  };
  // A link to a question shows it, whatever is filtered.
  const follow = () => {
    const item = items.find((one) => `#${one.node.id}` === location.hash);
    if (!item) return;
    if (item.node.hidden) { form.reset(); update(); }
    item.details.open = true;
    item.node.scrollIntoView();
  };

  form.addEventListener("input", update);
  form.addEventListener("reset", () => setTimeout(update));
  form.addEventListener("submit", (event) => event.preventDefault());
  opener.addEventListener("click", () => setOpen(!open));
  addEventListener("hashchange", follow);
  setOpen(false);
  form.hidden = false;
  update();
  follow();
})();
