"""The real command in a process of its own: pipes, signals, the real LLM, a real terminal."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from terminals import readable

from assistant import paths

pytestmark = pytest.mark.slow

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "assistant/answering/answer.schema.json").read_text()
)
COMMAND = [sys.executable, "-m", "assistant"]
QUESTION = "How far is Gharyan from Tripoli?"
LIMIT_S = 120


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One home for the tests that only read, with the shipped documents in it."""
    home = str(tmp_path_factory.mktemp("shared"))
    environment = os.environ | {"ASSISTANT_HOME": home, "PYTHONUNBUFFERED": "1"}
    done = run("ask", "--model", "none", QUESTION, env=environment)
    assert done.returncode == 0, done.stderr
    return environment


def run(*arguments: str, env: dict[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )


def test_answers_of_the_real_models_follow_the_published_schema(
    shared_home: dict[str, str],
) -> None:
    questions = [
        {"id": 1, "question": QUESTION},
        {"id": "2", "question": "When did Ban Ki-moon visit Libya?"},
        {"question": "Who won the football world cup in 1998?"},
        {
            "id": 4,
            "question": "And why did he go?",
            "history": [{"question": "When did Ban Ki-moon visit Libya?", "answer": "In 2014."}],
        },
    ]
    lines = "\n".join(map(json.dumps, questions)) + "\n{broken\n"
    done = run("ask", "--jsonl", env=shared_home, stdin=lines)
    assert done.returncode == 2
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in answers:
        jsonschema.validate(answer, SCHEMA)
    first, _, refused, _, failed = answers
    assert first["status"] == "answered"
    assert first["model"]["name"] == "smollm2-135m"
    assert first["usage"]["completion_tokens"] > 0
    assert refused["status"] == "not_found"
    assert failed["line"] == 5
    for answer in answers[:4]:
        for citation in answer["citations"]:
            text = Path(citation["source"]).read_bytes().decode("utf-8")
            assert text[slice(*citation["span"])] == citation["quote"]


def test_one_question_with_the_real_models(shared_home: dict[str, str]) -> None:
    done = run("ask", QUESTION, env=shared_home)
    assert (done.returncode, done.stderr) == (0, "")
    assert "31 miles" in done.stdout
    assert "000_fbb4ad618a715ec0.txt:" in done.stdout


def test_a_question_from_stdin_and_a_closed_stdin(shared_home: dict[str, str]) -> None:
    assert run("ask", "--model", "none", env=shared_home, stdin=QUESTION).returncode == 0
    closed = subprocess.run(
        f"'{sys.executable}' -m assistant ask <&-",
        shell=True,
        env=shared_home,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert closed.returncode == 2
    assert closed.stderr.startswith("assistant: ")
    assert len(closed.stderr.splitlines()) == 1


@pytest.mark.parametrize("into", ["| head -1", "| true", ">&-", "> /dev/full"])
def test_an_output_that_nobody_reads_leaves_no_trace(
    shared_home: dict[str, str], into: str
) -> None:
    if "/dev/full" in into and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    line = f"yes '{QUESTION}' | head -3 | '{sys.executable}' -m assistant ask --jsonl --model none {into}"
    done = subprocess.run(
        line, shell=True, env=shared_home, capture_output=True, text=True, timeout=LIMIT_S
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1


def test_ctrl_c_at_any_moment_is_one_word_and_status_2(shared_home: dict[str, str]) -> None:
    for wait_s in (0.05, 0.4, 1.5, 2.5):
        process = subprocess.Popen(
            [*COMMAND, "ask", "--jsonl"],
            env=shared_home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(f"{QUESTION}\n" * 20)
        process.stdin.flush()
        time.sleep(wait_s)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = process.communicate(timeout=LIMIT_S)
        assert time.monotonic() - began < 5
        # Python itself tells of one that comes before it has found the program.
        assert "Traceback" not in err or "assistant/" not in err
        assert process.returncode in {2, -signal.SIGINT}, err


def test_the_plain_chat_on_a_real_terminal(shared_home: dict[str, str]) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.execve(sys.executable, [*COMMAND, "chat", "--plain"], shared_home)
    try:
        read_until(terminal, "> ")
        os.write(terminal, f"{QUESTION}\n".encode())
        seen = read_until(terminal, r"Confidence[^>]*> ")
        assert "31 miles" in " ".join(seen.split())
        time.sleep(0.5)  # a signal between the prompt and readline's wait is seen at the next key
        os.write(terminal, b"\x03")
        # Before the prompt reads again, a Ctrl-D would be the terminal's own and get lost.
        read_until(terminal, r"Ctrl-D ends\.[^>]*> ")
        time.sleep(0.5)
        os.write(terminal, b"\x04")
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    finally:
        os.close(terminal)


def read_until(terminal: int, wanted: str) -> str:
    """What the terminal shows until it matches `wanted`."""
    seen = ""
    end = time.monotonic() + LIMIT_S
    while not re.search(wanted, seen):
        assert time.monotonic() < end, seen
        if readable(terminal, 0.5):
            seen += os.read(terminal, 65_536).decode("utf-8", "replace")
    return seen


def test_a_killed_model_still_gives_the_person_the_quote(shared_home: dict[str, str]) -> None:
    """SIGKILL for the LLM's process while it loads or writes: a quote, and one sentence about it."""
    process = subprocess.Popen(
        [*COMMAND, "ask", QUESTION],
        env=shared_home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    killed = 0
    while process.poll() is None:
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
            killed += 1
        time.sleep(0.01)
    out, err = process.communicate()
    assert killed
    assert process.returncode == 0
    assert "31 miles" in out
    assert "The answer is quoted, not phrased." in err


def children(pid: int) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(pid), "-f", "llama.child"], capture_output=True, text=True
    )
    return [int(line) for line in found.stdout.split()]


def test_the_home_folder_is_the_owner_s_alone(shared_home: dict[str, str]) -> None:
    library = Path(shared_home["ASSISTANT_HOME"], "libraries", "default")
    assert library.stat().st_mode & 0o077 == 0
    assert paths.shipped("seeds").is_dir()
