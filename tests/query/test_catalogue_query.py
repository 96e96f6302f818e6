"""A question is about documents as documents where all its words are words for documents, names of
them, or their topic; every other question is left to the evidence."""

from datetime import date

import pytest

from assistant.library.document_store import DocumentRecord
from assistant.query.catalogue_query import CatalogueQuery, Wish, read

TODAY = date(2026, 11, 24)
FILES = ("club/minutes-2024.md", "club/minutes-2025.md", "home/lease.docx", "home/stock.xlsx")
DOCUMENTS = [
    DocumentRecord(n, f"/d/{name}", "", "", 1, 0, "", "", "2026-11-24T10:00:00+00:00", 1, 1)
    for n, name in enumerate(FILES)
]


def understood(question: str) -> CatalogueQuery | None:
    return read(question, lambda: DOCUMENTS, TODAY)


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("Which documents do I have?", "list"),
        ("list my documents", "list"),
        ("What files have I added?", "list"),
        ("what's in my library?", "list"),
        ("What is this library about?", "list"),
        ("how many documents are in my library", "count"),
        ("what types of files do I have", "count"),
        ("which is my newest document?", "newest"),
        ("what's the oldest file", "oldest"),
        ("how old is the oldest document", "oldest"),
        ("Which of my files is the biggest?", "largest"),
        ("how large is my library", "size"),
        ("how big is stock.xlsx", "size"),
        ("when was lease.docx last changed", "date"),
        ("in which folder is the lease document?", "folder"),
        ("which folders are there", "folder"),
    ],
)
def test_what_is_wanted_of_the_documents(question: str, wish: Wish) -> None:
    found = understood(question)
    assert found is not None
    assert (found.wish, found.topic) == (wish, "")


@pytest.mark.parametrize(
    "question",
    [
        "Which files can be read?",
        "How do I list my documents?",
        "What is in the library of Alexandria?",
        "How many documents did the court publish?",
        "Which documents did the harbour master sign?",
        "Which documents do I need for the passport?",
        "What papers do I have to bring?",
        "What is a PDF?",
        "What is the file size limit?",
        "largest file size",
        "What does the lease say about pets?",
        "who sent the mail about order 20417",
        "Who is mentioned in the minutes?",
        "What is the document about?",
        "Which document ended the war?",
        "Where is Tripoli?",
        "Is the shop open?",
    ],
)
def test_a_word_that_is_none_for_documents_makes_it_a_question_for_the_evidence(
    question: str,
) -> None:
    assert understood(question) is None


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Which documents mention Guterres?", "Guterres"),
        ("which of my files talk about the bridge", "bridge"),
        ("In which documents is Hifter mentioned?", "Hifter"),
        ("Where is Atlantis mentioned?", "Atlantis"),
        ("List all documents that contain the word permit.", "permit"),
        ("is there anything about chess in my documents", "chess"),
        ("Do I have anything on insurance?", "insurance"),
        ("Do my documents say anything about pets?", "pets"),
        ("any files about the washing machine?", "washing machine"),
        ("show me the mails from Rita", "Rita"),
    ],
)
def test_the_topic_that_documents_are_to_have(question: str, topic: str) -> None:
    found = understood(question)
    assert found is not None
    assert (found.topic, found.without) == (topic, False)


def test_documents_without_a_topic() -> None:
    found = understood("Which documents don't mention chess?")
    assert found is not None
    assert (found.topic, found.without) == ("chess", True)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("which .docx files do i have", {"home/lease.docx"}),
        ("do I have any excel files, and which", {"home/stock.xlsx"}),
        ("how many PDFs are there", set()),
        (
            "which documents are in the club folder",
            {"club/minutes-2024.md", "club/minutes-2025.md"},
        ),
        ("what's the newest version of the lease file", {"home/lease.docx"}),
    ],
)
def test_documents_are_told_by_their_kind_their_name_and_their_folder(
    question: str, named: set[str]
) -> None:
    found = understood(question)
    assert found is not None
    assert {d.source for d in DOCUMENTS if found.means(d)} == {f"/d/{name}" for name in named}


@pytest.mark.parametrize(
    ("question", "clock", "first", "last"),
    [
        ("which documents are from 2024", "written", date(2024, 1, 1), date(2024, 12, 31)),
        ("which mails are from March 2025", "written", date(2025, 3, 1), date(2025, 3, 31)),
        ("which files did I add today", "added", TODAY, TODAY),
        ("what files were changed this week", "changed", date(2026, 11, 23), TODAY),
        ("which documents are there since 2025", "written", date(2025, 1, 1), date.max),
    ],
)
def test_documents_of_a_time(question: str, clock: str, first: date, last: date) -> None:
    found = understood(question)
    assert found is not None
    assert found.period is not None
    assert (found.clock, found.period.first, found.period.last) == (clock, first, last)
