"""The report is one page that holds everything, and nothing that documents say can break it."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from scored import HARMFUL, comparison, curves, measures, question, results

from assistant.evaluation.report import render, write_report
from assistant.evaluation.report.words import difference, figure, interval, with_gold
from assistant.evaluation.results import Curves, RiskPoint

VOID = set("meta br input rect line circle polyline".split())


class Page(HTMLParser):
    """The page's elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render(results()))


def test_every_question_is_there_with_all_that_is_known_of_it(page: Page) -> None:
    assert len(page.all("article")) == 30
    for number in range(30):
        assert f"Who built bridge {number}?" in page.text
        assert (
            f"Bridge {number} was built in {1500 + number} by Otto Stahn. Sentence 2." in page.text
        )
        assert f"The reason for {number}." in page.text
    for part in ("overclaim", "part 1.txt:2", "page 1", "after: Which bridges are there?",
                 "Otto Stahn", "supported", "confidence 0.37", "first text 129 ms"):  # fmt: skip
        assert part in page.text


def test_measures_have_interval_definition_and_source(page: Page) -> None:
    for part in ("0.500.41\u20130.59100", "1,234 ms1,200\u20131,300 ms100", "\u2013\u20130",
                 "Share of the questions whose answer holds a gold answer.", "SQuAD 1.1, section 5"):  # fmt: skip
        assert part in page.text


def test_the_comparison_and_other_runs_are_there(page: Page) -> None:
    for part in ("This run against runs/before", "90 questions are in both. 4 are in only one",
                 "Better: gold_in_answer. Worse: f1. All else cannot be told apart.",
                 "+0.10 to +0.30", "\u22120.20", "McNemar, p = 0.012", "without reader",
                 "model.sha256", "a, b"):  # fmt: skip
        assert part in page.text


def test_nothing_is_loaded_from_elsewhere_and_only_its_own_script_may_run() -> None:
    html = render(results())
    page = Page(html)
    for _, attributes in page.elements:
        assert not {"src", "srcset", "action", "style", "xlink:href"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
        assert str(attributes.get("href", "#")).startswith("#")
    assert "url(" not in html
    assert "@import" not in html
    policy = str(page.all("meta")[1]["content"])
    assert policy.startswith("default-src 'none'; ")
    for element in ("style", "script"):
        (inner,) = re.findall(f"<{element}>(.*?)</{element}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_without_the_script_all_is_visible_and_nothing_useless_is(page: Page) -> None:
    assert all("hidden" not in attributes for attributes in page.all("article"))
    cards = [a for name, a in page.elements if name == "details"]
    assert sum("open" in attributes for attributes in cards) == 30
    (form,) = page.all("form")
    assert "hidden" in form


def test_documents_and_models_cannot_break_the_page() -> None:
    bad = question(
        0, id=HARMFUL, question=HARMFUL, kind=HARMFUL, document=f"/docs/{HARMFUL}", why=HARMFUL,
        history=(HARMFUL,), answers=(HARMFUL, "b"), gold_evidence=(HARMFUL,),
        answer={"answer": HARMFUL, "status": HARMFUL, "standalone_question": HARMFUL,
                "citations": [{"marker": HARMFUL, "quote": HARMFUL, "source": HARMFUL}],
                "statements": [{"text": HARMFUL, "support": HARMFUL}]},
    )  # fmt: skip
    named = [replace(m, title=HARMFUL, definition=HARMFUL, source=HARMFUL) for m in measures()]
    html = render(
        results(
            0, name=HARMFUL, questions=(bad,), measures=tuple(named), manifest={HARMFUL: HARMFUL}
        )
    )
    assert not set(html) & set("\x1b\x07\x00\u202e")
    assert [name for name, _ in Page(html).elements].count("script") == 1
    assert not Page(html).all("img")
    assert Page(html).text.count("<img src=x onerror=") >= 15


def test_an_answer_that_lacks_everything_is_still_shown() -> None:
    bare = question(1, answer={}, evidence=(), measures={}, answers=(), gold_evidence=())
    assert "gold: the set gives no answer" in Page(render(results(0, questions=(bare,)))).text


def test_a_run_without_anything_is_a_page_too() -> None:
    empty = results(
        0, measures=(), tables=(), curves=Curves((), (), (), None), manifest={}, time=None,
        comparison=None, variants=(),
    )  # fmt: skip
    page = Page(render(empty))
    assert "No question was asked." in page.text
    assert not page.all("article")
    assert not page.all("svg")


def test_it_is_made_of_headings_in_order_and_tables_with_scopes(page: Page) -> None:
    levels = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all(a.get("scope") for a in page.all("th"))
    assert page.all("html") == [{"lang": "en"}]
    pictures = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(pictures) == len(page.all("figure")) == 3
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in page.all("svg"))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in page.all("a")} <= set(ids)


