"""Reads models/catalog.toml: which models there are and what their weights must be."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from assistant import paths
from assistant.errors import WeightsError

Pooling = Literal["mean", "cls", "last"]
SizeClass = Literal["tiny", "small", "large"]

# Weights from which a model is small, and large.
_SMALL, _LARGE = 400_000_000, 3_000_000_000


@dataclass(frozen=True)
class Weights:
    """A file of weights: the package that carries it, its name there, its sha256 and size.

    Without a package ("") it is a file in a folder of models, or a whole path.
    """

    package: str
    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class EmbedderEntry:
    """An embedder; `dimension` of its vectors, `max_tokens` that it reads.

    `pooling` is which token vectors make a text's: all (mean), the first or the last. The prefixes
    stand before a question and a passage, as the model was trained.
    """

    name: str
    title: str
    weights: Weights
    tokenizer: Path
    dimension: int
    max_tokens: int
    pooling: Pooling = "mean"
    query_prefix: str = ""
    passage_prefix: str = ""
    licence: str = ""


@dataclass(frozen=True)
class LlmEntry:
    """An LLM of the catalogue; `weights` is None for a file that the person named themselves.

    `hub_file` is where a hub has it, as owner/repository/file, or "" if it comes as a package.
    `parameters` counts its weights; None at an endpoint, which does not tell.
    """

    name: str
    title: str
    weights: Weights | None
    context_tokens: int
    compose_prompt: str
    phrase_prompt: str
    answering: str
    excerpt_tokens: int
    licence: str = ""
    hub_file: str = ""
    parameters: int | None = None

    @property
    def size_class(self) -> SizeClass:
        """Its class of size, by its number of weights; endpoints count as large."""
        if self.parameters is None or self.parameters >= _LARGE:
            return "large"
        return "small" if self.parameters >= _SMALL else "tiny"


@dataclass(frozen=True)
class ReaderEntry:
    """The evidence reader: its weights and the tokenizer they were trained with."""

    name: str
    title: str
    weights: Weights
    tokenizer: Path
    licence: str = ""


@dataclass(frozen=True)
class AdapterEntry:
    """A LoRA adapter; `base_sha256` is that of the model's file which it was trained on."""

    name: str
    title: str
    weights: Weights
    base_sha256: str
    licence: str = ""


@lru_cache(maxsize=1)
def _catalog() -> dict[str, dict[str, dict[str, object]]]:
    path = paths.shipped("models") / "catalog.toml"
    with path.open("rb") as file:
        return tomllib.load(file)


def _entry(kind: str, name: str | None) -> tuple[str, dict[str, object]]:
    entries = _catalog()[kind]
    chosen = name or next(n for n, e in entries.items() if e.get("default"))
    if chosen not in entries:
        raise WeightsError(
            f"There is no {kind} named {chosen!r}.", f"These are known: {', '.join(entries)}."
        )
    return chosen, entries[chosen]


def _weights(entry: dict[str, object]) -> Weights:
    return Weights(
        str(entry.get("package", "")),
        str(entry["file"]),
        str(entry["sha256"]),
        int(str(entry["bytes"])),
    )


def embedder(name: str | None = None) -> EmbedderEntry:
    """The embedder `name`, or the default one."""
    chosen, entry = _entry("embedder", name)
    return EmbedderEntry(
        name=chosen,
        title=str(entry["title"]),
        weights=_weights(entry),
        tokenizer=paths.shipped("models") / str(entry["tokenizer"]),
        dimension=int(str(entry["dimension"])),
        max_tokens=int(str(entry["max_tokens"])),
        licence=str(entry.get("licence", "")),
    )


def embedder_names() -> tuple[str, ...]:
    """The names of the catalogue's embedders."""
    return tuple(_catalog()["embedder"])


def reader() -> ReaderEntry | None:
    """The evidence reader, or None where the catalogue has none."""
    if not _catalog().get("reader"):
        return None
    chosen, entry = _entry("reader", None)
    return ReaderEntry(
        name=chosen,
        title=str(entry["title"]),
        weights=_weights(entry),
        tokenizer=paths.shipped("models") / str(entry["tokenizer"]),
        licence=str(entry.get("licence", "")),
    )


def adapters() -> tuple[AdapterEntry, ...]:
    """The catalogue's adapters."""
    return tuple(
        AdapterEntry(
            name=name,
            title=str(entry["title"]),
            weights=_weights(entry),
            base_sha256=str(entry["base_sha256"]),
            licence=str(entry.get("licence", "")),
        )
        for name, entry in _catalog().get("adapter", {}).items()
    )


def adapter(base_sha256: str) -> AdapterEntry | None:
    """The adapter for the model with this sha256, or None where the catalogue has none."""
    return next((entry for entry in adapters() if entry.base_sha256 == base_sha256), None)


def llm_names() -> tuple[str, ...]:
    """The names of the catalogue's LLMs."""
    return tuple(_catalog()["llm"])


def llm(name: str | None = None) -> LlmEntry:
    """The LLM `name`, or the default one."""
    chosen, entry = _entry("llm", name)
    return LlmEntry(
        name=chosen,
        title=str(entry["title"]),
        weights=_weights(entry),
        context_tokens=int(str(entry["context_tokens"])),
        compose_prompt=str(entry["compose_prompt"]),
        phrase_prompt=str(entry["phrase_prompt"]),
        answering=str(entry["answering"]),
        excerpt_tokens=int(str(entry["excerpt_tokens"])),
        licence=str(entry.get("licence", "")),
        hub_file=str(entry.get("hub_file", "")),
        parameters=int(str(entry["parameters"])),
    )
