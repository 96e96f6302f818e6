"""`assistant bench --growth` and `--turns`: tables, JSON and a picture of what grows."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from assistant import private_files
from assistant.bench import growth
from assistant.bench.growth import Growth
from assistant.bench.picture import svg
from assistant.cli import output
from assistant.errors import AssistantError


def measured(options: argparse.Namespace, home: Path) -> list[Growth]:
    """Measure at each size, print, and draw the picture if one is wanted."""
    passages, turns = _sizes(options.growth), _sizes(options.turns)
    found = []
    if passages:
        found.append(growth.of_library(passages, home / "growth", output.tell))
    if turns:
        found.append(growth.of_conversation(turns, home / "turns", output.tell))
    for one in found:
        for line in _table(one):
            output.say(line)
    if options.svg:
        private_files.write_private(Path(options.svg).absolute(), svg(found).encode())
    return found


def as_json(found: list[Growth]) -> dict[str, object]:
    """The growths as they are written to a file."""
    return {"version": 1, "growth": [asdict(one) for one in found]}


def _sizes(text: str | None) -> list[int]:
    try:
        sizes = sorted({int(part) for part in text.split(",")}) if text else []
    except ValueError:
        sizes = [0]
    if sizes and sizes[0] < 1:
        raise AssistantError(
            f"{text!r} is not a list of numbers above 0.", "Write them as 1000,10000."
        )
    return sizes


def _table(one: Growth) -> Iterator[str]:
    yield ""
    heads = "".join(f"{size:>11,}" for size in one.sizes)
    yield f"{one.of:<34}{heads}   grows as"
    for figure in one.figures:
        values = "".join(f"{_value(v):>11}" for v in figure.values)
        exponent = figure.exponent(one.sizes)
        power = "" if exponent is None else f"   n^{exponent:.2f}"
        yield f"{figure.title + ', ' + figure.unit:<34}{values}{power}"


def _value(value: float) -> str:
    return f"{value:,.{0 if value >= 100 else 1 if value >= 1 else 3}f}"
