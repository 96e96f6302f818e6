"""Question sets: JSON lines of questions with what is known of their answers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.conversation.followups import Turn
from assistant.errors import QuestionError


@dataclass(frozen=True)
class EvalQuestion:
    """A question of a set; `answers` and `evidence` are empty where they are not known."""

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...]
    source: str
    evidence: tuple[str, ...]
    history: tuple[str | Turn, ...]


def read(path: Path) -> list[EvalQuestion]:
    """The questions of a file. Raises QuestionError naming the first line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(
            f"The question set {path} cannot be read: {error}.",
            "Give a file of JSON lines in UTF-8.",
        ) from error
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                found.append(_question(json.loads(line), number))
            except (ValueError, TypeError, KeyError) as error:
                raise QuestionError(
                    f"{path}, line {number}: {error}.",
                    "Each line is a JSON object with a question.",
                ) from error
    if not found:
        raise QuestionError(f"The question set {path} is empty.", "Put a question on each line.")
    return found


def _question(value: Any, number: int) -> EvalQuestion:
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    if not isinstance(value.get("question"), str):
        raise ValueError('it has no "question" that is a text')
    answers = _texts(value, "answers")
    return EvalQuestion(
        id=str(value.get("id", number)),
        question=value["question"],
        answerable=bool(value.get("answerable", True)),
        answers=answers,
        source=str(value.get("source") or ""),
        evidence=_texts(value, "evidence"),
        history=tuple(_turn(turn) for turn in value.get("history") or ()),
    )


def _texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    given: Sequence[Any] = value.get(name) or ()
    if isinstance(given, str) or not all(isinstance(text, str) for text in given):
        raise ValueError(f'"{name}" is not a list of texts')
    return tuple(given)


def _turn(value: Any) -> str | Turn:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        raise ValueError('"history" holds something that is no question')
    answer = value.get("answer")
    return value["question"] if answer is None else Turn(value["question"], str(answer))
