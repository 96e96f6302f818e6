"""The child process of the local LLM: started, asked, cancelled, ended, its death explained.

`child.py` is what runs in it, with the messages that go both ways. There is a child because
llama.cpp prints over the screen, cannot be interrupted from Python, and may crash.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from assistant import logs
from assistant.errors import EngineError

# How long a set `cancel` may go unnoticed.
POLL_S = 0.02
# A child that does not react to a cancel for so long is ended instead.
CANCEL_LIMIT_S = 2.0
# Waited for after each of: end of stdin, SIGTERM, SIGKILL.
END_LIMIT_S = 0.5

# More than the longest token or error takes as JSON.
_LONGEST_LINE = 1 << 20
# What the child says about a request: fields and their types; every number may be a float.
_FIELDS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "reading": {"done": int, "total": int},
    "token": {"text": str, "logprob": (int, float)},
    "done": {
        "finish": str,
        "prompt_tokens": int,
        "cached_tokens": int,
        "completion_tokens": int,
        "prefill_ms": (int, float),
        "decode_ms": (int, float),
    },
    "error": {"message": str},
}

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
RESTARTS = "Ask again: it is started anew."
OTHER_MODEL = "Check the file, or choose another model with --model."
_log = logs.logger(__name__)


class EngineUnavailable(EngineError):
    """The model cannot be loaded or used at all."""


class EngineDied(EngineError):
    """The model's process ended in the middle of an answer; the next one starts it anew."""


@dataclass(frozen=True)
class ModelInfo:
    """The loaded model's figures. `n_ctx` in tokens, `load_ms` with the import of llama.cpp.

    `devices` are those of this machine that llama.cpp can compute on, as it names them. Of `layers`
    a GPU computes `gpu_layers`. `adapter` tells whether one was loaded. `notices` are sentences
    that the person should read once.
    """

    name: str
    n_ctx: int
    n_params: int
    load_ms: float
    devices: Sequence[str] = ()
    layers: int = 0
    gpu_layers: int = 0
    adapter: bool = False
    notices: Sequence[str] = ()


class ChildProcess:
    """One running process, from its start to its end; a thread takes in what it says."""

    def __init__(self, load: Mapping[str, Any], log_path: Path | None) -> None:
        self.process = _spawn(log_path)
        self.loaded: Future[ModelInfo] = Future()
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._sending = threading.Lock()
        self._ended_by_us = False
        # Runs when the engine is forgotten and when the interpreter exits.
        self._end = weakref.finalize(self, _end, self.process)
        threading.Thread(
            target=_take_in, args=(self.process, self.loaded, self._messages), daemon=True
        ).start()
        self._send(load)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def died_later(self) -> bool:
        """Tell whether it had loaded the model and is gone now."""
        return self.loaded.done() and not self.loaded.exception() and not self.alive

    def end(self) -> None:
        """Ends the process, politely first; returns when it is gone."""
        self._ended_by_us = True
        self._end()

    def wait_loaded(self, cancel: threading.Event) -> bool:
        """Waits for the model; False when cancelled meanwhile. Raises EngineUnavailable."""
        while not cancel.is_set():
            with contextlib.suppress(TimeoutError):
                self.loaded.result(POLL_S)
                return True
        return False

    def ask(
        self, request: Mapping[str, Any], cancel: threading.Event
    ) -> Generator[Mapping[str, Any], None, None]:
        """The messages about one request up to `done` or `error`. Raises EngineDied.

        Left early, it cancels; what the child still says about it is skipped by the next request.
        """
        generation = request["id"]
        ended = False
        self._send(request)
        try:
            for message in self._until_cancelled(generation, cancel):
                ended = message["type"] in {"done", "error"}
                yield message
                if ended:
                    return
        finally:
            if not ended:
                self._send({"type": "cancel", "id": generation})

    def _until_cancelled(
        self, generation: int, cancel: threading.Event
    ) -> Iterator[Mapping[str, Any]]:
        deadline = float("inf")
        while True:
            if deadline == float("inf") and cancel.is_set():
                self._send({"type": "cancel", "id": generation})
                deadline = time.monotonic() + CANCEL_LIMIT_S
            try:
                message = self._messages.get(timeout=POLL_S)
            except queue.Empty:
                if time.monotonic() < deadline:
                    continue
                self.end()
                message = {"type": "done", "id": generation, "finish": "cancelled"}
            if message is None:
                raise self._death()
            if message["id"] == generation:
                yield message

    def _death(self) -> EngineError:
        if self._ended_by_us:
            return EngineUnavailable("The language model was closed.")
        how = _exit_reason(self.process)
        return EngineDied(f"The language model stopped unexpectedly ({how}).", RESTARTS)

    def _send(self, message: Mapping[str, Any]) -> None:
        """Writes one message; a dead child is noticed where its answers end."""
        data = memoryview(json.dumps(message).encode() + b"\n")
        pipe = self.process.stdin
        assert pipe is not None
        with self._sending, contextlib.suppress(OSError, ValueError):
            while data:
                data = data[pipe.write(data) :]


