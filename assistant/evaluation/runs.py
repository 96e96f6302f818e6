"""Runs as files: a manifest that says what ran, and a line for each question that was answered."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import QuestionError
from assistant.evaluation.case import Case
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.recorder import asked
from assistant.printable import as_json

FORMAT = 1
_NEEDED = (
    "question status answer confidence statements citations passages mode usage timings".split()
)


@dataclass(frozen=True)
class RunFiles:
    """The place of a run: a folder with both files, or FILE.jsonl with FILE.manifest.json."""

    predictions: Path
    manifest: Path

    @classmethod
    def at(cls, place: Path) -> "RunFiles":
        """The files of a run folder, or those of a predictions file (it ends in .jsonl)."""
        if place.suffix == ".jsonl" and not place.is_dir():
            return cls(place, place.with_suffix(".manifest.json"))
        return cls(place / "predictions.jsonl", place / "manifest.json")

    def remove(self) -> None:
        """Forget the run."""
        self.predictions.unlink(missing_ok=True)
        self.manifest.unlink(missing_ok=True)


@dataclass(frozen=True)
class Recorded:
    """The content of the files: a line by question id; `torn` says that the last one was cut off.

    `manifest` is None where there is none, as for what `ask --jsonl` wrote. `whole_bytes` of the
    predictions are good.
    """

    lines: Mapping[str, Mapping[str, Any]]
    manifest: Mapping[str, Any] | None
    torn: bool
    whole_bytes: int

    def cases(self, questions: Sequence[EvalQuestion]) -> list[Case]:
        """The questions that were answered, in the set's order.

        Raises QuestionError if a line answers another question than the set has under its id.
        """
        found = []
        for question in questions:
            if (line := self.lines.get(question.id)) is not None:
                if not _answers(line, question):
                    raise QuestionError(
                        f"The run holds an answer to another question than {question.id!r} of the"
                        " set: the two do not belong together.",
                        "Give the set that was asked, or another file to --predictions.",
                    )
                found.append(Case(question, line))
        return found


def read(files: RunFiles) -> Recorded:
    """The content of a run's files; nothing where there are none.

    Raises QuestionError if they cannot be read or are of another version of the program.
    """
    manifest = _manifest(files.manifest)
    try:
        data = files.predictions.read_bytes()
    except FileNotFoundError:
        return Recorded({}, manifest, torn=False, whole_bytes=0)
    except OSError as error:
        raise _unreadable(files.predictions, error.strerror or str(error)) from error
    whole = data.rfind(b"\n") + 1
    torn = whole < len(data)
    if torn and _parsed(data[whole:]) is not None:  # whole, but for its line end
        whole, torn = len(data), False
    lines = {}
    for number, raw in enumerate(data[:whole].splitlines(), start=1):
        if raw.strip():
            line = _parsed(raw)
            if line is None:
                raise _unreadable(files.predictions, f"line {number} is not an answer")
            lines[str(line["id"] if line.get("id") is not None else number)] = line
    return Recorded(lines, manifest, torn, whole)


def check_resumable(files: RunFiles, recorded: Recorded, settings: Mapping[str, Any]) -> None:
    """Raises QuestionError if an unfinished run was begun with anything that is not so now."""
    if not recorded.lines:
        return
    if recorded.manifest is None:
        raise QuestionError(
            f"{files.predictions} does not answer all questions, and there is no manifest beside it"
            " to go on by.",
            "Give another file to --predictions, or only the questions that it answers.",
        )
    before = recorded.manifest.get("settings", {})
    changed = [key for key in settings if before.get(key) != settings[key]]
    if changed:
        key = changed[0]
        raise QuestionError(
            f"The run in {files.predictions} was begun with another {key}"
            f" ({_short(before.get(key))}, now {_short(settings[key])}); it cannot go on.",
            "Give another place to --predictions, or remove the run.",
        )


@contextmanager
def journal(
    files: RunFiles, recorded: Recorded, manifest: Mapping[str, Any]
) -> "Iterator[Journal]":
    """Open a run to write to: the manifest first, lines appended after those that are whole."""
    files.predictions.parent.mkdir(parents=True, exist_ok=True)
    files.manifest.parent.mkdir(parents=True, exist_ok=True)
    write_manifest(files, manifest)
    with files.predictions.open("a+b", buffering=0) as file:
        file.truncate(recorded.whole_bytes)
        if recorded.whole_bytes:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # the last line is whole, but for its end
                file.write(b"\n")
        yield Journal(file.fileno())


@dataclass(frozen=True)
class Journal:
    """Appends lines, each in one write, so that a killed run ends in a whole line or a cut one."""

    _descriptor: int

    def append(self, line: Mapping[str, Any]) -> None:
        data = f"{as_json(line)}\n".encode()
        while data:
            data = data[os.write(self._descriptor, data) :]


def write_manifest(files: RunFiles, manifest: Mapping[str, Any]) -> None:
    """Replace the manifest, whole or not at all."""
    fresh = files.manifest.with_suffix(".new")
    fresh.write_text(as_json(dict(manifest), indent=1) + "\n", encoding="utf-8")
    fresh.replace(files.manifest)


def _manifest(path: Path) -> Mapping[str, Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    made = value.get("format") if isinstance(value, dict) else None
    if made != FORMAT:
        raise QuestionError(
            f"The run at {path.parent} is of another version of the program: its format is"
            f" {made!r}, this version reads {FORMAT}.",
            "Score it with the version that made it, or answer the questions anew.",
        )
    return dict(value)


def _parsed(raw: bytes) -> dict[str, Any] | None:
    """A line in the answer contract, else None."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    good = isinstance(value, dict) and all(key in value for key in _NEEDED)
    return value if good and isinstance(value["confidence"], int | float) else None


def _answers(line: Mapping[str, Any], question: EvalQuestion) -> bool:
    wanted = asked(question)
    recorded = (line.get("evaluation") or {}).get("asked")
    if recorded is not None:
        return bool(recorded == wanted)
    return str(line["question"]).split() == question.question.split()


def _unreadable(path: Path, why: str) -> QuestionError:
    return QuestionError(
        f"The run {path} cannot be read: {why}.", "Give another file, or answer anew."
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
