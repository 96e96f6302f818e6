"""The sets of kinds and of follow-ups are whole, and the first is true to its documents."""

from collections import Counter
from pathlib import Path

from assistant.evaluation.dataset import read_set
from assistant.evaluation.metrics import contains

SETS = Path(__file__).parents[1] / "sets"
DOCUMENTS = {p.name: p.read_text("utf-8") for p in (SETS / "kinds").glob("*.md")}


def test_what_the_questions_of_kinds_must_name_stands_in_the_documents() -> None:
    questions = read_set(SETS / "kinds.jsonl").questions
    assert len({q.kind for q in questions}) >= 18
    everything = " ".join((*DOCUMENTS, *DOCUMENTS.values()))
    for question in questions:
        assert not question.source or question.source in DOCUMENTS
        for item in question.items:
            assert contains(everything, [item]), (question.id, item)
        if question.kind not in {"yes/no", "library", "talk"}:
            assert contains(DOCUMENTS[question.source], question.answers), question.id


def test_each_follow_up_has_its_turn_before_it_and_its_standalone_version() -> None:
    questions = read_set(SETS / "followups.jsonl").questions
    parts = Counter(q.id.split("-")[0] for q in questions)
    assert parts == {"dev": 30, "new": 30, "late": 15, "fresh": 60, "later": 50}
    assert all(q.history and q.standalone and q.answers for q in questions)
