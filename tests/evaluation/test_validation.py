"""A question set is held against itself and the documents before anything is asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import QuestionError
from assistant.evaluation.dataset import EvalQuestion, read
from assistant.evaluation.problems import Problem, fail_on_errors, warnings_told
from assistant.evaluation.validation import check

Make = Callable[..., list[EvalQuestion]]
TEXT = 'The bridge was built\nin 1896 by "Otto Stahn".\r\n\r\nIt crosses the Spree.'
DOCUMENTS = {"/docs/bridge.txt": TEXT, "/docs/other.md": "Nothing of note."}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def questions(*rows: dict[str, object]) -> list[EvalQuestion]:
        path = tmp_path / "q.jsonl"
        path.write_text(
            "\n".join(json.dumps({"question": f"q{n}"} | r) for n, r in enumerate(rows))
        )
        return read(path)

    return questions


GOOD = {"source": "bridge.txt", "answers": ["Otto Stahn"], "evidence": ["The bridge was built in 1896 by \"Otto Stahn\"."]}  # fmt: skip
NONE = {"answerable": False}


def told(problems: list[Problem]) -> str:
    return "\n".join(warnings_told(problems))


def test_a_good_set_has_no_problem(make: Make) -> None:
    assert check(make(GOOD, NONE), DOCUMENTS) == []
    assert check(make(GOOD, NONE)) == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"answers": ["Hans"]}, 'line 1, "answers": none of them stands in the named source'),
        ({"answers": ["Otto Stah"]}, 'line 1, "answers": none of them stands in the named source'),
        ({"evidence": ["Built by Otto."]}, 'line 1, "evidence": one sentence is not in'),
        ({"source": "tower.txt"}, 'line 1, "source": no such document is there: tower.txt'),
        ({"passage": "Elsewhere."}, 'line 1, "passage": it is not in the named source'),
        ({"answers": []}, 'line 1, "answers": there are none'),
        ({"answers": ["?!", "Otto Stahn"]}, 'line 1, "answers": one has nothing but punctuation'),
        ({"answers": ["the"]}, 'line 1, "answers": one has nothing but punctuation or an article'),
    ],
)
def test_what_may_be_a_mistake_is_a_warning(make: Make, row: dict[str, object], says: str) -> None:
    problems = check(make(GOOD | row, NONE, GOOD), DOCUMENTS)
    assert says in told(problems)
    fail_on_errors("q", problems)


def test_one_gold_answer_in_the_source_is_enough(make: Make) -> None:
    assert check(make(GOOD | {"answers": ["the engineer", "otto stahn"]}, NONE), DOCUMENTS) == []


def test_the_same_question_counts_once_unless_it_follows_others(make: Make) -> None:
    same = {"question": "And  when?", "answers": ["1896"]}
    assert 'line 2, "question": it is asked twice: that of line 1' in told(
        check(make(same, {**same, "question": "and when?"}, NONE))
    )
    other = {**same, "answerable": False, "answers": []}
    assert "which is said to be answerable" in told(check(make(same, other)))
    assert check(make(same, {**same, "history": ["Who?"]}, NONE)) == []
    # SQuAD asks the same of several paragraphs.
    assert check(make(same, {**same, "passage": "p"}, NONE)) == []


def test_a_set_of_one_kind_is_said(make: Make) -> None:
    assert told(check(make(GOOD))) == (
        "No question of the set is unanswerable: refusing is not measured."
    )
    assert (
        told(check(make(NONE))) == "No question of the set is answerable: answers are not measured."
    )


def test_other_documents_altogether_are_an_error(make: Make) -> None:
    problems = check(make(GOOD, GOOD), {"/docs/tower.txt": TEXT})
    with pytest.raises(QuestionError, match=r"among these: for example bridge\.txt in line 1"):
        fail_on_errors("q", problems)


def test_many_warnings_of_a_kind_are_one_line(make: Make) -> None:
    rows = [{"question": f"Why {n}?"} for n in range(30)]
    assert told(check(make(*rows, NONE))) == (
        '30 questions, "answers": there are none, so that whether it is right is not measured'
        " (line 1, 2, 3, 4, 5 and 25 more)."
    )


def test_two_documents_of_one_name_are_said(make: Make) -> None:
    documents = {**DOCUMENTS, "/docs/old/bridge.txt": "Another bridge."}
    assert "several documents are called so: bridge.txt" in told(check(make(GOOD, NONE), documents))
