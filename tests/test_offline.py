"""Nothing leaves: refused inside the program, and seen from outside by strace without a network."""

import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest
from terminals import readable

from assistant import offline

pytestmark = pytest.mark.slow

QUESTION = "How far is Gharyan from Tripoli?"
PYTHON = [sys.executable, "-m", "assistant"]
LIMIT_S = 90
# Connects and datagrams to the internet's kinds of address, loopback left out.
_LEAVES = re.compile(
    r"(?:connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET6?.*"
    r"(?:inet_addr\(\"(?!127\.)|inet_pton\(AF_INET6, \"(?!::1\"))"
)
_TRACE = ["strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o"]


def guarded(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    lines = "import socket, urllib.request\nfrom assistant import offline\noffline.guard()\n"
    return subprocess.run(
        [sys.executable, "-c", lines + code],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"ASSISTANT_HOME": str(home)},
    )


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.create_connection(('example.org', 80), 1)",
        "socket.getaddrinfo('example.org', 443)",
        "socket.gethostbyname('example.org')",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
        "urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
        "import httpx; httpx.get('http://192.0.2.1/', timeout=1)",
        "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
        "offline.allow('http://192.0.2.1:81'); socket.create_connection(('192.0.2.1', 80), 1)",
    ],
)
def test_a_connection_that_nobody_asked_for_is_refused(code: str, home: Path) -> None:
    done = guarded(code, home)
    assert done.returncode != 0
    assert "was refused: nothing leaves here" in done.stderr


def test_loopback_and_what_was_allowed_are_open(home: Path) -> None:
    code = """
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
socket.create_connection(("localhost", server.getsockname()[1])).close()
offline.allow("http://192.0.2.1:81/v1")
try:
    socket.create_connection(("192.0.2.1", 81), 0.05)
except offline.OfflineError:
    raise
except OSError:
    print("tried")
"""
    done = guarded(code, home)
    assert (done.stdout.strip(), done.returncode) in {("tried", 0), ("", 0)}, done.stderr


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("LocalHost", True),
        ("localhost.evil.org", False),
        ("127.0.0.1.evil.org", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_what_counts_as_this_machine(host: str, local: bool) -> None:
    assert offline.is_local(host) is local


def outside(trace: Path) -> list[str]:
    return [line for line in trace.read_text(errors="replace").splitlines() if _LEAVES.search(line)]


@pytest.fixture(scope="module")
def traced() -> list[str]:
    """How to run a command under strace, in a network namespace with nothing in it if possible."""
    if sys.platform != "linux" or not shutil.which("strace"):
        pytest.skip("strace is not installed")
    probe = subprocess.run([*_TRACE, "/dev/null", "true"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"strace may not trace here: {probe.stderr.strip()}")
    alone = ["unshare", "-rn"] if shutil.which("unshare") else []
    if alone and subprocess.run([*alone, "true"], capture_output=True).returncode:
        alone = []
    return [*alone, *_TRACE]


def test_the_trace_would_show_a_connection(traced: list[str], tmp_path: Path) -> None:
    code = (
        "import socket\ns = socket.socket(); s.settimeout(0.05)\n"
        "try:\n    s.connect(('192.0.2.1', 80))\nexcept OSError:\n    pass"
    )
    trace = tmp_path / "trace"
    subprocess.run([*traced, str(trace), sys.executable, "-c", code], check=True)
    assert len(outside(trace)) == 1


def test_add_ask_search_and_eval_connect_to_nothing(
    traced: list[str], tmp_path: Path, home: Path
) -> None:
    """With every model, store and library of the real thing, telemetry of them all included."""
    (tmp_path / "note.md").write_text("# Bridges\n\nThe Oberbaum Bridge was built in 1896.\n")
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"question": "When was the Oberbaum Bridge built?", "answers": ["1896"]}')
    # With the telemetry switches of the environment as a person might have them: unset.
    environment = {k: v for k, v in os.environ.items() if "TELEMETRY" not in k and "OTEL" not in k}
    for number, command in enumerate(
        (
            ["add", str(tmp_path / "note.md")],
            ["ask", "When was the Oberbaum Bridge built?"],
            ["eval", "--model", "none", str(questions)],
        )
    ):
        trace = tmp_path / f"trace{number}"
        done = subprocess.run(
            [*traced, str(trace), *PYTHON, *command],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            env=environment | {"ASSISTANT_HOME": str(home)},
        )
        assert done.returncode == 0, done.stderr
        assert outside(trace) == []
        assert number != 1 or "1896" in done.stdout


def read_until(terminal: int, wanted: bytes) -> None:
    """Reads what the terminal shows until `wanted` is in it."""
    shown, end = b"", time.monotonic() + LIMIT_S
    while wanted not in shown:
        assert time.monotonic() < end, shown[-2000:]
        if readable(terminal, 0.5):
            shown += os.read(terminal, 65_536)


def test_the_chat_connects_to_nothing(traced: list[str], tmp_path: Path, home: Path) -> None:
    trace = tmp_path / "trace"
    environment = os.environ | {"ASSISTANT_HOME": str(home), "TERM": "xterm-256color"}
    process, terminal = pty.fork()
    if process == 0:
        command = [*traced, str(trace), *PYTHON, "--model", "none"]
        os.execvpe(command[0], command, environment)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        read_until(terminal, b"Ask about")
        os.write(terminal, f"{QUESTION}\r".encode())
        read_until(terminal, b"miles")
        os.write(terminal, b"\x11")
        read_until(terminal, b"\x1b[?1049l")
        os.waitpid(process, 0)
    finally:
        os.close(terminal)
    assert outside(trace) == []
