"""Question sets are read line by line; what is wrong is named with its line."""

from pathlib import Path

import pytest

from assistant.conversation.followups import Turn
from assistant.errors import QuestionError
from assistant.evaluation.questions import read

SETS = Path(__file__).parents[1] / "sets"


def write(folder: Path, text: str) -> Path:
    path = folder / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_project_s_own_set_is_whole() -> None:
    found = read(SETS / "seed.jsonl")
    assert sum(q.answerable and not q.history for q in found) >= 40
    assert sum(not q.answerable for q in found) >= 20
    assert len({q.id for q in found}) == len(found)


def test_all_but_the_question_is_optional(tmp_path: Path) -> None:
    (only,) = read(write(tmp_path, '\n{"question": "Why?"}\n\n'))
    assert (only.id, only.answerable, only.answers, only.history) == ("2", True, (), ())


def test_history_holds_questions_with_or_without_answers(tmp_path: Path) -> None:
    line = (
        '{"question": "q", "history": ["a", {"question": "b"}, {"question": "c", "answer": "d"}]}'
    )
    assert read(write(tmp_path, line))[0].history == ("a", "b", Turn("c", "d"))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        '{"question": 3}',
        '{"question": "q", "answers": "a"}',
        '{"question": "q", "answers": [1]}',
        '{"question": "q", "history": [1]}',
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(QuestionError, match="line 2"):
        read(write(tmp_path, f'{{"question": "fine"}}\n{line}\n'))


def test_an_empty_or_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="empty"):
        read(write(tmp_path, "\n"))
    with pytest.raises(QuestionError, match="cannot be read"):
        read(tmp_path / "none.jsonl")
