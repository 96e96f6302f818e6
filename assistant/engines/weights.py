"""Finds files of weights inside installed packages and checks that they are the right ones."""

import hashlib
import json
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from assistant import paths
from assistant.engines.catalog import Weights
from assistant.errors import WeightsError
from assistant.private_files import write_private

_PULL = "See `assistant models list`; `assistant models pull NAME` fetches a model."
_REINSTALL = "Run `uv sync --reinstall-package {}`."


def locate(weights: Weights) -> Path:
    """The file's path: in a folder of models, or in a package, which is not imported for that.

    Raises WeightsError if the package or the file is not there.
    """
    if not weights.package:
        if Path(weights.file).is_absolute() and Path(weights.file).is_file():
            return Path(weights.file)
        for place in model_folders():
            if (place / weights.file).is_file():
                return place / weights.file
        raise WeightsError(f"The weights {weights.file} are not on this machine.", _PULL)
    spec = find_spec(weights.package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / weights.file
        if path.is_file():
            return path
    raise WeightsError(
        f"The weights {weights.file} are not installed.",
        _REINSTALL.format(weights.package.replace("_", "-")),
    )


def verified(weights: Weights) -> Path:
    """The file's path once its sha256 is the catalogue's.

    Hashing 100 MB takes a third of a second, so the digest is remembered. Raises WeightsError if
    the file is another.
    """
    path = locate(weights)
    if path.stat().st_size != weights.bytes or sha256(path) != weights.sha256:
        again = _REINSTALL.format(weights.package.replace("_", "-"))
        raise WeightsError(
            f"The weights {path} are damaged: their sha256 is not the catalogue's.",
            again if weights.package else "Remove the file and pull the model again.",
        )
    return path


def fresh_sha256(path: Path) -> str:
    """The sha256 of a file as it is now, whatever is remembered of it."""
    known = _read_seen()
    if known.pop(str(path), None) is not None:
        _write_seen(known)
    return sha256(path)


def model_folders() -> tuple[Path, Path]:
    """Folders of model files: the person's own folder, then the program's."""
    return paths.home() / "models", paths.shipped("models")


def sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal; remembered by path, size and time of change."""
    state = path.stat()
    seen = _read_seen()
    match seen.get(str(path)):
        case [str(digest), size, time] if [size, time] == [state.st_size, state.st_mtime_ns]:
            return digest
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write_seen(seen | {str(path): [digest, state.st_size, state.st_mtime_ns]})
    return digest


def _seen_file() -> Path:
    return paths.home() / "verified.json"


def _read_seen() -> dict[str, list[object]]:
    try:
        seen = json.loads(_seen_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return seen if isinstance(seen, dict) else {}


def _write_seen(seen: dict[str, list[object]]) -> None:
    # Only a cache: where it cannot be written the next start hashes again.
    with suppress(OSError):
        write_private(_seen_file(), json.dumps(seen).encode())
