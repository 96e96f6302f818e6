"""The kind of answer that a question asks for, and whether a sentence offers one."""

import pytest

from assistant.language.answer_types import answer_type, offers, subject_terms
from assistant.language.words import terms


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who ordered the march?", "person"),
        ("which general is it", "person"),
        ("When did he visit?", "date"),
        ("In what year was it?", "date"),
        ("Where is Gharyan?", "place"),
        ("How far is it from Tripoli?", "number"),
        ("how many people died", "number"),
        ("Why did he go?", "reason"),
        ("Is it safe?", "yes_no"),
        ("What is it called?", "other"),
    ],
)
def test_the_form_of_a_question_tells_its_kind(question: str, kind: str) -> None:
    assert answer_type(question) == kind


def test_what_the_question_names_itself_is_no_answer() -> None:
    question = set(terms("When was Hifter born in 2011?"))
    assert offers("date", "It was in 2011.", question) == 0
    assert offers("date", "It was in October 2014.", question) == 1
    assert offers("person", "Hifter did.", question) == 0
    assert offers("person", "Ban Ki-moon did.", question) == 1


def test_a_number_may_be_spelled() -> None:
    assert offers("number", "Only two people came.", set()) == 1
    assert offers("number", "Some people came.", set()) == 0


def test_a_question_of_function_words_alone_is_still_searched() -> None:
    assert subject_terms("Who is it?") == terms("who is it")
