"""Statements made by rule say what the question asks, with the answer in them, or nothing."""

import pytest

from assistant.lab.training.statements import statement, yes_no_statement


@pytest.mark.parametrize(
    ("question", "answer", "evidence", "expected"),
    [
        (
            "Who invented the telephone?",
            "Bell",
            "In 1876 the telephone was patented by Bell.",
            "Bell invented the telephone.",
        ),
        (
            "What is the capital of France?",
            "Paris",
            "Its capital is Paris.",
            "The capital of France is Paris.",
        ),
        (
            "What was built in 1889?",
            "tower",
            "In 1889 the tower was built.",
            "The tower was built in 1889.",
        ),
        (
            "When was the bridge opened?",
            "1932",
            "It was opened in March 1932.",
            None,
        ),
        (
            "When was the bridge opened?",
            "March 1932",
            "It was opened in March 1932.",
            "The bridge was opened in March 1932.",
        ),
        (
            "When did the torch arrive in Vietnam?",
            "April 29",
            "The torch arrived there on April 29.",
            "The torch arrived in Vietnam on April 29.",
        ),
        (
            "In what year did the war end?",
            "1945",
            "The war ended in 1945.",
            "The war ended in 1945.",
        ),
        (
            "In what century did the family take the throne?",
            "sixth",
            "It took the throne in the sixth century.",
            "The family took the throne in the sixth century.",
        ),
        (
            "Where does Anna work?",
            "library",
            "Anna works in the library.",
            "Anna works in the library.",
        ),
        (
            "How many copies did the album sell?",
            "957,000",
            "It sold 957,000 copies.",
            "The album sold 957,000 copies.",
        ),
        (
            "How many people live in the town?",
            "about 900",
            "Today about 900 people live there.",
            "About 900 people live in the town.",
        ),
        (
            "How many grades are there in the guild?",
            "three grades",
            "There are three grades.",
            "There are three grades in the guild.",
        ),
        (
            "How long is the wall?",
            "20 metres",
            "The wall measures 20 metres.",
            "The wall is 20 metres long.",
        ),
        (
            "How far is Gharyan from Tripoli?",
            "31 miles",
            "It lies 31 miles away.",
            "Gharyan is 31 miles from Tripoli.",
        ),
        (
            "How old was he when he died?",
            "74",
            "He died at 74.",
            "He was 74 years old when he died.",
        ),
        (
            "Why did the firm close?",
            "because of debts",
            "It closed because of debts.",
            "The firm closed because of debts.",
        ),
        (
            "What percentage of the people can read?",
            "70%",
            "Of the people, 70% can read.",
            "70% of the people can read.",
        ),
        (
            "What did he play for?",
            "Arsenal",
            "He played for Arsenal.",
            "He played for Arsenal.",
        ),
        (
            "The mixture is called what?",
            "tarmac",
            "It is called tarmac.",
            "The mixture is called tarmac.",
        ),
        (
            "In the 1970s, what did it turn into?",
            "farmland",
            "It turned into farmland.",
            "In the 1970s, it turned into farmland.",
        ),
    ],
)
def test_a_question_and_its_answer_make_a_sentence(
    question: str, answer: str, evidence: str, expected: str | None
) -> None:
    assert statement(question, answer, evidence) == expected


@pytest.mark.parametrize(
    ("question", "answer", "evidence"),
    [
        # A part of a phrase is no answer to put into a sentence.
        ("What empire fell in 1453?", "Byzantine", "The Byzantine Empire fell."),
        # "tools was": the verb would have to change with its subject.
        ("What was found there?", "tools", "Many stone tools were found there."),
        ("What did he not say?", "a word", "He did not say a word."),
        ("What started the year?", "consuls first took office", "Then consuls first took office."),
        ("Where is it?", "", "It is here."),
        ("Tell me more", "a word", "He said a word."),
        ("", "a", "a"),
    ],
)
def test_what_is_unsure_makes_none(question: str, answer: str, evidence: str) -> None:
    assert statement(question, answer, evidence) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is breakfast included in the price?", "Breakfast is included in the price."),
        ("Are there any toilets in the building?", "There are toilets in the building."),
        ("Does the flat have a balcony?", "The flat has a balcony."),
        ("Did the war end in 1945?", "The war ended in 1945."),
        ("Has the tower been repaired?", "The tower has been repaired."),
        ("Should the filter be changed every month?", "The filter should be changed every month."),
        ("Was the term first used in 1824?", "The term was first used in 1824."),
        ("Is the capital of France big?", None),
        ("Is it red or blue?", None),
        ("Is he not here?", None),
        ("Who came?", None),
    ],
)
def test_a_yes_no_question_makes_its_statement(question: str, expected: str | None) -> None:
    assert yes_no_statement(question) == expected
