"""When a document was written is what it says of itself, and nothing else."""

from datetime import date

import pytest

from assistant.language.dates import document_date, is_relative, read_date, written


@pytest.mark.parametrize(
    ("source", "head", "day"),
    [
        ("a.md", "---\ntitle: Bridge\ndate: 2019-03-12\n---\n", date(2019, 3, 12)),
        ("a.eml", "From: A\nDate: Fri, 5 Apr 2019 10:00:00 +0200\n", date(2019, 4, 5)),
        ("a.txt", " date 2019-04-05 In this file photo of Aug. 14, 2017", date(2019, 4, 5)),
        ("a.md", "# Letter\n\nStanfield, 3 October 2022\n\nDear", date(2022, 10, 3)),
        ("notes/2021-02-14-minutes.md", "# Minutes", date(2021, 2, 14)),
        ("a.md", "The bridge was opened on 4 May 1893.", None),
        ("a.md", "It was founded in Marlow, 4 May 1893, by Ada.", None),
        ("a.md", "date: 2019-13-45", None),
        ("20199999.md", "", None),
    ],
)
def test_the_date_of_a_document(source: str, head: str, day: date | None) -> None:
    assert document_date(source, head) == day


@pytest.mark.parametrize(
    "text", ["On Friday he ordered oars.", "The fee rose last year.", "two weeks ago", "yesterday"]
)
def test_words_that_depend_on_the_day(text: str) -> None:
    assert is_relative(text)


@pytest.mark.parametrize(
    "text",
    ["He ordered them on Friday 5 April 2019.", "The Thursdaysons came.", "In 2019 it rose."],
)
def test_words_that_do_not(text: str) -> None:
    assert not is_relative(text)


def test_dates_are_read_and_written() -> None:
    assert read_date("as of May 1, 2023") == date(2023, 5, 1)
    assert written(date(2023, 5, 1)) == "1 May 2023"
