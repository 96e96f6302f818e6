"""The project's own question set is whole, and true to the shipped documents."""

from collections import Counter
from pathlib import Path

import pytest

from assistant import paths
from assistant.documents.parsers import parse
from assistant.evaluation.dataset import EvalQuestion, read_set
from assistant.evaluation.metrics import contains
from assistant.evaluation.validation import check
from assistant.language.words import content_terms

KINDS = set("who,which,what,when,where,how many,how far,how,why,yes/no,list".split(","))


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    seeds = paths.shipped("seeds").iterdir()
    return {str(path): parse(path, path.read_bytes())[0].text for path in seeds}


@pytest.fixture(scope="module")
def questions() -> tuple[EvalQuestion, ...]:
    found = read_set(Path(__file__).parents[1] / "sets" / "seed.jsonl")
    assert (found.warnings, found.unfilled) == ((), 0)
    return found.questions


def of(questions: tuple[EvalQuestion, ...], prefix: str) -> list[EvalQuestion]:
    return [q for q in questions if q.id.startswith(prefix)]


def test_it_passes_its_own_check(
    questions: tuple[EvalQuestion, ...], documents: dict[str, str]
) -> None:
    assert check(questions, documents) == []


def test_its_parts_are_there(questions: tuple[EvalQuestion, ...]) -> None:
    seed, near = of(questions, "seed-"), of(questions, "near-")
    assert len(seed) == 40
    assert all(q.answerable and not q.history for q in seed)
    assert len(near) == 20
    assert not any(q.answerable or q.history for q in near)
    help_, gap = of(questions, "help-"), of(questions, "gap-")
    assert (len(help_), len(gap)) == (40, 10)
    assert all(q.answerable and q.source == "handbook.md" for q in help_)
    assert not any(q.answerable for q in gap)
    assert {q.kind for q in questions} == KINDS == {q.kind for q in seed}


def test_its_conversations_have_three_turns_that_follow_each_other(
    questions: tuple[EvalQuestion, ...],
) -> None:
    turns = of(questions, "conv-")
    assert Counter(q.id.rsplit("-", 1)[0] for q in turns) == {f"conv-{n}": 3 for n in range(1, 7)}
    for number in range(1, 7):
        conversation = of(questions, f"conv-{number}-")
        asked = tuple(q.question for q in conversation)
        assert [q.history for q in conversation] == [asked[:0], asked[:1], asked[:2]]
        assert all(q.standalone for q in conversation)
        assert conversation[0].standalone == conversation[0].question
        assert conversation[1].standalone != conversation[1].question


def test_every_answer_is_in_its_marked_evidence(
    questions: tuple[EvalQuestion, ...], documents: dict[str, str]
) -> None:
    texts = {Path(name).name: text for name, text in documents.items()}
    for question in questions:
        assert bool(question.evidence) is question.answerable
        for sentence in question.evidence:
            assert sentence in texts[question.source]
        if question.answerable:
            assert contains(" ".join(question.evidence), question.answers), question.id


@pytest.mark.parametrize("part", ["seed-", "help-"])
def test_most_questions_are_not_in_the_words_of_the_document(
    questions: tuple[EvalQuestion, ...], part: str
) -> None:
    """Half of a question's words or fewer, names among them, stand in the sentence that answers."""
    shares = []
    for question in of(questions, part):
        own = set(content_terms(question.question))
        shared = max(len(own & set(content_terms(s))) for s in question.evidence)
        shares.append(shared / len(own))
    assert sorted(shares)[len(shares) // 2] <= 0.5
