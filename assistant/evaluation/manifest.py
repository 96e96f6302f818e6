"""The manifest of a run: what ran, on what, and when."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from assistant.evaluation import environment
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.experiment import Plan
from assistant.evaluation.recorder import Answering, asked
from assistant.evaluation.results import RunTime
from assistant.evaluation.runs import FORMAT
from assistant.library.library import Library


def settings(answering: Answering, library: Library) -> dict[str, Any]:
    """All that the answers depend on: a run goes on only where none of it has changed."""
    return {
        "version": environment.versions()["assistant"],
        "documents": library_hash(library),
        **answering.describe(),
    }


def made(
    plan: Plan, set_name: str, questions: Sequence[EvalQuestion], of: Mapping[str, Any]
) -> dict[str, Any]:
    """The manifest of a run that begins now, `of` its settings."""
    return {
        "format": FORMAT,
        "plan": plan.to_json(),
        "settings": dict(of),
        "questions": {
            "file": set_name,
            "count": len(questions),
            "sha256": digest({"id": q.id, **asked(q)} for q in questions),
        },
        "machine": environment.describe(),
        "versions": environment.versions(),
        "started": _now(),
        "finished": None,
        "time": None,
    }


def finished(manifest: Mapping[str, Any], time: RunTime | None) -> dict[str, Any]:
    """The manifest of a run that ended now; `time` if it was not interrupted."""
    return {**manifest, "finished": _now(), "time": asdict(time) if time else None}


def time_of(manifest: Mapping[str, Any] | None, questions: int) -> RunTime | None:
    """The times that a finished run's manifest holds, if it is a run of so many questions."""
    made = manifest or {}
    if not made.get("time") or made["questions"]["count"] != questions:
        return None
    return RunTime(**made["time"])


def library_hash(library: Library) -> str:
    """The fingerprint of a library: the sha256 over its sources and their contents, 16 digits."""
    return digest([document.source, document.sha256] for document in library.sources())


def digest(values: Iterable[Any]) -> str:
    """The sha256 of values as JSON, shortened to 16 digits."""
    text = "\n".join(json.dumps(value, sort_keys=True) for value in values)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
