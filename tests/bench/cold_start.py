"""How long commands take to start, in turn: the installed program beside the checkout, say.

    python tests/bench/cold_start.py ~/.local/bin/assistant "uv run --no-sync assistant"

Each command line is given `--help`, then a question in quotes alone, once to warm the files up and
then as often as ROUNDS, the commands taking turns so that a busy machine slows both. The processor's
time tells more there than the clock's. Not on Windows.
"""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory

ROUNDS = 9
TRIES = {
    "--help": ["--help"],
    "ask, quotes alone": ["ask", "--model", "none", "When did Ban Ki-moon visit Libya?"],
}


def timed(command: str, arguments: list[str], home: Path) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    before, began = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [*shlex.split(command), *arguments],
        check=True,
        capture_output=True,
        env=os.environ | {"ASSISTANT_HOME": str(home)},
    )
    after, took = getrusage(RUSAGE_CHILDREN), time.perf_counter() - began
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(commands: list[str]) -> None:
    with TemporaryDirectory() as folder:
        homes = [Path(folder, str(n)) for n in range(len(commands))]
        for name, arguments in TRIES.items():
            taken: list[list[tuple[float, float]]] = [[] for _ in commands]
            for turn in range(ROUNDS + 1):
                for n, command in enumerate(commands):
                    spent = timed(command, arguments, homes[n])
                    if turn:
                        taken[n].append(spent)
            for n, command in enumerate(commands):
                clock, processor = (median(times) for times in zip(*taken[n], strict=True))
                print(f"{name:<18}{clock:7.3f} s, processor {processor:6.3f} s  {command}")


if __name__ == "__main__":
    main(sys.argv[1:])