def test_each_picture_says_in_words_what_it_shows(page: Page) -> None:
    for part in ("If every question is answered, 0.40 of the answers are not right; if only the"
                 " surest 0.50 are, 0.20. It answered 0.80 of them.",
                 "first text within 250 ms and their answer within 600 ms"):  # fmt: skip
        assert page.text.count(part) == 2  # in the picture's title and below it


@pytest.mark.parametrize(
    "points",
    [
        (RiskPoint(1.0, 0.0, 0.5),),
        (RiskPoint(0.5, 1.0, 0.5), RiskPoint(1.0, 1.0, 0.0)),
        tuple(RiskPoint((n + 1) / 5000, 0.3, 0.5) for n in range(5000)),
    ],
)
def test_pictures_of_few_and_many_points(points: tuple[RiskPoint, ...]) -> None:
    html = render(results(3, curves=replace(curves(), risk_coverage=points)))
    drawn = re.findall(r'class="line-1" points="([^"]*)"', html)[0].split()
    assert 1 <= len(drawn) <= 240
    for x, y in (map(float, point.split(",")) for point in drawn):
        assert 0 <= x <= 360
        assert 0 <= y <= 226


def test_figures_have_units_and_signs() -> None:
    assert figure(None, "ms") == "\u2013"
    assert (figure(0.5, "share"), figure(1234.5, "ms"), figure(12.0, "words")) == (
        "0.50",
        "1,234 ms",
        "12",
    )
    assert (figure(12.34, "tokens/s"), figure(812.4, "MB"), figure(3.0, "count")) == (
        "12.3 tokens/s",
        "812 MB",
        "3",
    )
    assert (difference(-0.05, "share"), difference(0.001, "share")) == ("\u22120.05", "0.00")
    assert interval((1040.0, 1121.0), "ms") == "1,040\u20131,121 ms"


def test_gold_answers_are_marked_as_whole_words() -> None:
    assert (
        with_gold("Ana met ana & Anna.", ["ana", "a"])
        == "<mark>Ana</mark> met <mark>ana</mark> &amp; Anna."
    )
    assert with_gold("a < b", ["", " "]) == "a &lt; b"
    assert with_gold("(C++)", ["c++"]) == "(<mark>C++</mark>)"


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    path.write_text("before")
    write_report(results(2), path)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(OSError, match="No such file"):
        write_report(results(2), tmp_path / "none" / "r.html")
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        write_report(results(2), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_has_enough_contrast(scheme: int) -> None:
    """WCAG 2.1, 1.4.3: at least 4.5 to 1, on each background that it stands on."""
    style = (Path(render.__code__.co_filename).with_name("page.css")).read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    texts = "text soft link right refused none false-refusal wrong overclaim".split()
    pairs = [(text, ground) for text in texts for ground in ("page", "raised")]
    pairs.append(("mark-text", "mark"))
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_comparisons_without_flips_say_so() -> None:
    page = Page(render(results(2, comparison=replace(comparison(), flips=(), measures=()))))
    assert "No question changed its verdict." in page.text
