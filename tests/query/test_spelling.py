"""Misspelt words are put right by the library's own words; what is spelt right stays as it is."""

from collections.abc import Iterator

import pytest

from assistant.assistant import Assistant
from assistant.library.library import Library
from assistant.query.spelling import distance, spelt

NOTES = """# Flat

The deposit is 2,670 euros. The hot water temperature is set to 55 degrees. Ilka Reimann is the
treasurer. The smoke detector was tested in May.
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("spelling")
    (home / "notes.md").write_text(NOTES, encoding="utf-8")
    with Assistant(model="none", folder=home / "library") as assistant:
        list(assistant.library.add([str(home / "notes.md")]))
        yield assistant.library


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("how much is the depozit", "how much is the deposit"),
        ("hot watter temprature", "hot water temperature"),
        ("who is the tresurer?", "who is the treasurer?"),
        ("Who is Ilka Riemann?", "Who is Ilka Reimann?"),
        ("wich documnets do i have", "which documents do i have"),
    ],
)
def test_a_misspelt_word_is_the_nearest_of_the_library(
    library: Library, asked: str, meant: str
) -> None:
    assert spelt(asked, library) == meant


@pytest.mark.parametrize(
    "asked",
    [
        "what does a spoke cost",  # a word, though the library has "smoke"
        "How deep is the reservoir?",
        "How much is the deposit in 2031?",
        "Wieviel ist das Depozit und wer ist der Treasurer",
    ],
)
def test_what_is_no_slip_stays(library: Library, asked: str) -> None:
    assert spelt(asked, library) == asked


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("recpi", "recip", 1), ("tempratur", "temperatur", 1), ("abc", "abc", 0), ("abcd", "wxyz", 3)],
)
def test_letters_between_two_words(one: str, other: str, letters: int) -> None:
    assert distance(one, other, 2) == letters
