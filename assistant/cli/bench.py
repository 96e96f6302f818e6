"""`assistant bench`: how fast everything is here, beside the bare libraries, as tables and JSON."""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant import private_files
from assistant.bench import benchmarks
from assistant.bench.benchmarks import BENCHMARKS, Plan
from assistant.bench.results import Run, compare, from_json
from assistant.cli import bench_growth, bench_tables, output
from assistant.errors import AssistantError

DONE = 0


def run_bench(options: argparse.Namespace) -> int:
    """Measure in a temporary home and print; nothing of the person's own is touched."""
    if options.only == ["list"]:
        for name in BENCHMARKS:
            output.say(name)
        return DONE
    if options.growth or options.turns:
        with _own_home() as home:
            growths = bench_growth.measured(options, home)
        if options.json:
            _write(options.json, bench_growth.as_json(growths))
        return DONE
    plan = _plan(options)
    other = _earlier(options.compare) if options.compare else None
    with _own_home() as home:
        run = benchmarks.run(plan, home, output.tell)
    for line in bench_tables.table(run):
        output.say(line)
    if other is not None:
        for line in bench_tables.changes(compare(run, other)):
            output.say(line)
    if options.json:
        _write(options.json, run.to_json())
    return DONE


def _write(file: str, value: object) -> None:
    private_files.write_private(
        Path(file).absolute(), (json.dumps(value, indent=1) + "\n").encode()
    )


def _plan(options: argparse.Namespace) -> Plan:
    for name in options.only:
        if name not in BENCHMARKS:
            raise AssistantError(
                f"There is nothing to measure named {name!r}.",
                f"There are: {', '.join(BENCHMARKS)}.",
            )
    documents = Path(options.documents).expanduser().absolute() if options.documents else None
    if documents is not None and not documents.exists():
        raise AssistantError(f"{documents} does not exist.", "Name a folder or a file.")
    return Plan(tuple(options.only), options.quick, options.model, documents)


def _earlier(file: str) -> Run:
    try:
        return from_json(json.loads(Path(file).read_text(encoding="utf-8")))
    except OSError as error:
        raise AssistantError(
            f"{file} cannot be read: {error.strerror}.", "Name a file that --json wrote."
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise AssistantError(
            f"{file} was not written by `assistant bench --json`.", "Name a file that --json wrote."
        ) from error


@contextmanager
def _own_home() -> Iterator[Path]:
    before = os.environ.get("ASSISTANT_HOME")
    with TemporaryDirectory(prefix="assistant-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["ASSISTANT_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["ASSISTANT_HOME"]
            else:
                os.environ["ASSISTANT_HOME"] = before
