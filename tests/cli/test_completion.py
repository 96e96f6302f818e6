"""Completion and the man page: made from the parser, and understood by the programs they are for."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from assistant import settings
from assistant.cli.command_tree import nodes
from assistant.cli.main import main
from assistant.cli.parser import parser

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


def test_bash_completes_commands_options_and_their_values(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script = [printed(capsys, "--completion", "bash")]
    for line, _ in CASES:
        words = line.split(" ")
        script.append(f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; _assistant")
        script.append('echo "${COMPREPLY[*]}"')
    (tmp_path / "try.bash").write_text("\n".join(script))
    found = ran("bash", str(tmp_path / "try.bash")).stdout.splitlines()
    assert [set(line.split()) for line in found] == [wanted for _, wanted in CASES]


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
