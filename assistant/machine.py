"""This machine and its models: memory, threads, context, and how fast a model writes here."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant import settings
from assistant.answering.llm import Finished, Llm
from assistant.answering.prompts import Message
from assistant.engines import records, weights
from assistant.engines.llama.model import usable_cores
from assistant.engines.models import Chosen, Listed
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
# Beside weights and cache: llama.cpp's buffers, its library and the process around it.
_BESIDE_BYTES = 250_000_000
# Keys and values of a model whose file is not here yet, as a share of its weights.
_CACHE_SHARE = 0.15
# A speed that is known is written again only where it has changed by more than this.
_NEWS = 0.25


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


def speeds(chosen: Chosen, given: settings.Settings) -> Iterator[Speed]:
    """The model's speed with each number of threads worth trying; none for an endpoint.

    The best of a few rounds each: what else runs meanwhile only ever makes it slower.
    """
    if chosen.endpoint is not None:
        return
    cores = usable_cores()
    counts = sorted({1, max(1, cores // 2), cores, os.cpu_count() or 1})
    for threads in counts:
        if found := _speed(chosen, replace(given, llm_threads=threads), threads):
            yield found


def fewest(measured: Sequence[Speed]) -> int:
    """The fewest threads that are as fast as any; 0 where nothing was measured."""
    if not measured:
        return 0
    best = min(s.seconds for s in measured)
    return min(s.threads for s in measured if s.seconds <= best * _AS_FAST)


def _speed(chosen: Chosen, given: settings.Settings, threads: int) -> Speed | None:
    engine = open_llm(chosen, given)
    try:
        engine.wait_ready(_LOAD_S)
        return speed(engine, threads)
    finally:
        engine.close()


def speed(llm: Llm, threads: int = 0, rounds: int = _ROUNDS) -> Speed | None:
    """The speed of a model that is loaded, the best of some rounds; None if it writes nothing."""
    reading = writing = 0.0
    for turn in range(rounds):
        # Another beginning each time, so that nothing is left over from the round before.
        text = f"{turn}. " + "The bridge over the river was built by the town. " * 16
        prompt = [Message("user", f"{text}\nDescribe the bridge in a few sentences.")]
        *_, last = llm.generate(prompt, max_tokens=_WRITTEN_TOKENS)
        if isinstance(last, Finished) and last.prefill_ms > 0 and last.decode_ms > 0:
            read = last.prompt_tokens - last.cached_tokens
            reading = max(reading, read / last.prefill_ms * 1000)
            writing = max(writing, last.completion_tokens / last.decode_ms * 1000)
    return Speed(threads, reading, writing) if reading and writing else None


def remember_speed(model: Path, tokens_per_s: float) -> None:
    """Keep how fast the model in a file was seen to write here, if that is news. Raises OSError.

    The fastest counts: what else the machine does meanwhile only ever makes it slower.
    """
    sha256 = weights.sha256(model)
    known = records.speed(sha256)
    if known is None or tokens_per_s > known.tokens_per_s * (1 + _NEWS):
        now = datetime.now(UTC).isoformat(timespec="seconds")
        records.remember_speed(sha256, records.Measured(tokens_per_s, model.stat().st_size, now))


def expected_speed(model_bytes: int, measured: Sequence[records.Measured]) -> float | None:
    """Tokens a second that a model of this size will write here; None where none was measured.

    To write a token, all of the weights go through the memory once: the time of one grows with
    the file. Of several measured models the one that is nearest in size tells.
    """
    if not measured or model_bytes <= 0:
        return None
    nearest = min(measured, key=lambda m: max(m.bytes, model_bytes) / min(m.bytes, model_bytes))
    return nearest.tokens_per_s * nearest.bytes / model_bytes


def needed_bytes(model: Listed) -> int:
    """The memory that a model takes here, with the context that it answers with."""
    a_token = model.info.cache_bytes_a_token if model.info else 0
    cache = a_token * model.used_tokens if a_token else int(model.bytes * _CACHE_SHARE)
    return model.bytes + cache + _BESIDE_BYTES


def context(wished: int, cache_bytes_a_token: int, free_bytes: int) -> int:
    """The context in tokens: as wished, halved until its cache fits into a part of free memory.

    `cache_bytes_a_token` is 0 where it is not known; then it is as wished.
    """
    if not cache_bytes_a_token:
        return wished
    tokens = wished
    while tokens // 2 >= _LEAST_CONTEXT and tokens * cache_bytes_a_token > free_bytes * _SHARE:
        tokens //= 2
    return tokens


def free_memory() -> int:
    """Bytes that programs can still have."""
    import psutil

    return int(psutil.virtual_memory().available)


def all_memory() -> int:
    """Bytes of memory that the machine has."""
    import psutil

    return int(psutil.virtual_memory().total)
