"""Questions that are limited to some documents."""

import os
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import LibraryError, QuestionError
from assistant.library.library import Library
from assistant.library.scope import completion, day, mentions, scope


@pytest.fixture
def notes(tmp_path: Path, library: Library) -> Path:
    folder = tmp_path / "notes"
    (folder / "old").mkdir(parents=True)
    (folder / "old" / "mill.txt").write_text("Date: 3 May 2019\n\nThe mill has four floors.\n")
    (folder / "mill.md").write_text("The mill has seven floors.\n")
    (folder / "weir.md").write_text("The weir is closed on Mondays.\n")
    os.utime(folder / "weir.md", (1_600_000_000, 1_600_000_000))  # 13 September 2020
    list(library.add([str(folder)]))
    return folder


def found(library: Library, *places: str, **days: date) -> list[str]:
    sources = scope(library.document_store, places, **days)
    assert sources is not None
    return sorted(Path(source).name for source in sources)


def test_places_are_folders_files_patterns_and_names(notes: Path, library: Library) -> None:
    assert scope(library.document_store) is None
    assert found(library, str(notes)) == ["mill.md", "mill.txt", "weir.md"]
    assert found(library, str(notes / "old")) == ["mill.txt"]
    assert found(library, "old") == ["mill.txt"]
    assert found(library, "MILL.md") == ["mill.md"]
    assert found(library, "mill.*") == ["mill.md", "mill.txt"]
    assert found(library, str(notes / "*.txt")) == ["mill.txt"]
    assert found(library, "weir.md", "old") == ["mill.txt", "weir.md"]
    for nowhere in ("", ".", "./", "[", "a\0b", "~"):
        with pytest.raises(LibraryError, match="No document of the library is in"):
            scope(library.document_store, [nowhere])
    with pytest.raises(LibraryError, match=r"No document of the library is in 'tower.md'"):
        scope(library.document_store, ["weir.md", "tower.md"])


def test_days_are_the_documents_own_or_else_the_files(notes: Path, library: Library) -> None:
    assert found(library, until=date(2019, 12, 31)) == ["mill.txt"]
    assert found(library, since=date(2020, 9, 1), until=date(2020, 9, 30)) == ["weir.md"]
    assert found(library, since=date(2021, 1, 1)) == ["mill.md"]
    with pytest.raises(LibraryError, match="of that time"):
        scope(library.document_store, until=date(1990, 1, 1))


def test_a_day_may_be_a_year_or_a_month() -> None:
    assert (day("2024"), day("2024", last=True)) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (day("2024-02"), day("2024-2", last=True)) == (date(2024, 2, 1), date(2024, 2, 29))
    assert day("2024-05-31") == day("31 May 2024") == date(2024, 5, 31)
    for wrong in ("", "soon", "2024-13", "2023-02-29", "0000"):
        with pytest.raises(QuestionError, match="is not a date"):
            day(wrong)


def test_a_question_names_documents_with_at_signs() -> None:
    assert mentions("@mill.md how many floors?") == ("how many floors?", ("mill.md",))
    assert mentions('What says @"my mill.md", and @old?') == (
        "What says , and ?",
        ("my mill.md", "old"),
    )
    assert mentions("Who is ann@mill.org?") == ("Who is ann@mill.org?", ())


def test_names_are_completed() -> None:
    sources = ["/a/Report.md", "/a/report-2023.md", "/a/my notes.md"]
    assert completion("rep", sources) == "ort.md"
    assert completion("report-", sources) == "2023.md"
    assert completion("my", sources) == ""
    assert completion('"my', sources) == ' notes.md"'
    assert completion("x", sources) == ""
