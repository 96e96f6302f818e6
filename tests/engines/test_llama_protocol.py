"""The parent's end of the child's protocol: whatever comes, no hang and one sentence."""

import json
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.prompts import Message
from assistant.engines.llama import process
from assistant.engines.llama.engine import LlamaEngine
from assistant.errors import EngineError

LOADED = {"type": "loaded", "name": "m", "n_ctx": 512, "n_params": 1, "load_ms": 1.0}
DONE = {"type": "done", "id": 1, "finish": "stop", "prompt_tokens": 1, "cached_tokens": 0}
DONE |= {"completion_tokens": 1, "prefill_ms": 1.0, "decode_ms": 1.0}
TOKEN = {"type": "token", "id": 1, "text": "It", "logprob": -0.1}
HELD = [LOADED, {"type": "reading", "id": 1, "done": 1, "total": 1}, TOKEN, DONE]


def run_with(lines: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """What an answer comes to where the child says these lines and then waits."""
    said = tmp_path / "lines"
    said.write_bytes(lines)
    code = (
        "import sys, time; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read());"
        " sys.stdout.flush(); sys.stdin.read()"
    )

    def spawn(_: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-S", "-c", code, str(said)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    monkeypatch.setattr(process, "_spawn", spawn)
    outcome: list[str] = []
    engine = LlamaEngine(tmp_path / "m.gguf")

    def ask() -> None:
        try:
            events = list(engine.generate([Message("user", "x")], max_tokens=1))
            outcome.append(f"answered {len(events)}")
        except EngineError as error:
            outcome.append(f"refused: {error.message}")
        except BaseException as error:
            outcome.append(repr(error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(8)
    engine.close()
    thread.join(8)
    return outcome[0] if outcome else "hung"


def lines_of(messages: list[Any]) -> bytes:
    return b"".join(json.dumps(m).encode() + b"\n" for m in messages)


def test_what_is_said_rightly_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run_with(lines_of(HELD), monkeypatch, tmp_path) == "answered 3"


@pytest.mark.parametrize(
    "lines",
    [
        b"ggml: warning\n",
        b"[" * 100_000 + b"\n",
        b"x" * 3_000_000,
        b"null\n",
        lines_of([{"type": "loaded"}]),
        lines_of([LOADED, LOADED]),
        lines_of([LOADED | {"more": 1}]),
        lines_of([LOADED, {"type": "other", "id": 1}]),
        lines_of([LOADED, {k: v for k, v in TOKEN.items() if k != "id"}]),
        lines_of([LOADED, TOKEN | {"text": 3}]),
        lines_of([LOADED, TOKEN | {"more": 3}]),
        lines_of([LOADED, TOKEN, {"type": "done", "id": 1}]),
        lines_of([LOADED, {"type": "error", "id": 1, "message": None}]),
        lines_of([LOADED]) + b"\xff\xfe\n",
    ],
)
def test_what_is_no_message_ends_the_child(
    lines: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run_with(lines, monkeypatch, tmp_path).startswith("refused: The language model stopped")


def test_lines_damaged_at_random_never_hang(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A line that is damaged but lawful may end nothing; then the answer waits, and is cancelled."""
    rng = random.Random(1)
    for _ in range(6):
        data = bytearray(lines_of(HELD))
        at = rng.randrange(len(data))
        data[at:at] = rng.choice([b"\0", b"{", b'"', b"\n", b"\xed\xa0\x80", b"9" * 5000])
        outcome = run_with(bytes(data), monkeypatch, tmp_path)
        assert outcome.startswith(("refused", "answered")), bytes(data)
