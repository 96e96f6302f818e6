"""The best threads and context for a model on this machine."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import settings
from assistant.answering.llm import Finished
from assistant.answering.prompts import Message
from assistant.engines.llama.model import usable_cores
from assistant.engines.models import Chosen
from assistant.wiring import open_llm

_LOAD_S = 180.0
_ROUNDS = 2
# What an answer takes: a prompt with three sentences of evidence is read, a sentence is written.
_READ_TOKENS, _WRITTEN_TOKENS = 200, 32
_LEAST_CONTEXT = 1024
# Of equals the fewest: the person has other programs.
_AS_FAST = 1.05
# The share of the memory that is free which the keys and values may take.
_SHARE = 0.25


@dataclass(frozen=True)
class Speed:
    """Tokens a second, read and written, with a number of threads."""

    threads: int
    reading: float
    writing: float

    @property
    def seconds(self) -> float:
        """An answer's time at this speed."""
        return _READ_TOKENS / self.reading + _WRITTEN_TOKENS / self.writing


def speeds(chosen: Chosen, given: settings.Settings) -> list[Speed]:
    """The model's speed with each number of threads worth trying; none for an endpoint.

    The best of a few rounds each: what else runs meanwhile only ever makes it slower.
    """
    if chosen.endpoint is not None:
        return []
    cores = usable_cores()
    counts = sorted({1, max(1, cores // 2), cores, os.cpu_count() or 1})
    return [s for n in counts if (s := _speed(chosen, replace(given, llm_threads=n), n))]


def fewest(measured: Sequence[Speed]) -> int:
    """The fewest threads that are as fast as any; 0 where nothing was measured."""
    if not measured:
        return 0
    best = min(s.seconds for s in measured)
    return min(s.threads for s in measured if s.seconds <= best * _AS_FAST)


def _speed(chosen: Chosen, given: settings.Settings, threads: int) -> Speed | None:
    engine = open_llm(chosen, given)
    reading = writing = 0.0
    try:
        engine.wait_ready(_LOAD_S)
        for turn in range(_ROUNDS):
            # Another beginning each time, so that nothing is left over from the round before.
            text = f"{turn}. " + "The bridge over the river was built by the town. " * 16
            prompt = [Message("user", f"{text}\nDescribe the bridge in a few sentences.")]
            *_, last = engine.generate(prompt, max_tokens=_WRITTEN_TOKENS)
            if isinstance(last, Finished) and last.prefill_ms > 0 and last.decode_ms > 0:
                read = last.prompt_tokens - last.cached_tokens
                reading = max(reading, read / last.prefill_ms * 1000)
                writing = max(writing, last.completion_tokens / last.decode_ms * 1000)
    finally:
        engine.close()
    return Speed(threads, reading, writing) if reading and writing else None


def context(wished: int, cache_bytes_a_token: int, free_bytes: int | None) -> int:
    """The context in tokens: as wished, halved until its cache fits into a part of free memory.

    `cache_bytes_a_token` is 0 and `free_bytes` None where they are not known; then it is as wished.
    """
    if not cache_bytes_a_token or free_bytes is None:
        return wished
    tokens = wished
    while tokens // 2 >= _LEAST_CONTEXT and tokens * cache_bytes_a_token > free_bytes * _SHARE:
        tokens //= 2
    return tokens


def free_memory() -> int | None:
    """Bytes that programs can still have; None where the system does not tell (not on Linux)."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return None
    return None
