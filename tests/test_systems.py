"""Nothing that only POSIX has stands in the way of a person on another system.

Windows is not at hand: what it lacks is hidden here, from our own modules alone.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_HIDDEN = """
import builtins, os, sys
MODULES = {"fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty"}
CALLS = (
    "fork forkpty pread preadv pwrite pwritev nice sched_getaffinity killpg getpgid setsid"
    " O_NONBLOCK O_NOFOLLOW O_CLOEXEC"
).split()
import asyncio, subprocess, textual.app, filelock
real = builtins.__import__

def without(name, globals=None, *rest, **named):
    asking = (globals or {}).get("__name__", "")
    if asking.startswith("assistant") and name.partition(".")[0] in MODULES:
        raise ImportError(f"{asking} wants {name}", name=name)
    return real(name, globals, *rest, **named)

builtins.__import__ = without
for call in CALLS:
    if hasattr(os, call):
        delattr(os, call)
"""
_IMPORTS = """
import importlib, pkgutil
import assistant
count = 0
for module in pkgutil.walk_packages(assistant.__path__, "assistant."):
    if module.name.startswith("assistant.lab") or module.name.endswith("__main__"):
        continue
    importlib.import_module(module.name)
    count += 1
print(count)
"""
_TURNS = """
from pathlib import Path
from assistant.sessions import SavedTurn, Sessions
from assistant.engines.llama.model import usable_cores
sessions = Sessions(Path(sys.argv[1]))
session = sessions.start("Who?", "default")
sessions.append(session.id, SavedTurn("Who?", "now", {"answer": "Ann"}, {}))
path = sessions.folder / f"{session.id}.jsonl"
with path.open("ab") as file:
    file.write(b'{"torn')
sessions.append(session.id, SavedTurn("When?", "now", {"answer": "Now"}, {}))
print([turn.question for turn in sessions.load(session.id)[1]], usable_cores() > 0)
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _HIDDEN + code, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_imported_without_what_only_posix_has() -> None:
    assert int(run(_IMPORTS)) > 200


def test_a_turn_is_saved_without_what_only_posix_has(tmp_path: Path) -> None:
    assert run(_TURNS, str(tmp_path)) == "['Who?', 'When?'] True\n"
