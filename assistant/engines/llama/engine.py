"""The local LLM: loads in the background, streams answers, can be cancelled, is restarted.

It runs in a child process (`process.py`); nothing here imports llama_cpp.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.answering.llm import Finished, Reading, Token
from assistant.answering.prompts import Message
from assistant.engines.adapters import Adapter
from assistant.engines.llama.process import (
    POLL_S,
    ChildProcess,
    EngineDied,
    EngineUnavailable,
    ModelInfo,
)
from assistant.errors import EngineError

__all__ = [
    "EngineDied",
    "EngineUnavailable",
    "Finished",
    "LlamaEngine",
    "Message",
    "ModelInfo",
    "PromptTooLong",
    "Reading",
    "Token",
]


class PromptTooLong(EngineError):
    """The prompt and the room for its answer exceed the model's context by `excess_tokens`."""

    def __init__(self, message: str, excess_tokens: int) -> None:
        self.excess_tokens = excess_tokens
        super().__init__(message, "Use fewer or shorter passages, or a larger context.")


class LlamaEngine:
    """One GGUF in a child process. Safe to use from several threads; one answer at a time."""

    def __init__(  # noqa: PLR0913 - what is recorded of a model, and how to load it
        self,
        path: Path,
        *,
        name: str = "",
        sha256: str = "",
        n_ctx: int = 4096,
        n_threads: int | None = None,
        seed: int = 1,
        log_path: Path | None = None,
        gpu_layers: int | None = None,
        adapter: Adapter | None = None,
        notices: Sequence[str] = (),
    ) -> None:
        """`n_threads`: None for all usable physical cores. `log_path`: what llama.cpp prints.

        `name` and `sha256` (of the file) are what is recorded with answers. `gpu_layers`: None for
        as many as fit. `notices` are what is known before loading of what will not work.
        """
        self._described = {"name": name or path.stem, "sha256": sha256}
        self._adapter = adapter
        self._notices = tuple(notices)
        self._load = {
            "type": "load",
            "path": str(path.absolute()),
            "n_ctx": n_ctx,
            "n_threads": n_threads,
            "seed": seed,
            "gpu_layers": gpu_layers,
            "adapter": str(adapter.path.absolute()) if adapter else None,
        }
        self._log_path = log_path
        self._answering = threading.Lock()
        self._state = threading.Lock()
        self._child: ChildProcess | None = None
        self._closed = False
        self._generations = 0

    def describe(self) -> dict[str, str]:
        """Name and sha256, and that of its adapter if it has one, as recorded with answers."""
        info = self._loaded()
        if self._adapter is None or (info is not None and not info.adapter):
            return dict(self._described)
        return {**self._described, "adapter": self._adapter.sha256}

    @property
    def has_adapter(self) -> bool:
        """Tell whether `generate` can be asked to use an adapter, as far as is known."""
        return "adapter" in self.describe()

    @property
    def notices(self) -> tuple[str, ...]:
        """Notices for the person, each to be read once: an adapter or a GPU that cannot be used,
        and why.

        What is known before the model is loaded; more may come with that.
        """
        info = self._loaded()
        return (*self._notices, *(info.notices if info else ()))

    def _loaded(self) -> ModelInfo | None:
        """The loaded model, if there is one yet; waits for nothing."""
        child = self._child
        if child is None or not child.loaded.done() or child.loaded.exception():
            return None
        return child.loaded.result()

    @property
    def load_settings(self) -> Mapping[str, Any]:
        """The parameters of a model's loading: the message `load` to the child."""
        return self._load

    @property
    def pid(self) -> int | None:
        """The child's process id, None when there is none."""
        child = self._child
        return child.process.pid if child and child.alive else None

    def start(self) -> None:
        """Starts the child, which loads in the background. Does nothing where one is alive."""
        self._live_child()

    def wait_ready(self, timeout_s: float | None = None) -> ModelInfo:
        """Waits until the model is loaded, starting it if that was not done.

        Raises EngineUnavailable if it cannot be loaded, or not within `timeout_s`.
        """
        child = self._child
        if child is None or child.died_later:
            child = self._live_child()
        try:
            return child.loaded.result(timeout_s)
        except TimeoutError:
            raise EngineUnavailable(
                f"The language model was not loaded within {timeout_s:g} seconds."
            ) from None

    def generate(  # noqa: PLR0913 - each is one choice of a generation
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        adapter: bool = False,
        cancel: threading.Event | None = None,
    ) -> Iterator[Reading | Token | Finished]:
        """Streams one answer; the last event is Finished.

        A dead child is replaced first. `max_tokens=0` only reads the prompt, which keeps it warm.
        `temperature=0` always takes the likeliest token. `adapter` computes with the model's
        adapter where it has one; a prompt stays warm only until that changes. Closing the iterator
        early cancels. An open iterator keeps others waiting. Raises EngineUnavailable, EngineDied,
        PromptTooLong, or EngineError where the prompt cannot be computed.
        """
        cancel = cancel or threading.Event()
        while not self._answering.acquire(timeout=POLL_S):
            if cancel.is_set():
                yield Finished("cancelled", "")
                return
        try:
            request = {
                "type": "generate",
                "messages": [{"role": m.role, "content": m.content} for m in messages],
                "max_tokens": max_tokens,
                "stop": list(stop),
                "temperature": temperature,
                "adapter": adapter,
            }
            with contextlib.closing(self._answers(request, cancel)) as answers:
                yield from _events(answers)
        finally:
            self._answering.release()

    def close(self) -> None:
        """Ends the child within two seconds, in the middle of an answer as well. For good."""
        with self._state:
            self._closed = True
            child, self._child = self._child, None
        if child:
            child.end()

    def __enter__(self) -> LlamaEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _live_child(self) -> ChildProcess:
        with self._state:
            if self._closed:
                raise EngineUnavailable("The language model was closed.")
            if self._child is None or not self._child.alive:
                self._child = ChildProcess(self._load, self._log_path)
            return self._child

    def _answers(
        self, request: dict[str, Any], cancel: threading.Event
    ) -> Generator[Mapping[str, Any], None, None]:
        """The child's messages about `request`. A child found dead is replaced once."""
        for last_try in (False, True):
            child = self._live_child()
            if not child.wait_loaded(cancel):
                yield {"type": "done", "finish": "cancelled"}
                return
            self._generations += 1
            with contextlib.closing(
                child.ask({**request, "id": self._generations}, cancel)
            ) as answers:
                try:
                    first = next(answers)
                except EngineDied:
                    if last_try:
                        raise
                    continue
                yield first
                yield from answers
                return


def _events(answers: Iterator[Mapping[str, Any]]) -> Iterator[Reading | Token | Finished]:
    texts: list[str] = []
    for answer in answers:
        fields = {name: value for name, value in answer.items() if name not in {"type", "id"}}
        match answer["type"]:
            case "reading":
                yield Reading(**fields)
            case "token":
                texts.append(fields["text"])
                yield Token(**fields)
            case "done":
                yield Finished(text="".join(texts), **fields)
            case "error" if "excess_tokens" in fields:
                raise PromptTooLong(fields["message"], fields["excess_tokens"])
            case "error":
                raise EngineError(fields["message"])
