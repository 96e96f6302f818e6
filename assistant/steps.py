"""Work that goes on in steps: a generator that tells of each and returns what came of it."""

from collections.abc import Generator
from typing import TypeVar

Made = TypeVar("Made")


def outcome(steps: Generator[object, None, Made]) -> Made:
    """The outcome of all steps, of which nobody is told."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: Made = end.value
            return made
