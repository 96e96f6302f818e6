"""The newest version of a document leads and the older one is named; different things that are said
of one person are no contradiction."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.answer import Answer
from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant

FILES = {
    "minutes-2024.md": (
        "# Minutes of the chess club, 4 March 2024\n\nPresent: Lotte Mayer (chair), Paul Sommer.\n\n"
        "The yearly fee is 40 euros. The club meets on Tuesdays at 19:00 in the library room.\n"
    ),
    "minutes-2025.md": (
        "# Minutes of the chess club, 10 March 2025\n\nPresent: Lotte Mayer (chair), Ines Kranz.\n\n"
        "The yearly fee is 48 euros. The club meets on Tuesdays at 19:00 in the library room.\n"
    ),
    "offer-v2.txt": "The workshop floor will be laid for 4,950 euros by the end of May.\n",
    "offer-v1.txt": "The workshop floor will be laid for 5,400 euros by the end of May.\n",
    "heating.txt": "The heating of the chapel was renewed in 1987 by the parish.\n",
    "chronicle.txt": "In 1991 the parish renewed the heating of the chapel.\n",
    "lease.txt": "The flat is let by Anna Vogt (landlady) to Lotte Mayer (tenant) from July on.\n",
}


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    home = tmp_path_factory.mktemp("versions")
    for name, text in FILES.items():
        (home / name).write_text(text, encoding="utf-8")
    with Assistant(model="none", folder=home / "library") as assistant:
        list(assistant.library.add([str(home / name) for name in FILES]))
        yield assistant.answerer()


def cited(answer: Answer) -> list[str]:
    return [Path(c.source).name for c in answer.citations]


def test_the_newest_leads_and_the_older_is_named(asking: Answerer) -> None:
    answer = asking.complete("How much is the yearly fee?")
    assert answer.kind == "version"
    assert cited(answer) == ["minutes-2025.md", "minutes-2024.md"]
    assert "48 euros" in answer.statements[0].text
    assert (
        "(minutes-2025.md, 10 March 2025); older, in minutes-2024.md, 4 March 2024:" in answer.text
    )


def test_versions_without_dates_go_by_their_numbers(asking: Answerer) -> None:
    answer = asking.complete("How much will the workshop floor cost?")
    assert cited(answer) == ["offer-v2.txt", "offer-v1.txt"]
    assert "4,950 euros" in answer.statements[0].text


def test_where_versions_agree_the_newest_alone_is_cited(asking: Answerer) -> None:
    answer = asking.complete("When does the club meet?")
    assert (answer.kind, cited(answer)) == ("fact", ["minutes-2025.md"])


def test_a_year_that_is_asked_for_is_meant(asking: Answerer) -> None:
    answer = asking.complete("What was the yearly fee in 2024?")
    assert cited(answer)[0] == "minutes-2024.md"
    assert "40 euros" in answer.text


def test_documents_that_contradict_each_other_are_both_shown(asking: Answerer) -> None:
    answer = asking.complete("When was the heating of the chapel renewed?")
    assert (answer.kind, answer.lead) == ("disagreement", "Your documents differ:")
    assert {"1987", "1991"} <= set(answer.text.replace(";", " ").split())


def test_what_is_said_of_one_person_is_no_contradiction(asking: Answerer) -> None:
    answer = asking.complete("Who is Lotte Mayer?")
    assert answer.lead == "Your documents say of Lotte Mayer:"
    assert "(tenant)" in answer.text
    assert "(chair)" in answer.text
