"""The port of a language model: a stream of what it reads and writes."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assistant.answering.prompts import Message


@dataclass(frozen=True)
class Reading:
    """The number of the prompt's tokens that are read."""

    done: int
    total: int


@dataclass(frozen=True)
class Token:
    """A piece of text as it is written, whole characters only; `logprob` is the natural log."""

    text: str
    logprob: float


@dataclass(frozen=True)
class Finished:
    """The end of a generation; `cached_tokens` of the prompt were still read from before."""

    finish: Literal["stop", "length", "cancelled"]
    text: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    prefill_ms: float = 0.0
    decode_ms: float = 0.0


GenerationEvent = Reading | Token | Finished


class Llm(Protocol):
    """A language model that writes."""

    def describe(self) -> dict[str, str]:
        """Its name and the sha256 of its weights and adapter, as recorded with answers."""
        ...

    def generate(  # noqa: PLR0913 - each is one choice of a generation
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        adapter: bool = False,
        cancel: threading.Event | None = None,
    ) -> Iterator[GenerationEvent]:
        """Write an answer to the messages, with the model's adapter where it has one and that is
        asked for. Raises EngineError if it cannot."""
        ...
