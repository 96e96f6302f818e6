"""Stand-ins for tests that must choose what the model says; the real one has its own tests."""

import threading
from collections.abc import Iterator, Sequence

from assistant.answering.llm import Finished, GenerationEvent, Reading, Token
from assistant.answering.prompts import Message
from assistant.errors import EngineError
from assistant.library.document_store import Passage
from assistant.retrieval.evidence import Evidence


class ScriptedLlm:
    """Says what it was given, one word a token; dies after `dies_after` words, if set."""

    def __init__(self, *replies: str, logprob: float = -0.1, dies_after: int | None = None) -> None:
        self._replies = list(replies)
        self._logprob = logprob
        self._dies_after = dies_after
        self.asked: list[Sequence[Message]] = []

    def describe(self) -> dict[str, str]:
        return {"name": "scripted", "sha256": "0" * 64}

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        adapter: bool = False,
        cancel: threading.Event | None = None,
    ) -> Iterator[GenerationEvent]:
        self.asked.append(messages)
        reply = self._replies.pop(0)
        yield Reading(10, 10)
        written = 0
        for word in reply.split(" "):
            if self._dies_after is not None and written >= self._dies_after:
                raise EngineError(
                    "The language model stopped unexpectedly (signal 9).", "Ask again."
                )
            if cancel is not None and cancel.is_set():
                yield Finished("cancelled", reply, 10, 0, written, 1.0, 1.0)
                return
            yield Token(word if written == 0 else f" {word}", self._logprob)
            written += 1
        yield Finished("stop", reply, 10, 0, written, 1.0, 1.0)


def evidence(
    quote: str,
    *,
    before: str = "",
    after: str = "",
    title: str = "notes",
    headings: tuple[str, ...] = (),
) -> Evidence:
    """Evidence as if `quote` stood in a passage between two other texts."""
    text = before + quote + after
    span = (len(before), len(before) + len(quote))
    passage = Passage(1, "/notes.txt", title, 0, len(text), (1, 1), None, headings, (span,), text)
    return Evidence(passage, span, 1.0)
