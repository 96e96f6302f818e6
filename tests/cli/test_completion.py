"""Completion and the man page: made from the parser, and understood by the programs they are for."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engines.gguf_files import write_gguf

from assistant import settings
from assistant.cli.command_tree import nodes
from assistant.cli.main import main
from assistant.cli.parser import parser
from assistant.library.document_store import DocumentStore
from assistant.sessions import Sessions

CASES = [
    ("assistant mo", {"models"}),
    ("assistant models ver", {"verify"}),
    ("assistant models list --j", {"--json"}),
    ("assistant --library work models tu", {"tune"}),
    ("assistant eval in", {"init"}),
    ("assistant eval --ablate re", {"reranker", "reader"}),
    ("assistant config set llm.th", {"llm.threads"}),
    ("assistant sessions ex", {"export"}),
]
# With the terminal that a man page is formatted for, as wide as can be: no word is broken.
WIDE = {"MANWIDTH": "2000", "MAN_KEEP_FORMATTING": "", "LC_ALL": "C.UTF-8"}


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=os.environ | WIDE, check=True
    )


def completed_by_bash(
    capsys: pytest.CaptureFixture[str], folder: Path, lines: list[str]
) -> list[set[str]]:
    """The words that bash offers for the last word of each line."""
    script = [printed(capsys, "--completion", "bash")]
    for line in lines:
        words = line.split(" ")
        script.append(f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; _assistant")
        script.append('echo "${COMPREPLY[*]}"')
    (folder / "try.bash").write_text("\n".join(script))
    found = ran("bash", str(folder / "try.bash")).stdout.splitlines()
    return [set(line.split()) for line in found]


def test_bash_completes_commands_options_and_their_values(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = completed_by_bash(capsys, tmp_path, [line for line, _ in CASES])
    assert found == [wanted for _, wanted in CASES]


@pytest.fixture
def named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a conversation, beside a library "work", a model and a file that means harm."""
    (home / "libraries" / "work").mkdir(parents=True)
    DocumentStore(home / "libraries" / "work").close()
    (home / "models").mkdir()
    for name in ("mine", f"$(touch {tmp_path.name})"):
        write_gguf(home / "models" / f"{name}.gguf", {"general.architecture": "llama"})
    program = tmp_path / "bin" / "assistant"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assistant "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return Sessions(home / "sessions").start("Who came?", "default").id


def named_cases(session: str) -> list[tuple[str, set[str]]]:
    return [
        ("assistant ask --library w", {"work"}),
        ("assistant libraries rename w", {"work"}),
        ("assistant models use mi", {"mine"}),
        ("assistant --model no", {"none"}),
        (f"assistant sessions show {session[:9]}", {session}),
        ("assistant models use $(t", set()),
    ]


@pytest.mark.slow
def test_bash_completes_names_of_libraries_models_and_conversations(
    named: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = completed_by_bash(capsys, tmp_path, [line for line, _ in named_cases(named)])
    assert found == [wanted for _, wanted in named_cases(named)]
    assert not list(Path.cwd().glob(tmp_path.name))


@pytest.mark.slow
def test_fish_completes_names_too(
    named: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script = [printed(capsys, "--completion", "fish")]
    cases = named_cases(named)[:-1]
    script += [f"complete -C {shlex.quote(line)}; echo ." for line, _ in cases]
    (tmp_path / "try.fish").write_text("\n".join(script))
    found = ran("fish", "--no-config", str(tmp_path / "try.fish")).stdout.split(".\n")
    for (line, wanted), said in zip(cases, found, strict=False):
        assert wanted <= {offer.split("\t")[0] for offer in said.splitlines()}, line


def test_fish_completes_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = [printed(capsys, "--completion", "fish")]
    script += [f"complete -C {shlex.quote(line)}; echo ." for line, _ in CASES]
    (tmp_path / "try.fish").write_text("\n".join(script))
    found = ran("fish", "--no-config", str(tmp_path / "try.fish")).stdout.split(".\n")
    for (line, wanted), said in zip(CASES, found, strict=False):
        # Each with its text behind a tab; files come beside the words where there may be one.
        assert wanted <= {offer.split("\t")[0] for offer in said.splitlines()}, line


def test_zsh_takes_the_script(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    begin = "autoload -U compinit && compinit -u -D\n"
    (tmp_path / "try.zsh").write_text(
        begin + printed(capsys, "--completion", "zsh") + "\nprint ${_comps[assistant]}"
    )
    assert "_assistant" in ran("zsh", "-f", str(tmp_path / "try.zsh")).stdout


def test_the_man_page_has_every_command_option_and_setting(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "assistant.1"
    page.write_text(printed(capsys, "--man"))
    done = ran("man", "--warnings", "-l", str(page))
    assert done.stderr == ""
    shown = re.sub(r".\x08", "", done.stdout).replace("\u2010", "-")
    for node in nodes(parser()):
        assert node.words in shown
        for option in node.options:
            assert all(name in shown for name in option.names), (node.words, option)
    assert all(s.key in shown and s.variable in shown for s in settings.schema())
