"""Benchmarks of the language model: reading a prompt and writing, beside a plain llama.cpp loop."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.answering import prompts
from assistant.answering.llm import Finished, Token
from assistant.answering.prompts import Message
from assistant.bench.results import Budget, Row
from assistant.bench.workplace import Workplace
from assistant.engines.llama.engine import LlamaEngine
from assistant.engines.llama.model import usable_cores
from assistant.errors import AssistantError
from assistant.query.question import Question
from assistant.retrieval.evidence_search import retrieve

_TOKENS = 48
_ASKED = "Describe the bridges of a town in many sentences, one after the other."
# Passages in front of that: a prompt of a few hundred tokens.
_PASSAGES = 2


def writing(place: Workplace) -> Iterator[Row]:
    """Tokens written and prompt tokens read a second: a free text, and drafts from quotes."""
    engine = place.assistant.llm()
    if not isinstance(engine, LlamaEngine):
        return
    engine.wait_ready()
    with _Bare(place, engine) as bare:
        rates = {
            "decode": [_pair(engine, bare, m) for m in _free(place)],
            "draft_decode": [_pair(engine, bare, m) for m in _drafts(place)],
        }
    for name, title, budget in (
        ("decode", "tokens written, free text", Budget(0.95, of_bare=True)),
        ("draft_decode", "tokens written, drafts", None),
    ):
        measured = rates[name][1:]  # the first is there to warm up
        if not measured:  # without a reader there is nothing to phrase
            continue
        ours, others = zip(*measured, strict=True)
        yield _row(name, title, [w for _, w in ours], [w for _, w in others], budget)
        if name == "decode":
            yield _row(
                "prefill", "prompt tokens read", [r for r, _ in ours], [r for r, _ in others]
            )


def _row(
    name: str,
    title: str,
    ours: Sequence[float],
    bare: Sequence[float],
    budget: Budget | None = None,
) -> Row:
    return Row(name, title, "/s", tuple(ours), tuple(bare), "bare llama.cpp loop", budget)


def _free(place: Workplace) -> Iterator[list[Message]]:
    """Prompts whose answers repeat little of them; what is read again is not known already."""
    for number in range(place.rounds + 1):
        at = number * _PASSAGES % len(place.sample)
        texts = [p.text for p in place.sample[at : at + _PASSAGES]]
        yield [
            Message("system", f"Note {number}. {' '.join(texts)}"),
            Message("user", f"{_ASKED} Begin with bridge {number}."),
        ]


def _drafts(place: Workplace) -> Iterator[list[Message]]:
    """The prompts that the program drafts with, where the reader found words that answer."""
    prompt = prompts.load("phrase")
    library, ranking = place.assistant.library, place.assistant.ranking()
    reader = place.assistant.reader
    for question in (place.questions[0], *place.questions):
        found = retrieve(library, Question(question), ranking, reader)
        best = found.evidence[0]
        if best.answer_words:
            yield prompt.messages(evidence=best.quote, question=question, answer=best.answer_words)


def _pair(
    engine: LlamaEngine, bare: "_Bare", messages: Sequence[Message]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Both rates as the program gets them, and those of the bare loop."""
    read, written, tokens = _ours(engine, messages)
    return (read, written), bare.ask(messages, tokens)


def _ours(engine: LlamaEngine, messages: Sequence[Message]) -> tuple[float, float, int]:
    """Prompt tokens read a second, tokens written a second after the first as they come, and how
    many were written."""
    began = time.perf_counter()
    moments = []
    done: Finished | None = None
    for event in engine.generate(messages, max_tokens=_TOKENS):
        if isinstance(event, Token):
            moments.append(time.perf_counter())
        elif isinstance(event, Finished):
            done = event
    if done is None or len(moments) < 2:
        raise AssistantError(
            "The language model wrote too little to time it.", "Leave out `decode`."
        )
    read = (done.prompt_tokens - done.cached_tokens) / (moments[0] - began)
    return read, (len(moments) - 1) / (moments[-1] - moments[0]), len(moments)


class _Bare:
    """The process of bare_llama.py."""

    def __init__(self, place: Workplace, engine: LlamaEngine) -> None:
        command = [sys.executable, "-P", "-m", "assistant.bench.bare_llama"]
        load = engine.load_settings
        threads = load["n_threads"] or usable_cores()
        given = [load["path"], str(load["n_ctx"]), str(threads)]
        self._process = subprocess.Popen(
            command + given,
            env={"GOMP_SPINCOUNT": "3000", **place.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> "_Bare":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, messages: Sequence[Message], tokens: int) -> tuple[float, float]:
        """The same two rates, for so many tokens."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"messages": [m.__dict__ for m in messages], "tokens": tokens}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssistantError("The bare llama.cpp loop ended early.", "Leave out `decode`.")
        told: dict[str, Any] = json.loads(line)
        read = told["prompt_tokens"] / told["prefill_ms"] * 1000
        return read, (tokens - 1) / told["decode_ms"] * 1000
