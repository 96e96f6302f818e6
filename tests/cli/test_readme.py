"""The README says what the program does: its table of commands and its examples are held to it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli.command_tree import nodes
from assistant.cli.parser import parser

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TABLE = re.compile(r"(?s)(?<=<!-- commands -->\n).*?(?=<!-- end -->)")


def table() -> str:
    rows = ["| command | what it does |", "| --- | --- |"]
    for node in nodes(parser()):
        words = node.words.split()
        if len(words) == 2:
            below = "".join(f" · `{name}`" for name in node.below)
            rows.append(f"| `{node.words}`{below} | {node.text} |")
    return "\n".join(rows) + "\n"


def test_the_table_of_commands_is_the_parser_s() -> None:
    text = README.read_text(encoding="utf-8")
    if os.environ.get("SNAPSHOTS") == "write":
        README.write_text(TABLE.sub(table().replace("\\", "\\\\"), text), encoding="utf-8")
        text = README.read_text(encoding="utf-8")
    found = TABLE.search(text)
    assert found is not None
    assert found.group() == table()


def example(first_line: str) -> str:
    """The fenced block of the README that begins so."""
    for block in re.findall(r"(?s)```\w*\n(.*?)```", README.read_text(encoding="utf-8")):
        if block.startswith(first_line):
            return str(block)
    raise AssertionError(f"The README has no example that begins with {first_line!r}")


def test_the_first_question_is_answered_as_the_readme_prints_it() -> None:
    shown = example("$ uv run assistant ask").splitlines()
    question = re.search(r'"(.+)"', shown[0])
    assert question is not None
    command = [sys.executable, "-m", "assistant", "ask", question.group(1)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    printed = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    assert printed[0] == shown[1]
    quote = next(line.strip() for line in shown if "\u201c" in line)
    assert quote in printed


@pytest.mark.parametrize("first_line", ["from assistant import Assistant", "import asyncio"])
def test_the_python_examples_run(
    first_line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "bridge.md").write_text(
        "# Bridges\n\nThe Oberbaum Bridge was built in 1896 by the engineer Otto Stahn.\n"
    )
    environment = os.environ | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", example(first_line)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "1896" in done.stdout
