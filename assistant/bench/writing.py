"""Benchmarks of the language model: reading a prompt and writing, beside a plain llama.cpp loop."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.answering.llm import Finished, Token
from assistant.answering.prompts import Message
from assistant.bench.results import Budget, Row
from assistant.bench.workplace import Workplace
from assistant.engines.llama import LlamaEngine
from assistant.engines.llama_model import usable_cores
from assistant.errors import AssistantError

_TOKENS = 48
_ASKED = "Describe the bridges of a town in many sentences, one after the other."
# A prompt of a few hundred tokens; what is read again must not be known from the last time.
_LONG = "The bridge of the town has stood on its piers since the old road was moved. "


def writing(place: Workplace) -> Iterator[Row]:
    """Tokens written a second, and prompt tokens read a second, both as the program gets them."""
    engine = place.assistant.llm()
    if not isinstance(engine, LlamaEngine):
        return
    engine.wait_ready()
    with _Bare(place, engine) as bare:
        pairs = []
        for number in range(place.rounds + 1):
            messages = [
                Message("system", f"Note {number}. {_LONG * 14}"),
                Message("user", f"{_ASKED} Begin with bridge {number}."),
            ]
            pair = _ours(engine, messages), bare.ask(messages)
            if number:
                pairs.append(pair)
    ours, others = zip(*pairs, strict=True)
    yield Row(
        "decode",
        "tokens written",
        "/s",
        tuple(decode for _, decode in ours),
        tuple(decode for _, decode in others),
        "bare llama.cpp loop",
        Budget(0.95, of_bare=True),
    )
    yield Row(
        "prefill",
        "prompt tokens read",
        "/s",
        tuple(prefill for prefill, _ in ours),
        tuple(prefill for prefill, _ in others),
        "bare llama.cpp loop",
    )


def _ours(engine: LlamaEngine, messages: Sequence[Message]) -> tuple[float, float]:
    """Prompt tokens read a second, and tokens written a second after the first, as they come."""
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
    return read, (len(moments) - 1) / (moments[-1] - moments[0])


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

    def ask(self, messages: Sequence[Message]) -> tuple[float, float]:
        """The same two rates."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"messages": [m.__dict__ for m in messages], "tokens": _TOKENS}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssistantError("The bare llama.cpp loop ended early.", "Leave out `decode`.")
        told: dict[str, Any] = json.loads(line)
        read = told["prompt_tokens"] / told["prefill_ms"] * 1000
        return read, (_TOKENS - 1) / told["decode_ms"] * 1000
