"""Follow-ups get what they lean on; questions that stand alone are left alone."""

import pytest

from assistant.conversation.followups import Turn, leans, make_standalone

MARCH = Turn("Who ordered the march on Tripoli?", "Khalifa Hifter ordered it.")
VISIT = Turn("When did Ban Ki-moon visit Libya?", "In October 2014.")


@pytest.mark.parametrize(
    "question",
    [
        "How far is Gharyan from Tripoli?",
        "What did the European Union say about the buildup?",
        "Is there a military solution for Libya?",
        "who won the 1998 world cup final",
        "Who is Guterres?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert make_standalone(question, [MARCH, VISIT]) == question


def test_without_a_conversation_nothing_changes() -> None:
    assert make_standalone("And when?", []) == "And when?"


def test_a_pronoun_takes_the_last_name() -> None:
    made = make_standalone("Why did he leave his office early?", [VISIT])
    assert made == "Why did Ban Ki-moon leave his office early?"


@pytest.mark.parametrize(
    "question", ["And when?", "Why?", "What about Benghazi?", "How long did it take?"]
)
def test_too_little_of_its_own_takes_the_words_before(question: str) -> None:
    assert leans(question)
    made = make_standalone(question, [MARCH])
    assert made.startswith(question.rstrip("?"))
    assert "Tripoli" in made


def test_the_last_turn_counts_not_the_first() -> None:
    assert "Ban Ki-moon" in make_standalone("And why?", [MARCH, VISIT])
