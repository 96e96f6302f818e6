"""Answers that a person marked right or wrong: a question set that grows with a library's use.

It is kept in the library's folder, as JSON lines like any other set.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.answering.answer import Answer
from assistant.errors import QuestionError
from assistant.private_files import write_private

FILE = "feedback.jsonl"


def path_of(library: Path) -> Path:
    """The set of the library in this folder."""
    return library / FILE


def existing(library: Path) -> Path:
    """The same, if anything was marked. Raises QuestionError if not."""
    path = path_of(library)
    if not path.is_file():
        raise QuestionError(
            "No answer of this library was marked yet.",
            "In the chat, + marks an answer as right and - as wrong.",
        )
    return path


def mark(library: Path, answer: Answer, *, right: bool, instead: str = "") -> None:
    """Keep what a person says of an answer; `instead` is the right one. The last word counts.

    Raises QuestionError if the disk refuses.
    """
    row = _row(answer, right=right, instead=" ".join(instead.split()))
    path = path_of(library)
    try:
        kept = [line for line in _lines(path) if line.get("id") != row["id"]]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [*kept, row])
        write_private(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise QuestionError(
            f"This could not be kept: {error.strerror}.", "Check the disk and the permissions."
        ) from error


def _row(answer: Answer, *, right: bool, instead: str) -> dict[str, Any]:
    """The question with what is known of its answer.

    Where the answer was wrong and no other is given, saying nothing is right.
    """
    question = answer.standalone_question
    answered = answer.status == "answered"
    row: dict[str, Any] = {
        "id": hashlib.sha256(question.encode()).hexdigest()[:16],
        "question": question,
        "answerable": bool(instead) or answered is right,
        "note": f"{'right' if right else 'wrong'}: {answer.text}",
    }
    if instead:
        return row | {"answers": [instead]}
    if right and answered and answer.citations:
        return row | {
            "answers": [statement.text for statement in answer.statements],
            "source": answer.citations[0].source,
            "evidence": [citation.quote for citation in answer.citations],
        }
    return row


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows that there are; a line that is damaged is passed over."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value
