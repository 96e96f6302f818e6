"""Web pages: the article's text with its headings, lists and tables, without the navigation."""

import re

from assistant.documents.document import BlockKind, Document
from assistant.documents.html_tree import BLOCKS, Node, decode_html, parse_html
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder

_NEVER = frozenset(
    (
        "script style noscript template svg math iframe object canvas audio video head nav "
        "button select textarea datalist dialog link meta title"
    ).split()
)
_FURNITURE = frozenset("aside footer form search".split())
_FURNITURE_ROLES = frozenset(
    "navigation banner contentinfo complementary search menu menubar toolbar dialog".split()
)
_FURNITURE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|footer|cookies?|share|sharing|"
    r"social|advert|ads?|promo|related|newsletter|subscribe|toc|pagination|skip)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# A part that calls itself furniture is believed if this share of its text is links.
_LINKED = 0.3
# An <article> or <main> is the page if it holds this share of its text.
_SHARE = 0.4


def parse(data: bytes, name: str) -> Document:
    """The document of an HTML file: what its author wrote, not what surrounds it."""
    markup, note = decode_html(data)
    tree = parse_html(markup)
    builder = TextBuilder()
    write(article(tree), builder)
    if builder.is_empty:  # better everything than nothing
        write(tree, builder)
    return builder.document(_title(tree) or builder.first_heading() or name, note)


def write(node: Node, builder: TextBuilder, *, below: int = 0) -> None:
    """Add the blocks of a tree; its headings count from level `below` + 1."""
    _Writer(builder, below).walk(node, "paragraph")


def article(tree: Node) -> Node:
    """The part of a page that holds its article; the whole page where none stands out."""
    whole = len(_visible(tree))
    for tag in ("main", "article"):
        found = [n for n in tree.iter() if n.tag == tag or n.attributes.get("role") == tag]
        if not found:
            continue
        best = max(found, key=lambda n: len(_visible(n)))
        if len(_visible(best)) >= whole * _SHARE:
            return best
    return tree


def _title(tree: Node) -> str:
    named = next((n for n in tree.iter() if n.tag == "title"), None)
    return " ".join(named.text().split()) if named is not None else ""


def _visible(node: Node) -> str:
    if _is_left_out(node):
        return ""
    return "".join(c if isinstance(c, str) else _visible(c) for c in node.children)


def _is_left_out(node: Node) -> bool:
    given = node.attributes
    if node.tag in _NEVER or "hidden" in given or given.get("aria-hidden") == "true":
        return True
    if node.tag in _FURNITURE or given.get("role", "").lower() in _FURNITURE_ROLES:
        return True
    if _HIDDEN_STYLE.search(given.get("style", "")):
        return True
    label = f"{given.get('class', '')} {given.get('id', '')}"
    return bool(_FURNITURE_NAMES.search(label)) and _link_share(node) > _LINKED


def _link_share(node: Node) -> float:
    linked = sum(len(n.text().strip()) for n in node.iter() if n.tag == "a")
    return linked / max(1, len(node.text().strip()))


class _Writer:
    """Walks a tree and ends a block where the page does."""

    def __init__(self, builder: TextBuilder, below: int) -> None:
        self._builder = builder
        self._below = below
        self._line: list[str] = []

    def walk(self, node: Node, kind: BlockKind) -> None:
        self._children(node, kind)
        self._end(kind)

    def _children(self, node: Node, kind: BlockKind) -> None:
        for child in node.children:
            if isinstance(child, str):
                # Line ends of the source are white space; only <br> ends a line.
                self._line.append(re.sub(r"\s+", " ", child))
            elif not _is_left_out(child):
                self._element(child, kind)

    def _element(self, node: Node, kind: BlockKind) -> None:
        if node.tag == "br":
            self._line.append("\n")
        elif node.tag == "pre":
            self._end(kind)
            self._builder.add(node.text(), "code")
        elif node.tag == "table" and _is_data(node):
            self._end(kind)
            self._table(node)
        elif re.fullmatch("h[1-6]", node.tag):
            self._end(kind)
            self._builder.heading(node.text(), self._below + int(node.tag[1]))
        elif node.tag in BLOCKS:
            self._end(kind)
            self.walk(node, "list" if node.tag in {"li", "dt", "dd"} else kind)
        elif node.tag in {"sup", "sub"} and _is_reference(node):
            return
        else:
            self._children(node, kind)

    def _end(self, kind: BlockKind) -> None:
        text = "".join(self._line)
        self._line.clear()
        if text.strip():
            self._builder.add(text, kind)

    def _table(self, table: Node) -> None:
        rows: list[list[str]] = []
        marked = None
        for row in (n for n in table.iter() if n.tag == "tr"):
            cells = [c for c in row.children if isinstance(c, Node) and c.tag in {"td", "th"}]
            if not rows and len(cells) > 1:
                marked = all(c.tag == "th" for c in cells) or None
            rows.append([_visible(c) for c in cells])
        # Text that is in no cell stands before the table (WHATWG HTML, foster parenting).
        self._builder.add("".join(c for c in table.children if isinstance(c, str)))
        for caption in (n for n in table.iter() if n.tag == "caption"):
            self._builder.add(caption.text())
        self._builder.rows(readable_rows(rows, marked))


def _is_data(table: Node) -> bool:
    """A table of data, not one that only lays out a page: no blocks or tables in its cells."""
    inner = [n.tag for cell in table.children if isinstance(cell, Node) for n in cell.iter()]
    return not any(t in {"table", "h1", "h2", "h3", "ul", "ol", "pre"} for t in inner)


def _is_reference(node: Node) -> bool:
    """A footnote's mark such as "[12]"."""
    return re.fullmatch(r"\s*\[\w{1,4}\]\s*", node.text()) is not None
