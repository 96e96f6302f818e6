"""Which LoRA adapter a model is used with, checked before llama.cpp sees the file."""

from dataclasses import dataclass
from pathlib import Path

from assistant.engines import catalog, gguf, weights
from assistant.errors import WeightsError

NO_ADAPTER = "none"
_WITHOUT = "The model works without it."


@dataclass(frozen=True)
class Adapter:
    """An adapter's file and what is recorded of it with answers."""

    path: Path
    name: str
    sha256: str


def find(base_sha256: str, wanted: str) -> tuple[Adapter | None, str]:
    """The adapter for a model, and a sentence where there should be one that cannot be used.

    `wanted` is the setting llm.adapter: a file, "none", or "" for the catalogue's, if it has one
    that was made for the model with this sha256.
    """
    if wanted == NO_ADAPTER:
        return None, ""
    try:
        if wanted:
            return _own(Path(wanted).expanduser()), ""
        entry = catalog.adapter(base_sha256)
        return (_shipped(entry) if entry else None), ""
    except WeightsError as error:
        return None, f"{error} {_WITHOUT}"


def _own(path: Path) -> Adapter:
    remedy = "Set llm.adapter to another file, or to none."
    if not path.is_file():
        raise WeightsError(f"The adapter {path} does not exist.", remedy)
    try:
        info = gguf.read(path)
    except WeightsError as error:
        raise WeightsError(f"The adapter cannot be read: {error.message}", remedy) from error
    if info.kind != "adapter":
        raise WeightsError(f"{path} is no adapter (general.type is {info.kind!r}).", remedy)
    return Adapter(path.absolute(), path.stem, weights.sha256(path))


def _shipped(entry: catalog.AdapterEntry) -> Adapter:
    remedy = "Install the assistant again, or set llm.adapter to none."
    try:
        path = weights.locate(entry.weights)
    except WeightsError as error:
        missing = f"The adapter {entry.weights.file} is not on this machine."
        raise WeightsError(missing, remedy) from error
    size = path.stat().st_size
    if size != entry.weights.bytes or weights.sha256(path) != entry.weights.sha256:
        damaged = f"The adapter {path} is damaged: its sha256 is not the catalogue's."
        raise WeightsError(damaged, remedy)
    return Adapter(path, entry.name, entry.weights.sha256)
