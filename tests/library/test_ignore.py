"""Patterns of ignore files, which come with folders of others."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.library import discovery
from assistant.library.ignore import parse_rule


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 40 + "b", "a" * 250),
        ("?*" * 40 + "b", "a" * 250),
        ("[ab]*" * 40 + "c", "ab" * 120),
        ("**/a/" * 40 + "b", "a/" * 400 + "c"),
        ("*a*/" * 40 + "b", "aaa/" * 300 + "c"),
        ("**/*a*a/" * 20 + "b", "aaaa/" * 200 + "c"),
        ("/**/" * 40 + "b", "a/" * 400),
    ],
)
def test_no_pattern_holds_anything_up(pattern: str, path: str) -> None:
    rule = parse_rule(pattern)
    assert rule is not None
    began = time.process_time()
    assert not rule.expression.fullmatch(path)
    assert time.process_time() - began < 1


def test_a_hostile_ignore_file_leaves_files_out_and_no_more(tmp_path: Path) -> None:
    patterns = ["*a" * 30 + "b", "left-out.txt", "[z-a]", "../*", "/etc/passwd", "\\"]
    (tmp_path / ".gitignore").write_text("\n".join(patterns))
    for name in ("a" * 200 + ".txt", "left-out.txt"):
        (tmp_path / name).write_text("text")
    began = time.process_time()
    assert [p.name for p in discovery.find(str(tmp_path))] == ["a" * 200 + ".txt"]
    assert time.process_time() - began < 2


_PIECES = st.sampled_from(["*", "**", "**/", "/", "?", "a", "b", "[ab]", "[!a]", "a*", "*b"])
_NAMES = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is what is compared with")
def test_patterns_mean_what_they_mean_to_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("")

    @settings(
        max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(_PIECES, min_size=1, max_size=6).map("".join), st.lists(_NAMES, min_size=1))
    def agrees(pattern: str, paths: list[list[str]]) -> None:
        (tmp_path / ".gitignore").write_text(f"{pattern}\n")
        asked = ["/".join(path) for path in paths]
        told = subprocess.run(
            ["git", "-C", str(tmp_path), "check-ignore", "--no-index", "--stdin"],
            input="\n".join(asked), capture_output=True, text=True,
        )  # fmt: skip
        rule = parse_rule(pattern)
        for path in asked:
            names = path.split("/")
            above = ["/".join(names[: n + 1]) for n in range(len(names))]
            ours = rule is not None and any(
                rule.expression.fullmatch(each)
                for each in (above[:-1] if rule.folders_only else above)
            )
            assert ours == (path in told.stdout.splitlines()), (pattern, path)

    agrees()