def _spawn(log_path: Path | None) -> subprocess.Popen[bytes]:
    # -P: run in a folder of documents, a json.py among them must not be imported.
    command = [sys.executable, "-P", "-m", "assistant.engines.llama.child"]
    if log_path:
        command.append(str(log_path.absolute()))
    search_path = [str(PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {
        # How long libgomp's threads spin at a barrier before they sleep. By default so long that
        # one other busy process on 2 cores takes decoding from 80 to 4 tokens/s; so, to 24.
        "GOMP_SPINCOUNT": "3000",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, search_path)),
    }
    creationflags = 0
    if sys.platform == "win32":
        creationflags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment,
        # Not the folder of documents that we may be in: libraries look for their parts there.
        cwd=PACKAGE_ROOT,
        # Ctrl-C in the terminal is the parent's to handle; it must not reach the child.
        start_new_session=True,
        creationflags=creationflags,
    )


def _take_in(
    process: subprocess.Popen[bytes],
    loaded: Future[ModelInfo],
    messages: queue.SimpleQueue[dict[str, Any] | None],
) -> None:
    """Sorts what the child says until it ends, then collects its status so that no zombie stays.

    A child that says anything else than the protocol has is ended: nobody knows what it does.
    Runs in a thread of its own, which must not keep the engine alive.
    """
    assert process.stdout is not None
    try:
        for line in _lines(process.stdout):
            message = json.loads(line)
            match message.pop("type"):
                case "loaded":
                    info = ModelInfo(**message)
                    _log.info(
                        "loaded %s in %.0f ms: context %d tokens, %d of %d layers on a GPU",
                        info.name,
                        info.load_ms,
                        info.n_ctx,
                        info.gpu_layers,
                        info.layers,
                    )
                    loaded.set_result(info)
                case "load_failed":
                    loaded.set_exception(EngineUnavailable(str(message["message"]), OTHER_MODEL))
                case kind:
                    messages.put({"type": kind, **_checked(kind, message)})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidStateError):
        process.kill()
    process.stdout.close()
    process.wait()
    _log.info("the language model's process ended with %s", _exit_reason(process))
    if not loaded.done():
        how = _exit_reason(process)
        loaded.set_exception(
            EngineUnavailable(f"The language model stopped while it was loaded ({how}).")
        )
    messages.put(None)


def _checked(kind: str, message: dict[str, Any]) -> dict[str, Any]:
    """The fields of a message. ValueError or KeyError where they are not those of its kind."""
    expected = {**_FIELDS[kind], "id": int}
    if kind == "error" and "excess_tokens" in message:
        expected["excess_tokens"] = int
    if message.keys() != expected.keys() or not all(
        isinstance(message[name], wanted) for name, wanted in expected.items()
    ):
        raise ValueError(kind)
    return message


def _lines(pipe: IO[bytes]) -> Iterator[bytes]:
    """Whole lines; a last one that a dying child left unfinished is dropped.

    ValueError for a line that is longer than any message.
    """
    with open(pipe.fileno(), "rb", closefd=False) as buffered:
        while line := buffered.readline(_LONGEST_LINE):
            if line.endswith(b"\n"):
                yield line
            elif len(line) == _LONGEST_LINE:
                raise ValueError("a line without an end")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a child: the end of its stdin means quit, then SIGTERM, then SIGKILL."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    for insist in (process.terminate, process.kill, None):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_LIMIT_S)
            return
        if insist:
            insist()


def _exit_reason(process: subprocess.Popen[bytes]) -> str:
    status = process.returncode
    return f"signal {-status}" if status < 0 else f"exit status {status}"
