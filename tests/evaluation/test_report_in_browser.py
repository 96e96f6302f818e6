"""The report in a real browser: filter, order, links, print, phone, and documents that attack it."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, found
from scored import HARMFUL, question, results

from assistant.evaluation.report import write_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(found() is None, reason="no chromium is installed"),
]

SHOWN = "[...document.querySelectorAll('article:not([hidden])')].map((a) => a.id)"
FIRST = "[...document.querySelectorAll('article')].slice(0, 6).map((a) => a.dataset.verdict)"
COUNT = "document.getElementById('shown').textContent"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(results(30), path)
    return path


def choose(browser: Browser, name: str, value: str) -> list[str]:
    """Set a field of the form as a person does, and see which questions are shown."""
    browser.run(
        f"(() => {{ const field = document.getElementById('filter').elements['{name}'];"
        f" field.value = {value!r}; field.dispatchEvent(new Event('input', {{bubbles: true}})); }})()"
    )
    shown: list[str] = browser.run(SHOWN)
    return shown


def test_it_loads_nothing_and_reports_no_error(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert browser.run(COUNT) == "30 questions"
    assert browser.asked_for() == [report.as_uri()]
    assert browser.errors() == []


def test_questions_are_filtered_and_shown_again(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert choose(browser, "verdict", "wrong") == ["q2", "q8", "q14", "q20", "q26"]
    assert browser.run(COUNT) == "5 of 30 questions"
    assert choose(browser, "kind", "when") == ["q2"]
    assert choose(browser, "verdict", "") == ["q2", "q7", "q12", "q17", "q22", "q27"]
    assert choose(browser, "document", "part 2.txt") == ["q12", "q27"]
    assert choose(browser, "text", "BRIDGE 26") == ["q27"]
    assert choose(browser, "text", "nowhere") == []
    assert browser.run(COUNT) == "0 of 30 questions"
    browser.run("document.querySelector('button[type=reset]').click()")
    browser.run("new Promise((done) => setTimeout(done))")
    assert len(browser.run(SHOWN)) == 30


def test_questions_are_put_in_order_and_back(browser: Browser, report: Path) -> None:
    browser.open(report)
    choose(browser, "order", "verdict")
    assert browser.run(FIRST) == ["overclaim"] * 5 + ["wrong"]
    sure = choose(browser, "order", "sure")
    read = "[...document.querySelectorAll('article')].map((a) => Number(a.dataset.%s))"
    confidences = browser.run(read % "confidence")
    assert confidences == sorted(confidences, reverse=True)
    assert choose(browser, "order", "unsure") != sure
    choose(browser, "order", "slow")
    times = browser.run(read % "total")
    assert times == sorted(times, reverse=True)
    assert choose(browser, "order", "number") == [f"q{n}" for n in range(1, 31)]


def test_a_link_to_a_question_shows_it_though_it_is_filtered_out(
    browser: Browser, report: Path
) -> None:
    browser.open(report)
    assert "q2" not in choose(browser, "verdict", "right")
    browser.run("document.querySelector('#comparison ~ ol a[href=\"#q2\"]').click()")
    browser.run("new Promise((done) => setTimeout(done, 50))")
    assert len(browser.run(SHOWN)) == 30
    assert browser.run("document.querySelector('#q2 details').open")
    top = browser.run("document.getElementById('q2').getBoundingClientRect().top")
    assert 0 <= top < 900


def test_details_are_closed_until_asked_for_and_the_page_prints(
    browser: Browser, report: Path
) -> None:
    browser.open(report)
    opened = "document.querySelectorAll('article details[open]').length"
    assert browser.run(opened) == 0
    browser.run("document.getElementById('open').click()")
    assert browser.run(opened) == 30
    browser.run("document.getElementById('open').click()")
    assert browser.run(opened) == 0
    paper = base64.b64decode(browser.send("Page.printToPDF")["data"])
    assert paper.startswith(b"%PDF")


def test_without_its_script_all_is_open(browser: Browser, report: Path) -> None:
    browser.open(report, script=False)
    browser.send("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.run("document.querySelectorAll('article details[open]').length") == 30
    assert browser.run("getComputedStyle(document.getElementById('filter')).display") == "none"
    assert len(browser.run(SHOWN)) == 30


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_itself_never_scrolls_sideways(browser: Browser, report: Path, width: int) -> None:
    browser.open(report, width)
    browser.run("document.getElementById('open').click()")
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_everything_that_scrolls_or_acts(
    browser: Browser, report: Path
) -> None:
    browser.open(report, 390)
    stuck = (
        "[...document.querySelectorAll('.wide')].filter((box) => box.checkVisibility()"
        " && box.scrollWidth > box.clientWidth && box.tabIndex !== 0).length"
    )
    assert browser.run(stuck) == 0
    unnamed = (
        "[...document.querySelectorAll('#filter select, #filter input')]"
        ".filter((field) => !field.labels.length).length"
    )
    assert browser.run(unnamed) == 0


def test_what_documents_say_stays_text(browser: Browser, tmp_path: Path) -> None:
    bad = question(0, question=HARMFUL, answers=(HARMFUL,), document=HARMFUL, kind=HARMFUL)
    path = tmp_path / "bad <report> #1.html"
    write_report(
        results(0, questions=(bad, question(1)), name=HARMFUL, manifest={"m": HARMFUL}), path
    )
    browser.open(path)
    assert browser.run("window.harmed === undefined")
    assert browser.errors() == []
    assert len(browser.asked_for()) == 1
    title = browser.run("document.querySelector('article h3').textContent")
    assert title.startswith("</script><script>window.harmed = true</script>")
    kind = browser.run("document.getElementById('filter').elements.kind.options[1].value")
    assert choose(browser, "kind", kind) == ["q1"]


def test_five_hundred_questions_open_and_filter_at_once(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    write_report(results(500), path)
    browser.open(path)
    opening = browser.busy_s()
    assert opening < 2.5
    browser.run(
        "(() => { const form = document.getElementById('filter');"
        " form.elements.text.value = '1549'; form.elements.order.value = 'verdict';"
        " form.dispatchEvent(new Event('input')); document.body.offsetHeight; })()"
    )
    assert browser.busy_s() - opening < 0.5
    assert browser.run(SHOWN) == ["q50"]
