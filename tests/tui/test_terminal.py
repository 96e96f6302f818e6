"""The chat on a real pseudo-terminal: from the command to a cited answer to a clean end."""

import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest
from terminals import readable

LAUNCH = "import sys; from assistant.cli.main import run; sys.argv[0] = 'assistant'; run()"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's"),
]


def test_from_the_command_to_a_cited_answer_to_the_terminal_as_it_was(home: Path) -> None:
    process, terminal = _start([sys.executable, "-c", LAUNCH])
    before = termios.tcgetattr(terminal)
    _read(terminal, b"Ask about", 5)
    # Typed while the chat is still being loaded, and kept.
    os.write(terminal, b"When did Ban Ki-moon visit Libya?\r")
    _read(terminal, b"October", 30)
    _read(terminal, b"confidence", 30)
    os.write(terminal, b"\x1b")
    time.sleep(0.3)  # an escape by itself, not the beginning of a longer key
    os.write(terminal, b"1")
    _read(terminal, b"Guterres", 10)
    os.write(terminal, b"\x11")
    rest = _read(terminal, b"\x1b[?1049l", 10)
    assert _ended(process, 20) == 0
    assert b"\x1b[?25h" in rest + _drain(terminal)
    assert termios.tcgetattr(terminal)[:4] == before[:4]
    [saved] = (home / "sessions").glob("*.jsonl")
    answer = json.loads(saved.read_text().splitlines()[1])["answer"]
    assert answer["model"]["name"] == "smollm2-135m"
    assert answer["usage"]["completion_tokens"] > 0
    [citation, *_] = answer["citations"]
    assert citation["quote"] == "Ban Ki-moon visited in October 2014."
    first, last = citation["span"]
    assert Path(citation["source"]).read_text(encoding="utf-8")[first:last] == citation["quote"]


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with job control")
def test_it_is_suspended_to_the_shell_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "chat.py").write_text(LAUNCH)
    process, terminal = _start(["bash", "--norc", "--noprofile", "-i"])
    command = f"{sys.executable} {tmp_path / 'chat.py'} --model none\n"
    os.write(terminal, command.encode())
    _read(terminal, b"Library", 20)
    os.write(terminal, b"\x1a")
    seen = _read(terminal, b"Stopped", 10)
    assert b"\x1b[?1049l" in seen
    os.write(terminal, b"echo in the $((40 + 2))nd shell\n")
    _read(terminal, b"in the 42nd shell", 10)
    os.write(terminal, b"fg\n")
    _read(terminal, b"Library", 10)
    os.write(terminal, b"Who?")
    _read(terminal, b"o?", 10)
    os.write(terminal, b"\x11")
    # The shell's prompt, not only the screen given back: until then keys typed ahead are dropped.
    if b"\n$ " not in _read(terminal, b"\x1b[?1049l", 10).rpartition(b"\x1b[?1049l")[2]:
        _read(terminal, b"$ ", 10)
    os.write(terminal, b"exit\n")
    assert _ended(process, 10) == 0


@pytest.mark.skipif(not hasattr(select, "poll"), reason="the system tells of no hang-up")
def test_it_ends_with_a_terminal_that_goes_without_a_signal() -> None:
    terminal, ours = pty.openpty()
    command = [sys.executable, "-c", LAUNCH, "--model", "none"]
    # A session of its own without a controlling terminal: nobody sends SIGHUP.
    program = subprocess.Popen(
        command,
        stdin=ours,
        stdout=ours,
        stderr=ours,
        env=os.environ | {"TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(ours)
    try:
        _read(terminal, b"Ask about", 20)
    finally:
        os.close(terminal)
    assert program.wait(20) == 129


def _start(command: list[str]) -> tuple[int, int]:
    """A process on a terminal of 80 by 24: its id and the terminal."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ |= {"TERM": "xterm-256color", "PS1": "$ "}
        os.execvp(command[0], command)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return process, terminal


def _ended(process: int, patience_s: float) -> int:
    """The exit status of a process that should end by now; it is killed if it does not."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    raise AssertionError(f"it did not end within {patience_s} s")


def _read(terminal: int, wanted: bytes, patience_s: float) -> bytes:
    seen, end = b"", time.monotonic() + patience_s
    while wanted not in seen:
        left = end - time.monotonic()
        if left <= 0 or not readable(terminal, left):
            raise AssertionError(f"{wanted!r} did not come; the end of what did: {seen[-1500:]!r}")
        seen += os.read(terminal, 65536)
    return seen


def _drain(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536) if readable(terminal, 0.2) else b""
    except OSError:  # nobody at the other end any more
        return b""
