"""Two runs are told apart only where the paired difference is sure."""

from predictions import case, question

from assistant.evaluation.case import Case
from assistant.evaluation.comparison import compare
from assistant.evaluation.results import ComparedMeasure, Comparison

WRONG = "It is red. [1]"


def run(*answers: str | None, confidence: float = 0.9) -> list[Case]:
    """Cases by their answers; None is refused."""
    return [
        case(
            question(str(number), answers=("Otto Stahn",)),
            answer=answer or "",
            refused=answer is None,
            confidence=confidence,
        )
        for number, answer in enumerate(answers)
    ]


def measure(found: Comparison, name: str) -> ComparedMeasure:
    return next(m for m in found.measures if m.name == name)


RIGHT = "Otto Stahn built it. [1]"


def test_a_run_is_not_told_apart_from_itself() -> None:
    found = compare("other", run(RIGHT, WRONG, None), run(RIGHT, WRONG, None))
    assert {m.change for m in found.measures} <= {"not distinguishable", None}
    assert (found.flips, found.pairs, found.unpaired) == ((), 3, 0)


def test_what_is_better_in_every_pair_is_better() -> None:
    found = compare("other", run(*[RIGHT] * 8), run(*[WRONG] * 8))
    right = measure(found, "right")
    assert (right.difference, right.test, right.change) == (1, "McNemar", "better")
    assert right.p is not None
    assert right.p < 0.01
    assert measure(found, "f1").change == "better"
    assert measure(compare("o", run(*[WRONG] * 8), run(*[RIGHT] * 8)), "right").change == "worse"


def test_lower_is_better_where_the_measure_says_so() -> None:
    found = compare("other", run(*[None] * 8), run(*[RIGHT] * 8))
    assert measure(found, "false_refusals").change == "worse"
    assert measure(found, "median_words").change is None


def test_few_changes_are_not_told_apart() -> None:
    found = compare("other", run(RIGHT, RIGHT, RIGHT, WRONG), run(WRONG, WRONG, RIGHT, RIGHT))
    right = measure(found, "right")
    assert (right.difference, right.p, right.change) == (0.25, 1.0, "not distinguishable")


def test_flipped_questions_come_worst_first() -> None:
    found = compare("other", run(WRONG, RIGHT, None, RIGHT), run(RIGHT, WRONG, RIGHT, RIGHT))
    assert [(f.id, f.before, f.after) for f in found.flips] == [
        ("0", "right", "wrong"),
        ("2", "right", "false refusal"),
        ("1", "wrong", "right"),
    ]
    assert found.flips[0].answer_after == WRONG


def test_questions_of_one_run_alone_are_left_out() -> None:
    found = compare("other", run(RIGHT, WRONG), run(RIGHT))
    assert (found.pairs, found.unpaired) == (1, 1)
    assert compare("other", run(RIGHT), []).measures == ()
