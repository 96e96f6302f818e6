"""Both halves of the everyday set are whole, true to their documents, and apart."""

from collections import Counter
from pathlib import Path

import pytest

from assistant.documents.parsers import parse, parser_for
from assistant.evaluation.dataset import EvalQuestion, read_set
from assistant.evaluation.metrics import contains
from assistant.evaluation.validation import check
from assistant.language.detection import other_language

EVERYDAY = Path(__file__).parents[1] / "sets" / "everyday"
HALVES = {"questions": "documents", "unseen": "unseen_documents"}
KINDS = {"fact": 11, "yes_no": 8, "permission": 7, "list": 7, "why": 6, "how": 5, "definition": 5}
KINDS |= {"table": 11, "follow_up": 8, "typo": 5, "library": 6, "version": 5, "paraphrase": 5}
KINDS |= {"config": 6}
# Golds that stand in no document: Yes and No, file names, and what is computed.
_SAID = {"yes_no", "permission", "library"}
_COMPUTED = {"day-054", "day-055", "day-060", "unseen-055", "unseen-058", "unseen-059"}


def text_of(path: Path) -> str:
    """The text as it is indexed; files without a suffix are plain text."""
    if parser_for(path) is None:
        return path.read_text("utf-8")
    return parse(path, path.read_bytes())[0].text


def documents(half: str) -> dict[str, str]:
    return {path.name: text_of(path) for path in (EVERYDAY / HALVES[half]).iterdir()}


def questions(half: str) -> tuple[EvalQuestion, ...]:
    found = read_set(EVERYDAY / f"{half}.jsonl")
    assert (found.warnings, found.unfilled) == ((), 0)
    return found.questions


@pytest.mark.parametrize("half", HALVES)
def test_its_parts_are_there(half: str) -> None:
    asked = questions(half)
    assert len(documents(half)) == 30
    assert Counter(q.kind for q in asked if q.answerable) == KINDS
    near = [q for q in asked if not q.answerable]
    assert len(near) == 30
    assert all("-near-" in q.id and not q.answers and not q.evidence for q in near)
    for question in asked:
        assert bool(question.history) is bool(question.standalone) is (question.kind == "follow_up")
        assert other_language(question.question) == ""


@pytest.mark.parametrize("half", HALVES)
def test_every_answer_stands_in_its_document(half: str) -> None:
    texts = documents(half)
    everything = "\n".join((*texts, *texts.values()))
    for question in questions(half):
        assert not question.source or question.source in texts, question.id
        for item in question.items:
            assert contains(everything, [item]), (question.id, item)
        for evidence in question.evidence:
            assert evidence in texts[question.source], (question.id, evidence)
        if question.answerable and question.kind not in _SAID and question.id not in _COMPUTED:
            own = f"{question.source} {texts[question.source]}"
            assert contains(own, question.answers), question.id


@pytest.mark.parametrize("half", HALVES)
def test_the_check_warns_only_of_what_no_quote_can_hold(half: str) -> None:
    asked = {q.place: q for q in questions(half)}
    for problem in check(list(asked.values()), documents(half)):
        question = asked[problem.place]
        assert problem.field == "answers"
        assert question.kind in _SAID or question.id in _COMPUTED


def test_the_halves_share_no_document_and_no_question() -> None:
    assert not documents("questions").keys() & documents("unseen").keys()
    asked = [q.question.casefold() for half in HALVES for q in questions(half) if not q.history]
    assert len(set(asked)) == len(asked)
