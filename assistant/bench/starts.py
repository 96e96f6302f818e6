"""Benchmarks of fresh processes: help, a cold question, the chat's first frame, memory, idling."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from assistant.bench.results import Budget, Row
from assistant.bench.terminal import Terminal
from assistant.bench.timing import in_turn
from assistant.bench.workplace import Workplace
from assistant.errors import AssistantError
from assistant.evaluation import environment

# The least that a program of Textual's with an input can take.
_BARE_CHAT = """
from textual.app import App
from textual.widgets import Footer, TextArea
class Bare(App):
    def compose(self):
        yield TextArea()
        yield Footer()
Bare().run()
"""
# What an answer with vectors cannot do without, and takes longest to import.
_BARE_ASK = "import chromadb_rust_bindings, onnxruntime, tokenizers"
# Models load behind the chat, and its cursor blinks for a while after the last key.
_SETTLES_S, _IDLE_S = 20.0, 20.0


def help_text(place: Workplace) -> Iterator[Row]:
    """`assistant --help` beside a Python that does nothing."""
    ways = {
        "ours": lambda: _run(place, place.command("--help")),
        "bare": lambda: _run(place, [sys.executable, "-c", "pass"]),
    }
    took = in_turn(ways, 3 * place.rounds)
    yield Row(
        "help",
        "assistant --help",
        "ms",
        took["ours"],
        took["bare"],
        "python -c pass",
        Budget(250),
    )


def cold_question(place: Workplace) -> Iterator[Row]:
    """`assistant ask` on a terminal, from the start of its process to the first evidence."""
    _ = place.library_folder
    first, whole, bare = [], [], []
    for number in range(place.rounds + 1):
        program = Terminal(place.command("ask", place.questions[0]), place.environment)
        try:
            evidence, end = program.until("Found:"), program.until("Confidence")
        finally:
            program.end()
        began = time.perf_counter()
        _run(place, [sys.executable, "-c", _BARE_ASK])
        if number:  # the first wrote the bytecode
            first.append(evidence)
            whole.append(end)
            bare.append((time.perf_counter() - began) * 1000)
    title = "importing Chroma's core and onnxruntime"
    yield Row(
        "ask", "ask, cold: first evidence", "ms", tuple(first), tuple(bare), title, Budget(2500)
    )
    yield Row("ask.whole", "ask, cold: the answer", "ms", tuple(whole))


def chat(place: Workplace) -> Iterator[Row]:
    """The chat on a terminal, from the start of its process, beside a bare Textual program."""
    _ = place.library_folder
    taken: list[tuple[float, ...]] = []
    for number in range(place.rounds + 1):
        floor = _first(place, [sys.executable, "-c", _BARE_CHAT], "palette")
        program = Terminal(place.command(), place.environment)
        try:
            frame = program.until("Ask about")
            program.type("Z")
            key = program.until("Z")
            whole = program.until("Library")
        finally:
            program.end()
        if number:  # the first wrote the bytecode
            taken.append((frame, key, whole, floor))
    frames, keys, ready, bare = zip(*taken, strict=True)
    yield Row("chat", "chat: first frame", "ms", frames, budget=Budget(500))
    yield Row("chat.key", "chat: a key shown", "ms", keys, budget=Budget(500))
    yield Row("chat.whole", "chat: drawn whole", "ms", ready, bare, "bare Textual")


def _first(place: Workplace, command: Sequence[str], wanted: str) -> float:
    program = Terminal(command, place.environment)
    try:
        return program.until(wanted)
    finally:
        program.end()


def memory(place: Workplace) -> Iterator[Row]:
    """The most memory that answering takes, over all of its processes."""
    _ = place.library_folder
    command = place.command("ask", "--jsonl")
    with subprocess.Popen(
        command,
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for question in place.questions[:3]:
            program.stdin.write(json.dumps({"question": question}).encode() + b"\n")
            program.stdin.flush()
            if not program.stdout.readline():
                raise AssistantError("`assistant ask` ended early.", "Run `assistant doctor`.")
        held = environment.memory_mb(program.pid)
        program.stdin.close()
    if held is not None:
        yield Row("memory", "memory, all processes, at its peak", "MB", (held,), budget=Budget(700))


def idle(place: Workplace) -> Iterator[Row]:
    """The share of a core that an open chat takes while nothing is asked."""
    _ = place.library_folder
    program = Terminal(place.command(), place.environment)
    try:
        program.until("Library")
        program.quiet(_SETTLES_S)
        before, began = _cpu_s(program.process), time.perf_counter()
        program.quiet(_IDLE_S)
        took = _cpu_s(program.process) - before
        share = took / (time.perf_counter() - began) * 100
    finally:
        program.end()
    yield Row("idle", "idle chat, of one core", "%", (share,), budget=Budget(0.5))


def _cpu_s(pid: int) -> float:
    try:
        return sum(environment.cpu_s(member) or 0.0 for member in environment.family(pid))
    except OSError as error:
        raise AssistantError("This system does not tell what a process used.", "") from error


def _run(place: Workplace, command: Sequence[str]) -> None:
    done = subprocess.run(command, env=place.environment, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise AssistantError(
            f"{os.path.basename(command[0])} failed: {said[-1] if said else done.returncode}.",
            "Run `assistant doctor`.",
        )
