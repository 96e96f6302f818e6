"""The events of an OpenAI-compatible endpoint, read as one answer without the thoughts in it."""

import json
import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Literal

from assistant.answering.llm import Finished, Token
from assistant.engines.chat_marks import CHAT_MARKS
from assistant.engines.event_stream import Request, StreamError, events
from assistant.engines.llama.repetition import RepetitionFilter
from assistant.engines.llama.tokens import TextGate
from assistant.engines.thinking import Piece, ThoughtFilter

# For an error that comes in a stream and has no number.
_IN_STREAM = 999


class StreamedAnswer:
    """One streamed answer, as far as it came."""

    def __init__(self, opens_thought: bool | None, cancel: threading.Event) -> None:
        self._cancel = cancel
        self._thoughts = ThoughtFilter("<think>" if opens_thought else "")
        self._gate = TextGate(CHAT_MARKS)
        self._loops = RepetitionFilter()
        # Whether a thought is opened by the template cannot be seen from here. Until that is
        # known, the first answer is held back whole.
        self._held: list[Piece] | None = [] if opens_thought is None else None
        self._reasoned = False
        self._began = time.perf_counter()
        self._first_at: float | None = None
        self._finish: Literal["stop", "length", "cancelled"] = "stop"
        self._usage: dict[str, int] = {}
        self._ended = False
        self._pieces = 0
        self.text = ""
        self.opened_thought = False

    @property
    def thought_in_vain(self) -> bool:
        """Tell whether all its room went into thoughts."""
        hidden = self._reasoned or self._thoughts.hidden > 0
        return hidden and self._finish == "length" and not self.text.strip()

    def read(self, request: Request, max_tokens: int) -> Iterator[Token]:
        """The visible text as it comes, at most about `max_tokens` of it. Raises StreamError."""
        complete = False
        with closing(events(request, self._cancel)) as answers:
            for data in answers:
                if data.strip() == b"[DONE]":
                    complete = True
                    break
                yield from self._chunk(_object(data))
                complete = complete or self._ended
                if self._is_over:
                    complete = True
                    break
                if self._pieces - self._thoughts.hidden > 2 * max_tokens:
                    self._finish, complete = "length", True
                    break
        if self._cancel.is_set():
            self._finish = "cancelled"
        elif not complete:
            raise StreamError(0, "it ended in the middle of its answer")
        yield from self._visible(self._thoughts.flush())
        held, self._held = self._held or [], None
        yield from self._said(held)
        yield from self._rest()

    def finished(self) -> Finished:
        now = time.perf_counter()
        first = self._first_at or now
        return Finished(
            self._finish,
            self.text,
            prompt_tokens=self._usage.get("prompt_tokens", 0),
            completion_tokens=self._usage.get("completion_tokens", self._pieces),
            prefill_ms=(first - self._began) * 1000,
            decode_ms=(now - first) * 1000,
        )

    def _chunk(self, value: dict[str, Any]) -> Iterator[Token]:
        if "error" in value:
            raise StreamError(int(_number(value["error"])), json.dumps(value))
        usage = value.get("usage")
        if isinstance(usage, dict):
            self._usage = {k: v for k, v in usage.items() if isinstance(v, int) and v >= 0}
        choices = value.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return
        choice = choices[0]
        said = choice.get("delta") or choice.get("message") or {}
        if not isinstance(said, dict):
            return
        self._reasoned = self._reasoned or bool(
            said.get("reasoning_content") or said.get("reasoning")
        )
        text = said.get("content")
        if isinstance(text, str) and text:
            self._first_at = self._first_at or time.perf_counter()
            self._pieces += 1
            yield from self._visible(self._thoughts.push(text, _logprob(choice)))
        if reason := choice.get("finish_reason"):
            self._ended = True
            self._finish = "length" if reason == "length" else "stop"

    @property
    def _is_over(self) -> bool:
        """Tell whether it left the answer: by the mark of another turn, or in a loop."""
        return self._gate.stopped or self._loops.stopped

    def _visible(self, pieces: Sequence[Piece]) -> Iterator[Token]:
        if self._thoughts.closed_unopened:
            # All that came before was a thought that the template had opened.
            self.opened_thought, self._held = True, None
            self._thoughts.closed_unopened = False
        if self._held is not None:
            self._held += pieces
        else:
            yield from self._said(pieces)

    def _said(self, pieces: Sequence[Piece]) -> Iterator[Token]:
        """The part of these that is answer; a piece that may be a mark or a loop waits for the
        next."""
        for text, logprob in pieces:
            if not self._is_over:
                yield from self._unlooped(self._gate.push(text.encode("utf-8", "replace"), logprob))

    def _unlooped(self, pieces: Sequence[Piece]) -> Iterator[Token]:
        for piece in pieces:
            if not self._loops.stopped:
                yield from self._tokens(self._loops.push(*piece))

    def _rest(self) -> Iterator[Token]:
        """The text that still waits when the answer ends."""
        if not self._is_over:
            yield from self._unlooped(self._gate.flush())
        if not self._loops.stopped:
            yield from self._tokens(self._loops.flush(unfinished=self._finish == "length"))
        if self._is_over and self._finish == "length":
            self._finish = "stop"

    def _tokens(self, pieces: Sequence[Piece]) -> Iterator[Token]:
        for text, logprob in pieces:
            self.text += text
            yield Token(text, logprob)


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise StreamError(0, "what it sends is not an answer of a language model")
    return value


def _logprob(choice: dict[str, Any]) -> float:
    """The mean log probability of a chunk's tokens; NaN where there is none."""
    try:
        values = [float(token["logprob"]) for token in choice["logprobs"]["content"]]
        return sum(values) / len(values)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return math.nan


def _number(error: Any) -> float:
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and code > 0 else _IN_STREAM
