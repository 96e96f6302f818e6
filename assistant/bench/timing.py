"""The clock: what takes turns, so that a noisy machine is as noisy for each."""

import time
from collections.abc import Callable, Mapping

Ways = Mapping[str, Callable[[], object]]


def milliseconds(work: Callable[[], object]) -> float:
    """The duration of a call, in seconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def in_turn(ways: Ways, rounds: int) -> dict[str, tuple[float, ...]]:
    """Milliseconds of each way in each round, the ways one after the other.

    A first round, which loads what is loaded late, is not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, work in ways.items():
            took = milliseconds(work)
            if number:
                taken[name].append(took)
    return {name: tuple(found) for name, found in taken.items()}


def per_second(count: int, took_ms: tuple[float, ...]) -> tuple[float, ...]:
    """Times of `count` things as rates."""
    return tuple(count / ms * 1000 for ms in took_ms)
