"""Questions about documents as documents are answered from the catalogue, with its own figures."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant
from assistant.query.turn import Turn

FILES = {
    "club/minutes.md": "# Minutes, 4 March 2024\n\nThe fee of the club is 40 euros a year.\n",
    "club/minutes-2.md": "# Minutes, 10 March 2025\n\nThe fee of the club is 48 euros a year.\n",
    "home/lease.txt": (
        "Berlin, 1 June 2023\n\nKeeping animals is forbidden without written consent.\n"
        "The landlord lets the flat on the second floor to the tenant from July on.\n"
    ),
    "home/costs.csv": "Item,Cost\nOven,780\nTiles,640\n",
}


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    home = tmp_path_factory.mktemp("documents")
    for name, text in FILES.items():
        path = home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    os.utime(home / "home/costs.csv", (1_700_000_000, 1_700_000_000))
    with Assistant(model="none", folder=home / "library") as assistant:
        list(assistant.library.add([str(home / "club"), str(home / "home")]))
        yield assistant.answerer()


def said(asking: Answerer, question: str, *history: Turn) -> str:
    answer = asking.complete(question, history)
    assert answer.kind == "library"
    return answer.text


def test_how_many_and_of_which_kinds(asking: Answerer) -> None:
    assert said(asking, "how many documents do I have") == (
        "You have 4 documents: 2 .md, 1 .csv, 1 .txt."
    )
    assert said(asking, "Are there any PDFs?") == "None of your 4 documents is of the kind .pdf."


def test_the_newest_goes_by_the_dates_that_documents_give_themselves(asking: Answerer) -> None:
    text = said(asking, "Which is my newest document?")
    assert text.startswith(
        "The newest of your 4 documents is Minutes, 10 March 2025 (minutes-2.md)"
    )
    assert "dated 10 March 2025" in text
    assert "1 gives no date of its own" in text
    assert "(lease.txt), dated 1 June 2023" in said(asking, "what is the oldest file")


def test_a_document_has_its_times_its_size_and_its_place(asking: Answerer) -> None:
    assert said(asking, "when was costs.csv changed").startswith(
        "costs.csv gives no date of its own. Its file was changed on 14 November 2023"
    )
    assert said(asking, "how big is costs.csv") == "costs.csv has 29 B and about 11 words."
    assert said(asking, "where is lease.txt").endswith(f"{os.sep}home.")


def test_documents_of_a_year_and_of_a_folder(asking: Answerer) -> None:
    of_year = said(asking, "Which documents are from 2024?").splitlines()
    assert of_year[0] == "1 of your 4 documents is from 2024:"
    assert "minutes.md" in of_year[1]
    assert said(asking, "list the files in the club folder").startswith("2 of your 4 documents")
    assert "in 2 folders" in said(asking, "What folders are there?")


def test_what_no_document_mentions_is_said_with_what_is_nearest_in_meaning(
    asking: Answerer,
) -> None:
    answer = asking.complete("Is there anything about pets in my documents?")
    assert (
        answer.lead == "None of your documents (4) mentions \u201cpets\u201d. Nearest in meaning:"
    )
    assert answer.citations[0].quote.startswith("Keeping animals is forbidden")
    assert said(asking, "anything about volcanoes?") == (
        "None of your documents (4) mentions \u201cvolcanoes\u201d."
    )


def test_the_documents_that_do_not_mention_something(asking: Answerer) -> None:
    lines = said(asking, "Which documents don't mention the club?").splitlines()
    assert lines == [
        "2 of your 4 documents do not mention \u201cclub\u201d:",
        "\u2022 costs.csv",
        "\u2022 lease.txt",
    ]


def test_the_document_that_was_found_is_the_one_spoken_of_next(asking: Answerer) -> None:
    newest = asking.complete("Which is my newest document?")
    assert Path(newest.as_turn().sources[0]).name == "minutes-2.md"
