"""The files that question sets come in: JSON lines, JSON, CSV and SQuAD's JSON, as rows."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import QuestionError
from assistant.evaluation import csv_file, squad_file
from assistant.evaluation.problems import Problem

# A set beyond this is no set of questions, and would stand in memory several times.
MAX_FILE_BYTES = 500_000_000

FileRow = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Rows:
    """The questions' places ("line 3") and fields as the file has them; what is no question."""

    rows: tuple[FileRow, ...]
    problems: tuple[Problem, ...]


def rows(path: Path) -> Rows:
    """The rows of a question set. Raises QuestionError if the file as a whole cannot be read."""
    text = _text(path)
    is_table = path.suffix.lower() in {".csv", ".tsv"}
    made: list[FileRow] = []
    problems: list[Problem] = []
    for item in csv_file.questions(text, path) if is_table else _json(text):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            made.append(item)
    return Rows(tuple(made), tuple(problems))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise QuestionError(
                f"The question set {path} is larger than {MAX_FILE_BYTES // 1_000_000} MB.",
                "Split it into several sets.",
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise QuestionError(
            f"The question set {path} cannot be read: {getattr(error, 'strerror', error)}.",
            "Give a file of JSON lines, CSV or SQuAD's JSON; `assistant eval init` writes one to"
            " fill in.",
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise QuestionError(
            f"The question set {path} is not UTF-8: line {line} cannot be read.",
            'Save it as UTF-8; in Excel, as "CSV UTF-8".',
        ) from error


def _json(text: str) -> Iterator[FileRow | Problem]:
    """One JSON value that holds the questions, or else one object a line."""
    whole = _whole(text)
    if isinstance(whole, dict) and "question" not in whole and "data" in whole:
        yield from squad_file.questions(whole)
    elif isinstance(whole, list):
        yield from _objects((f"question {n}", v) for n, v in enumerate(whole, start=1))
    else:
        yield from _lines(text)


def _whole(text: str) -> Any:
    """The one JSON value that the text is; None where it is none, as JSON lines are none."""
    first = text.lstrip()[:1]
    if first not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _lines(text: str) -> Iterator[FileRow | Problem]:
    # Not splitlines(): it also breaks at separators that JSON lets stand inside a text.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"line {number}"
        try:
            yield from _objects([(place, json.loads(line))])
        except json.JSONDecodeError as error:
            yield Problem(
                "error", place, "", "it is not JSON", f"{error.msg}, character {error.pos + 1}"
            )
        except (ValueError, RecursionError):
            yield Problem("error", place, "", "it is not JSON that can be read")


def _objects(values: Iterable[tuple[str, Any]]) -> Iterator[FileRow | Problem]:
    for place, value in values:
        if isinstance(value, dict):
            yield place, value
        else:
            yield Problem("error", place, "", "it is no JSON object with a question")
