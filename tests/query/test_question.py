"""A question is made once, and tells of itself what every stage asks."""

import pytest

from assistant.library.library import Library
from assistant.query.question import Question, interpret
from assistant.query.rewriter import rewrite
from assistant.query.turn import Turn

VISIT = Turn("When did Ban Ki-moon visit Libya?", "October 2014")


def test_what_was_typed_is_mended_and_made_to_stand_alone(seed_library: Library) -> None:
    question = interpret("hello, and why did he go there", [VISIT], seed_library)
    assert question.asked == "hello, and why did he go there"
    assert question.mended == "Hello, and why did he go there?"
    assert question.text == "Why did Ban Ki-moon go to Libya?"
    assert question.history == (VISIT,)


def test_other_readings_are_questions_too() -> None:
    before = Turn("Who met Ghassan Salame in Libya?", "Antonio Guterres met him.")
    read = rewrite("When did he leave?", [before])
    question = Question(read, mended="When did he leave?", history=(before,))
    others = list(question.alternatives)
    assert others
    assert question.text not in {other.text for other in others}
    assert list(Question("When was it?").alternatives) == []


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("Why was the bridge closed?", True),
        ("How did the latitudes get their name?", True),
        ("What happened in the harbour?", True),
        ("How many bridges are there?", False),
        ("How long is the bridge?", False),
        ("Who built the bridge?", False),
        ("However did it end?", False),
    ],
)
def test_an_explanation_is_told_from_a_fact(text: str, wants: bool) -> None:
    assert Question(text).wants_explanation is wants


def test_a_question_of_function_words_is_searched_for_by_them() -> None:
    question = Question("Who is it?")
    assert question.terms == ("who", "is", "it")
    assert question.content == frozenset()
    assert Question("Is Paris a city?").is_yes_no
    assert not Question("Is it Paris or Rome?").is_yes_no
