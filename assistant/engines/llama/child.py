"""The process that holds the local LLM: JSON lines in on stdin, JSON lines out on stdout.

Run as `python -m assistant.engines.llama.child [LOG]`; `engine.py` is the other end. One object a
line, told apart by `type`:

    in   load {path, n_ctx, n_threads|null, seed, gpu_layers|null, adapter: path|null}
         generate {id, messages: [{role, content}], max_tokens, stop: [str], temperature, adapter}
         cancel {id}   quit   (the end of stdin means quit: a dead parent leaves no orphan)
    out  loaded {name, n_ctx, n_params, load_ms, devices: [str], layers, gpu_layers, adapter,
                 notices: [str]}
         load_failed {message}
         reading {id, done, total}      prompt tokens in the model so far, reused ones included
         token {id, text, logprob}      whole characters only, so text may be empty
         done {id, finish: stop|length|cancelled, prompt_tokens, cached_tokens, completion_tokens,
               prefill_ms, decode_ms}
         error {id, message, excess_tokens?}

Ids grow. A second thread takes the messages while the first computes, so a cancel is heard at
any time. Nothing here imports llama_cpp before `load` (it takes 0.2 s and may be missing).
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from assistant import offline
from assistant.engines.llama.model import Cancellation, LanguageModel
from assistant.engines.llama.repetition import RepetitionFilter
from assistant.engines.llama.tokens import ChildError, TextGate
from assistant.engines.thinking import Piece, ThoughtFilter

Message = dict[str, Any]

# A thought longer than this is ended for the model: who waits for a sentence does not wait longer.
THOUGHT_TOKENS = 256


class PromptTooLongError(ChildError):
    """The prompt and the room for its answer exceed the context by `excess_tokens`."""

    def __init__(self, prompt_tokens: int, max_tokens: int, n_ctx: int) -> None:
        self.excess_tokens = prompt_tokens + max_tokens - n_ctx
        super().__init__(
            f"The prompt is {self.excess_tokens} tokens too long: {prompt_tokens} of its own and"
            f" {max_tokens} for the answer do not fit into the model's context of {n_ctx}."
        )


class Generation:
    """One answer: reads the prompt, writes tokens, tells each step through `send`."""

    def __init__(self, model: LanguageModel, request: Message, send: Callable[..., None]) -> None:
        self._model = model
        self._send = send
        self._max_tokens = int(request["max_tokens"])
        self._pick = model.picker(float(request["temperature"]))
        self._gate = TextGate((*request["stop"], *model.template.stops))
        self._thoughts = ThoughtFilter()
        self._loops = RepetitionFilter()
        model.use_adapter(bool(request["adapter"]))
        self._prompt = model.template.tokens(request["messages"])
        self._written = self._thought = 0
        if len(self._prompt) + self._max_tokens > model.n_ctx:
            raise PromptTooLongError(len(self._prompt), self._max_tokens, model.n_ctx)

    def run(self) -> None:
        """Works through the request; its last message is `done`."""
        started = time.perf_counter()
        cached = self._read_prompt()
        prompt_read = time.perf_counter()
        finish = self._write()
        if not self._loops.stopped:
            self._tell(self._gate.flush())
            self._say(self._thoughts.flush())
        if not self._loops.stopped:
            self._send_tokens(self._loops.flush(unfinished=finish == "length"))
        self._send(
            "done",
            finish="stop" if self._loops.stopped else finish,
            prompt_tokens=len(self._prompt),
            cached_tokens=cached,
            completion_tokens=self._written,
            prefill_ms=(prompt_read - started) * 1000,
            decode_ms=(time.perf_counter() - prompt_read) * 1000,
        )

    def _read_prompt(self) -> int:
        cached = self._model.reuse(self._prompt)
        total = len(self._prompt)
        self._send("reading", done=cached, total=total)
        for done in self._model.read(self._prompt):
            self._send("reading", done=done, total=total)
        return cached

    def _write(self) -> str:
        model = self._model
        room = model.n_ctx - len(self._prompt)
        while not model.cancellation.requested:
            if self._is_full() or self._written >= room:
                return "length"
            token, logprob = self._pick()
            if self._is_last(token):
                return "stop"
            self._written += 1
            self._tell(self._gate.push(model.vocabulary.piece(token), logprob))
            if self._gate.stopped or self._loops.stopped:
                return "stop"
            if self._written < room and not self._is_full():
                model.write([token])
            if self._thoughts.closer:
                self._think(room)
        return "cancelled"

    def _is_last(self, token: int) -> bool:
        """Tell whether the answer ends before a token; thoughts have marks between their parts."""
        vocabulary = self._model.vocabulary
        return vocabulary.ends(token) or (not self._thoughts.closer and vocabulary.derails(token))

    def _is_full(self) -> bool:
        """Tell whether as much was said as was asked for; a thought does not count."""
        return not self._thoughts.closer and self._written - self._thought >= self._max_tokens

    def _think(self, room: int) -> None:
        """Counts a thought's token; a thought that takes too long is ended in the model's name.

        Ending it so is the budget forcing of Muennighoff et al., s1 (2025), section 3.1.
        """
        self._thought += 1
        limit = min(THOUGHT_TOKENS, max(0, room - self._max_tokens))
        if self._thought < limit:
            return
        ending = f"\n\n{self._thoughts.closer}\n\n"
        tokens = self._model.vocabulary.tokenize(ending)[: room - self._written]
        self._written += len(tokens)
        self._thought += len(tokens)
        self._tell([(ending, 0.0)])
        if tokens:
            self._model.write(tokens)

    def _tell(self, pieces: Sequence[Piece]) -> None:
        """Send what of these is neither thought nor loop."""
        for piece in pieces:
            self._say(self._thoughts.push(*piece))

    def _say(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            if not self._loops.stopped:
                self._send_tokens(self._loops.push(*piece))

    def _send_tokens(self, pieces: Sequence[Piece]) -> None:
        for text, logprob in pieces:
            self._send("token", text=text, logprob=logprob)


class Child:
    """The process's state: the loaded model and the messages that wait for the main thread."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._cancellation = Cancellation()
        self._model: LanguageModel | None = None

    def listen(self, source: BinaryIO) -> None:
        """Takes messages until stdin ends, then ends the process, whatever is computed."""
        try:
            for line in source:
                message = json.loads(line)
                if message["type"] == "quit":
                    break
                if message["type"] == "cancel":
                    self._cancellation.cancel(message["id"])
                else:
                    self._waiting.put(message)
        finally:
            os._exit(0)

    def work(self) -> int:
        """Loads, then generates one request after the other; the exit status if loading fails."""
        if not self._load(self._waiting.get()):
            return 1
        while True:
            self._generate(self._waiting.get())

    def send(self, kind: str, **fields: Any) -> None:
        """One message to the parent; ends the process where there is none any more."""
        try:
            self._out.write(json.dumps({"type": kind, **fields}).encode() + b"\n")
            self._out.flush()
        except OSError:
            os._exit(0)

    def _load(self, request: Message) -> bool:
        started = time.perf_counter()
        adapter = request["adapter"]
        try:
            self._model = model = LanguageModel(
                Path(request["path"]),
                self._cancellation,
                request["n_ctx"],
                request["n_threads"],
                request["seed"],
                gpu_layers=request["gpu_layers"],
                adapter=Path(adapter) if adapter else None,
            )
        except ChildError as error:
            self.send("load_failed", message=str(error))
            return False
        self.send("loaded", load_ms=(time.perf_counter() - started) * 1000, **_loaded(model))
        return True

    def _generate(self, request: Message) -> None:
        generation = request["id"]
        self._cancellation.begin(generation)

        def send(kind: str, **fields: Any) -> None:
            self.send(kind, id=generation, **fields)

        assert self._model is not None
        try:
            Generation(self._model, request, send).run()
        except PromptTooLongError as error:
            send("error", message=str(error), excess_tokens=error.excess_tokens)
        except ChildError as error:
            send("error", message=str(error))


def _loaded(model: LanguageModel) -> Message:
    """The child's message on a model that was loaded."""
    return {
        "name": model.name,
        "n_ctx": model.n_ctx,
        "n_params": model.n_params,
        "devices": [str(device) for device in model.devices],
        "layers": model.layers,
        "gpu_layers": model.offloaded_layers,
        "adapter": model.has_adapter,
        "notices": model.notices,
    }


def _private_stdout(log: str) -> BinaryIO:
    """Takes stdout for the messages alone; what else is printed goes to `log`.

    llama.cpp and ggml print to file descriptors 1 and 2.
    """
    messages = os.fdopen(os.dup(1), "wb")
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    faulthandler.enable(2)
    return messages


def main() -> None:
    """Serves one parent until it is gone."""
    offline.guard()
    child = Child(_private_stdout(sys.argv[1] if len(sys.argv) > 1 else os.devnull))
    threading.Thread(target=child.listen, args=(sys.stdin.buffer,), daemon=True).start()
    status = 1
    try:
        status = child.work()
    except Exception:
        traceback.print_exc()  # to the log; the parent sees that the process ended
    finally:
        # Without tearing down what llama.cpp's threads may still use.
        os._exit(status)


if __name__ == "__main__":
    main()
