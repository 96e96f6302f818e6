"""The chat on a real pseudo-terminal: from the command to a cited answer to a clean end."""

import os
import pty
import select
import struct
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

LAUNCH = (
    "import argparse, os; from assistant.cli.chat import run_chat; "
    "os._exit(run_chat(argparse.Namespace(library='default', model='none', plain=False)))"
)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
def test_from_the_command_to_a_cited_answer_to_the_terminal_as_it_was(home: Path) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-c", LAUNCH])
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(terminal)
    _read(terminal, b"Ask about", 5)
    # Typed while the chat is still being loaded, and kept.
    os.write(terminal, b"When did Ban Ki-moon visit Libya?\r")
    _read(terminal, b"October", 30)
    _read(terminal, b"line 25", 10)
    os.write(terminal, b"\x11")
    rest = _read(terminal, b"\x1b[?1049l", 10)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert b"\x1b[?25h" in rest + _drain(terminal)
    assert termios.tcgetattr(terminal)[:4] == before[:4]
    assert len(list((home / "sessions").glob("*.jsonl"))) == 1


def _read(terminal: int, wanted: bytes, patience_s: float) -> bytes:
    seen, end = b"", time.monotonic() + patience_s
    while wanted not in seen:
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            raise AssertionError(f"{wanted!r} did not come; the end of what did: {seen[-1500:]!r}")
        seen += os.read(terminal, 65536)
    return seen


def _drain(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536) if select.select([terminal], [], [], 0.2)[0] else b""
    except OSError:  # nobody at the other end any more
        return b""
