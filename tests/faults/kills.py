"""Kills the program at named steps and at random moments, and looks at what is left.

`uv run python tests/faults/kills.py --kills 250 --seed 1` prints each step with how often it was
killed there, and ends with 1 if anything was lost, doubled, half-visible or would not open.

Each round changes a folder of documents (one added, edited, renamed and removed), starts an
operation in a child process, ends that with SIGKILL, and compares what is left with a plain
dictionary: before anything is repaired, each document must be whole, as it was or as it is now;
after the next sync, the library must hold just what the folder holds, in both stores. What is
copied, exported or imported is whole or not there. `--only reindex,copy` keeps to these operations.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from killing import finished, in_child, kill_at, kill_at_statement
from lab import Lab, operate, prepare
from remains import (
    check_calibrated,
    check_copied,
    check_exported,
    check_marked,
    check_migrated,
    check_pulled,
    check_recovered,
    check_renamed,
    check_session,
    check_settings,
    check_token,
    check_whole,
)

# Named steps: the class or module and its function in which the process is killed, before or after.
STEPS = {
    "sync": (
        "DocumentStore.put DocumentStore.rename DocumentStore.remove DocumentStore.touch DocumentStore.mark_embedded "
        "DocumentStore.clear_stale_vectors DocumentStore.scrub DocumentStore.remove_roots LocalChromaStore.put "
        "LocalChromaStore.remove OnnxEmbedder.embed Sandbox.parse"
    ),
    "add": "DocumentStore.put DocumentStore.add_root LocalChromaStore.put DocumentStore.mark_embedded",
    "remove": "DocumentStore.remove LocalChromaStore.remove DocumentStore.clear_stale_vectors DocumentStore.scrub",
    "rebuild": (
        "LocalChromaStore.reset DocumentStore.mark_all_waiting LocalChromaStore.put DocumentStore.mark_embedded"
    ),
    "reindex": (
        "index_version.begin DocumentStore.mark_all_waiting LocalChromaStore.reset index_version.record_vectors "
        "DocumentStore.put LocalChromaStore.put DocumentStore.mark_embedded DocumentStore.scrub index_version.end"
    ),
    "export": "Database.copy_to vector_transfer.save transfer._manifest os.replace",
    "import": (
        "transfer._extract transfer.verify_catalogue os.replace vector_transfer.adopt "
        "LocalChromaStore.put DocumentStore.mark_embedded"
    ),
    "copy": "Database.copy_to shutil.copytree os.replace",
    "migrate": "Database._back_up Database.copy_to Database._run",
    "session": "Sessions._append",
    "rename": "Sessions._append Sessions.load os.fsync os.utime",
    "feedback": "feedback.write_private os.replace os.fsync",
    "check": "DocumentStore.passages OnnxEmbedder.embed LocalChromaStore.nearest Checker.statement",
    "calibrate": "LibrarySettings.keep_calibration DocumentStore.set_settings",
    "settings": "settings_file.change settings_file.write_private os.replace os.fsync",
    "token": "admission.write_private os.replace os.fsync",
    "pull": "download.write_private os.replace os.fsync",
}
# Nothing of these goes through a catalogue.
WITHOUT_STATEMENTS = frozenset({"session", "rename", "feedback", "settings", "token", "pull"})
# How many statements, and hundredths of a second, an operation has at least: kills fall in there.
REACH = {
    "sync": (120, 150),
    "add": (90, 120),
    "remove": (40, 60),
    "rebuild": (25, 120),
    "reindex": (60, 150),
    "export": (12, 60),
    "import": (40, 100),
    "copy": (12, 40),
    "migrate": (12, 2),
    "session": (0, 30),
    "rename": (0, 30),
    "feedback": (0, 30),
    "check": (60, 60),
    "calibrate": (4, 4),
    "settings": (0, 4),
    "token": (0, 4),
    "pull": (0, 12),
}


def rounds(rng: random.Random, slim: bool, only: list[str]) -> Iterator[tuple[str, str, int]]:
    """Every named step before and after, then statements and moments at random, without end."""
    named = [
        (operation, f"{step} {when}", 1)
        for operation in only
        for step in STEPS[operation].split()
        for when in ("before", "after")
    ]
    yield from rng.sample(named, 6) if slim else named
    while True:
        operation = rng.choice([*(o for o in ("sync", "sync") if o in only), *only])
        kind = "moment" if operation in WITHOUT_STATEMENTS else rng.choice(["statement", "moment"])
        yield operation, kind, rng.randint(1, REACH[operation][kind == "moment"])


def checks(lab: Lab, operation: str) -> list[Callable[[], object]]:
    """What is looked at after a kill, one after the other, each in a process of its own."""
    recovered: list[Callable[[], object]] = [
        lambda: check_whole(lab),
        lambda: check_recovered(lab, operation),
    ]
    first: dict[str, Callable[[], object]] = {
        "session": lambda: check_session(lab),
        "rename": lambda: check_renamed(lab),
        "feedback": lambda: check_marked(lab),
        "migrate": lambda: check_migrated(lab),
        "copy": lambda: check_copied(lab),
        "import": lambda: check_copied(lab),
        "export": lambda: check_exported(lab),
        "calibrate": lambda: check_calibrated(lab),
        "settings": lambda: check_settings(lab),
        "token": lambda: check_token(lab),
        "pull": lambda: check_pulled(lab),
    }
    if operation in {*WITHOUT_STATEMENTS, "migrate", "calibrate"}:
        return [first[operation]]
    return [*([first[operation]] if operation in first else []), *recovered]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(STEPS))
    options = parser.parse_args()
    rng = random.Random(options.seed)
    # Imported once and forked: nothing of them is opened before.
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401

    tally: Counter[str] = Counter()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSISTANT_HOME"] = folder
        lab = Lab(Path(folder), rng)
        assert finished(in_child(lambda: check_recovered(lab))) == 0
        assert finished(in_child(lambda: operate(lab, "export"))) == 0
        ended = 0
        steps = rounds(rng, options.kills < 40, options.only.split(","))
        for number, (operation, step, nth) in enumerate(steps):
            if ended >= options.kills:
                break
            killed, problem = one_round(lab, operation, step, nth, rng)
            ended += killed
            name = f"{operation}: {step}"
            tally[f"{name} {'killed' if killed else 'not reached'}"] += 1
            print(f"{ended:4} {name} {nth} {problem or 'ok'}", file=sys.stderr, flush=True)
            if problem:
                failures.append(f"round {number}, {name} {nth}: {problem}")
    for name, count in sorted(tally.items()):
        print(f"{count:5}  {name}")
    print(f"{ended} killed, {ended - len(failures)} survived, seed {options.seed}")
    print("\n".join(failures))
    return 1 if failures else 0


def one_round(
    lab: Lab, operation: str, step: str, nth: int, rng: random.Random
) -> tuple[bool, str]:
    prepare(lab, operation)

    def work() -> None:
        if step == "statement":
            kill_at_statement(nth)
        elif step != "moment":
            kill_at(step.split(maxsplit=1)[0], step.endswith("after"), nth)
        operate(lab, operation)

    pid = in_child(work)
    if step == "moment":
        time.sleep(nth / 100)
        os.kill(pid, signal.SIGKILL)
    status = finished(pid)
    killed = os.WIFSIGNALED(status)
    if not killed and status:
        return killed, "the operation failed"
    for number, check in enumerate(checks(lab, operation), start=1):
        if finished(in_child(check)):
            return killed, f"what is left, check {number}"
    return killed, ""


if __name__ == "__main__":
    sys.exit(main())
