"""Which language models can be chosen in the chat, and what is worth knowing of each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import formatting
from assistant.tui.backend import NO_MODEL

if TYPE_CHECKING:
    from assistant.engines.llama.engine import ModelInfo
    from assistant.engines.models import Listed

# A model that takes more than this share of all memory leaves none for the system.
_MOST_SHARE = 0.9


@dataclass(frozen=True)
class Model:
    """A model to choose: `name` is what it is opened by; `missing` why it cannot be, or "".

    `needs_bytes` is the memory that it takes here, `tokens_per_s` what it writes; 0 where that is
    not known. `is_measured` tells a speed that was seen from one that is expected. `is_here` is
    false for a model that can be fetched.
    """

    name: str
    title: str
    bytes: int = 0
    context: str = ""
    licence: str = ""
    place: str = ""
    missing: str = ""
    needs_bytes: int = 0
    tokens_per_s: float = 0.0
    is_measured: bool = False
    is_here: bool = True


@dataclass(frozen=True)
class Machine:
    """This machine: bytes of memory in all and free, cores, and what the model computes on."""

    memory_bytes: int
    free_bytes: int
    cores: int
    devices: str = ""

    def room(self, model: Model) -> str:
        """In words, whether a model fits into the memory."""
        if not model.needs_bytes:
            return ""
        needs = f"needs {formatting.size(model.needs_bytes)} of memory"
        if model.needs_bytes > self.memory_bytes * _MOST_SHARE:
            return f"{needs}: too large for this machine"
        return needs if model.needs_bytes <= self.free_bytes else f"{needs}: close other programs"

    def fits(self, model: Model) -> bool:
        """Tell whether the machine has the memory for a model, other programs aside."""
        return model.needs_bytes <= self.memory_bytes * _MOST_SHARE

    def __str__(self) -> str:
        parts = [
            f"{formatting.size(self.memory_bytes)} of memory, {formatting.size(self.free_bytes)}"
            " free",
            formatting.count(self.cores, "core"),
            self.devices,
        ]
        return "This machine: " + " \u00b7 ".join(filter(None, parts))


QUOTES_ONLY = Model(
    NO_MODEL, "Quotes only", place="no language model: each answer is the sentence that was found"
)


def this_machine(loaded: "ModelInfo | None") -> Machine:
    """The machine as it is now; `loaded` is the model that answers, which knows the devices."""
    from assistant import machine

    devices = ""
    if loaded is not None and loaded.devices:
        devices = f"no GPU is used ({loaded.devices[-1]})"
        if loaded.gpu_layers:
            devices = (
                f"{loaded.gpu_layers} of {loaded.layers} layers of the model on {loaded.devices[0]}"
            )
    return Machine(machine.all_memory(), machine.free_memory(), os.cpu_count() or 1, devices)


def choices(chosen: str | None) -> list[Model]:
    """The catalogue's models, files in the folder of models, `chosen` if it is a file, and none."""
    from assistant import settings
    from assistant.engines import models
    from assistant.errors import WeightsError

    given = settings.load()
    found = models.listed(given)
    if chosen and chosen.endswith(".gguf"):
        path = Path(chosen).expanduser().absolute()
        if path not in {item.path for item in found}:
            try:
                found.append(models.named(str(path), given))
            except WeightsError as error:
                missing = Model(str(path), path.stem, place=str(path), missing=str(error))
                return [*map(_model, found), missing, QUOTES_ONLY]
    return [*map(_model, found), QUOTES_ONLY]


def _model(item: "Listed") -> Model:
    from assistant import machine
    from assistant.engines import catalog, records, weights

    known = item.name in catalog.llm_names()
    is_here = item.path is not None
    place = str(item.path) if item.path else "not here yet"
    if is_here and not item.is_own:
        place = "comes with the assistant"
    missing = item.problem
    if not is_here and not (known and catalog.llm(item.name).hub_file):
        missing = "Its weights are not installed. Install the assistant again."
    model = Model(
        item.name if known else str(item.path),
        item.title,
        item.bytes,
        item.context,
        item.licence or "licence not stated",
        place,
        missing,
        machine.needed_bytes(item),
        is_here=is_here,
    )
    seen = records.speed(weights.sha256(item.path)) if item.path and not missing else None
    if seen is not None:
        return replace(model, tokens_per_s=seen.tokens_per_s, is_measured=True)
    expected = machine.expected_speed(item.bytes, records.speeds())
    return replace(model, tokens_per_s=expected or 0.0)


def facts(model: Model, machine: Machine) -> list[str]:
    """The facts worth knowing of a model, in short pieces."""
    parts = [formatting.size(model.bytes)] if model.bytes else []
    parts.append(machine.room(model))
    if model.tokens_per_s:
        about = "" if model.is_measured else "about "
        parts.append(f"{about}{_rate(model.tokens_per_s)} tokens/s here")
    if model.context:
        parts.append(f"context {model.context} tokens")
    parts += [model.licence, model.place]
    return [part for part in parts if part]


def larger(models: Sequence[Model], now: Model | None, machine: Machine) -> str:
    """The difference that a larger model would make, in a sentence; "" where none is larger."""
    size = now.bytes if now is not None else 0
    bigger = [m for m in models if m.bytes > size and not m.missing and machine.fits(m)]
    if not bigger:
        return "The model only phrases; every answer is checked against its quotes."
    first = min(bigger, key=lambda model: model.bytes)
    said = (
        "A larger model answers in its own words from whole passages, as long as the question"
        " needs, and each statement is checked"
    )
    if now is None or not (now.tokens_per_s and first.tokens_per_s):
        return f"{said}; it takes longer."
    return (
        f"{said}; {first.title} writes about {_rate(first.tokens_per_s)} tokens a second here,"
        f" {now.title} {_rate(now.tokens_per_s)}."
    )


def _rate(tokens_per_s: float) -> str:
    return f"{tokens_per_s:.0f}" if tokens_per_s >= 9.5 else f"{tokens_per_s:.1f}"
