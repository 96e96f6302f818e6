"""Records of models: a file's origin, and what was measured of a model on this machine."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant import paths
from assistant.private_files import write_private


@dataclass(frozen=True)
class Pulled:
    """The origin of a file of the folder of models; `checked` if its sha256 was known before."""

    url: str
    sha256: str
    bytes: int
    licence: str
    pulled_at: str
    checked: bool


@dataclass(frozen=True)
class Tuned:
    """Findings of `assistant models tune` for a model on this machine, and the figures behind it.

    `threads` and `context_tokens` are 0 for an endpoint, which sets its own. `figures` holds the
    share of right answers for each way that was tried.
    """

    answering: str
    excerpt_tokens: int
    threads: int
    context_tokens: int
    tuned_at: str
    questions: int
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Measured:
    """The speed at which a model of this many bytes wrote here, in tokens a second."""

    tokens_per_s: float
    bytes: int
    measured_at: str


def pulled(file_name: str) -> Pulled | None:
    """The record of a pulled file, by its name."""
    record: Pulled | None = _made(Pulled, _read(_file("pulled.json")).get(file_name))
    return record


def remember_pulled(file_name: str, record: Pulled | None) -> None:
    """Keep the record of a pulled file, or forget it (None). Raises OSError."""
    _write("pulled.json", file_name, record)


def tuned(identity: str) -> Tuned | None:
    """The record of a model, by its sha256 or its endpoint and name.

    Where this machine has no record of it, the one that is shipped; its threads are 0.
    """
    found = _read(_file("tuned.json")).get(identity)
    if found is None:
        found = _read(paths.shipped("models") / "tuned.json").get(identity)
    record: Tuned | None = _made(Tuned, found)
    return record


def remember_tuned(identity: str, record: Tuned | None) -> None:
    """Keep what was found for a model, or forget it (None). Raises OSError."""
    _write("tuned.json", identity, record)


def speed(sha256: str) -> Measured | None:
    """The speed of a model on this machine, as far as it was measured."""
    record: Measured | None = _made(Measured, _read(_file("speeds.json")).get(sha256))
    return record


def speeds() -> list[Measured]:
    """The speeds of all models that were measured on this machine."""
    found = (_made(Measured, value) for value in _read(_file("speeds.json")).values())
    return [m for m in found if m is not None and m.bytes > 0 and m.tokens_per_s > 0]


def remember_speed(sha256: str, record: Measured) -> None:
    """Keep how fast a model was. Raises OSError."""
    _write("speeds.json", sha256, record)


def _made(kind: Any, value: Any) -> Any:
    """The record, or None if it is none of ours: a damaged one is as good as none."""
    if not isinstance(value, dict):
        return None
    try:
        return kind(**value)
    except TypeError:
        return None


def _file(name: str) -> Path:
    return paths.home() / "models" / name


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(name: str, key: str, record: Pulled | Tuned | Measured | None) -> None:
    known = _read(_file(name))
    known.pop(key, None)
    if record is not None:
        known[key] = asdict(record)
    write_private(_file(name), json.dumps(known, indent=1).encode())
