"""Summaries, outlines and changes are made over whole documents, in steps, with citations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.answer import Answer
from assistant.answering.events import Answered, AnswerEvent, Step
from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant

MINUTES = (
    "# Minutes of the chess club, {date}\n\nPresent: Lotte Mayer (chair), {second}.\n\n"
    "## Money\n\nThe yearly fee is {fee} euros. The club has 31 members.{more}\n\n"
    "## Rooms\n\nThe club meets on Tuesdays at 19:00 in the library room.{gone}\n"
)
FILES = {
    "minutes-2024.md": MINUTES.format(
        date="4 March 2024", second="Paul Sommer", fee=40, more="",
        gone=" Keys are kept by the caretaker.",
    ),
    "minutes-2025.md": MINUTES.format(
        date="10 March 2025", second="Ines Kranz", fee=48, gone="",
        more=" A new clock was bought for 90 euros.",
    ),
    "contracts/phone.txt": "The contract runs for two years. A notice period of one month applies.\n",
    "contracts/lease.txt": "The notice period of the flat is three months for both sides.\n",
    "contracts/gym.txt": "The membership may be ended at any time without giving a reason.\n",
    "plain.txt": "The tower is tall. It was built in 1896 by the town. It has a clock.\n",
    "long.txt": "\n\n".join(
        f"Chapter {n} tells of the year {1700 + n}, in which the harbour was rebuilt by its pilots."
        for n in range(250)
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    home = tmp_path_factory.mktemp("whole")
    (home / "contracts").mkdir()
    for name, text in FILES.items():
        (home / name).write_text(text, encoding="utf-8")
    with Assistant(model="none", folder=home / "library") as assistant:
        list(assistant.library.add([str(home)]))
        yield assistant.answerer()


def ask(asking: Answerer, question: str) -> tuple[Answer, list[AnswerEvent]]:
    events = list(asking.answer(question))
    last = events[-1]
    assert isinstance(last, Answered)
    return last.answer, events


def steps(events: list[AnswerEvent]) -> list[str]:
    return [e.text for e in events if isinstance(e, Step)]


@pytest.mark.parametrize(
    "question",
    [
        "What changed between minutes-2024.md and minutes-2025.md?",
        "List the differences between minutes-2025 and minutes-2024",
        "Compare minutes 2024 and minutes 2025",
        "How does minutes-2025 differ from minutes-2024?",
        "What changed in minutes-2025.md?",
        "What has changed in the minutes?",
        "What is new in minutes-2025 compared to minutes-2024?",
    ],
)
def test_what_changed_is_told_sentence_by_sentence(question: str, asking: Answerer) -> None:
    answer, events = ask(asking, question)
    assert answer.kind == "changes"
    assert answer.text.splitlines() == [
        "minutes-2025.md (10 March 2025) differs from minutes-2024.md (4 March 2024) in 4 places:",
        "\u2022 was: Present: Lotte Mayer (chair), Paul Sommer. [1]",
        "  now: Present: Lotte Mayer (chair), Ines Kranz. [2]",
        "\u2022 was: The yearly fee is 40 euros. [3]",
        "  now: The yearly fee is 48 euros. [4]",
        "\u2022 new: A new clock was bought for 90 euros. [5]",
        "\u2022 gone: Keys are kept by the caretaker. [6]",
    ]
    for citation in answer.citations:
        text = asking.library.document_store.text(citation.source)
        assert text[slice(*citation.span)] == citation.quote
    assert len(steps(events)) == 3
    assert steps(events)[2] == "Comparing 5 with 5 sentences \u2026"


def test_documents_that_say_the_same_have_no_changes(asking: Answerer) -> None:
    answer, _ = ask(asking, "What changed between minutes-2024 and minutes-2024?")
    assert answer.kind != "changes"


def test_a_comparison_of_things_is_none_of_documents(asking: Answerer) -> None:
    answer, events = ask(asking, "What is the difference between the tower and the clock?")
    assert answer.kind != "changes"
    assert not steps(events)


@pytest.mark.parametrize(
    "question",
    [
        "Outline minutes-2025.md",
        "Give me the table of contents of minutes-2025",
        "What are the sections of minutes-2025.md?",
        "How is minutes-2025 structured?",
    ],
)
def test_an_outline_has_each_heading_with_how_its_section_opens(
    question: str, asking: Answerer
) -> None:
    answer, events = ask(asking, question)
    assert answer.kind == "outline"
    assert answer.text.splitlines() == [
        "minutes-2025.md has 3 sections:",
        "\u2022 Minutes of the chess club, 10 March 2025: Present: Lotte Mayer (chair), Ines Kranz."
        " [1]",
        "  \u2022 Money: The yearly fee is 48 euros. [2]",
        "  \u2022 Rooms: The club meets on Tuesdays at 19:00 in the library room. [3]",
    ]
    assert steps(events) == ["Reading minutes-2025.md, 3 passages \u2026"]


def test_what_has_no_headings_is_outlined_by_its_parts(asking: Answerer) -> None:
    answer, _ = ask(asking, "Outline plain.txt")
    assert answer.kind == "summary"


def test_a_summary_reads_the_whole_text_in_steps_and_shows_more_of_a_longer_one(
    asking: Answerer,
) -> None:
    answer, events = ask(asking, "Summarise long.txt")
    assert answer.kind == "summary"
    assert [s.split(", ", 1)[1] for s in steps(events)] == [
        "sentences 1 to 100 of 250 \u2026",
        "sentences 101 to 200 of 250 \u2026",
        "sentences 201 to 250 of 250 \u2026",
    ]
    spans = [c.span for c in answer.citations]
    assert len(spans) == 10
    assert spans == sorted(spans)
    # Of the whole text: each tenth of the sentences has one.
    length = len(asking.library.document_store.text(answer.citations[0].source))
    assert len({int(start / length * 10) for start, _ in spans}) >= 9


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "How many contracts mention a notice period?",
            "2 of your 7 documents mention \u201cnotice period\u201d and are named"
            " \u201ccontracts\u201d: ",
        ),
        (
            "Which contracts do not mention a notice period?",
            "1 of the 3 documents that are named \u201ccontracts\u201d does not mention"
            " \u201cnotice period\u201d:\n\u2022 gym.txt",
        ),
        ("How many documents mention the caretaker?", "1 of your 7 documents mentions"),
    ],
)
def test_counts_over_the_library_are_exact_and_name_their_documents(
    question: str, said: str, asking: Answerer
) -> None:
    answer, _ = ask(asking, question)
    assert answer.lead.startswith(said)
    if "How many contracts" in question:
        assert {Path(c.source).name for c in answer.citations} == {"phone.txt", "lease.txt"}


def test_a_name_of_no_file_makes_no_question_about_documents(asking: Answerer) -> None:
    answer, _ = ask(asking, "Which countries mention a notice period?")
    assert answer.kind != "library"
