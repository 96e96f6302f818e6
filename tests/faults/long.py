"""One process for a long time: memory, open files and threads must stay flat.

`uv run python tests/faults/long.py --questions 1000 --syncs 300` answers the questions of the seed
set over and over, syncs a folder that changes in between, and prints what the process holds after a
tenth of each and at the end. It ends with 1 if memory grew by more than 10 % and 20 MB, or if more
files or threads are open. `--model` takes a language model in; the memory is this process's alone.
"""

import argparse
import gc
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

QUESTIONS = (
    "How far is Gharyan from Tripoli?",
    "Who ordered the march on Tripoli?",
    "When did Ban Ki-moon visit Libya?",
    "Who won the world cup in 1998?",
    "What is done with my documents?",
    "Summarise handbook.md",
    "thanks",
)
# By then each kind of question was asked, and what is opened once is open.
WARM = 40
MOST_GROWTH, MOST_GROWTH_MB = 0.10, 20.0


@dataclass(frozen=True)
class Held:
    """What the process holds: resident memory in MB, open files by what they are, threads."""

    memory_mb: float
    open: Counter[str]
    threads: int

    @property
    def files(self) -> int:
        """How many files are open."""
        return self.open.total()


def held() -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Held(memory, Counter(_open_files()), threading.active_count())


def _open_files() -> Iterator[str]:
    """What each open file is; its number is left out of a socket's or a pipe's."""
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the one that lists them
            yield os.readlink(f"/proc/self/fd/{descriptor}").partition(":[")[0]


def grew(early: Held, late: Held) -> bool:
    growth = late.memory_mb - early.memory_mb
    more = growth > MOST_GROWTH_MB and growth > early.memory_mb * MOST_GROWTH
    return more or late.files > early.files or late.threads > early.threads


def told(what: str, count: int, now: Held) -> None:
    print(
        f"{what} {count:5}: {now.memory_mb:7.1f} MB, {now.files} files, {now.threads} threads",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--syncs", type=int, default=300)
    parser.add_argument("--model", default="none")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as home:
        os.environ["ASSISTANT_HOME"] = home
        from assistant import Assistant, paths

        folder = Path(home) / "documents"
        folder.mkdir()
        with Assistant("long", model=options.model) as assistant:
            assistant.add(paths.shipped("seeds"), folder)

            def ask(number: int, question: str) -> None:
                assistant.ask(question, QUESTIONS[: number % 3])

            def sync(number: int, _: str) -> None:
                path = folder / f"{number % 20}.txt"
                path.write_text(f"The bridge {number} is old. It is {number} again.\n")
                if number % 7 == 0:
                    (folder / f"{(number + 3) % 20}.txt").unlink(missing_ok=True)
                list(assistant.library.sync())

            works = (("questions", ask, options.questions), ("syncs", sync, options.syncs))
            for what, work, count in works:
                early = held()
                for number, question in enumerate(islice(cycle(QUESTIONS), count), start=1):
                    work(number, question)
                    if number == min(count, max(WARM, count // 10)):
                        early = held()
                        told(what, number, early)
                late = held()
                told(what, count, late)
                for name, more in (late.open - early.open).items():
                    print(f"    open since: {more} x {name}", flush=True)
                failed |= grew(early, late)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
