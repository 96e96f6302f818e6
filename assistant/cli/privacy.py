"""Privacy: files on the disk, their readers, and the erasing of conversations."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from assistant import formatting, offline, paths, settings
from assistant.cli import output
from assistant.errors import AssistantError
from assistant.library.health import Finding
from assistant.sessions import Sessions

DONE = 0
# What is below ASSISTANT_HOME, by the first part of its path.
_KEPT = {
    "libraries": "text, index and vectors of your documents",
    "sessions": "saved conversations",
    "evaluation": "libraries that `assistant eval --documents` made",
    "models": "models that you pulled, and what was measured of them",
    "settings.toml": "settings",
    "copied.txt": "what you copied in the chat, for terminals that cannot copy",
    "verified.json": "sha256 of model files, to save hashing them again",
}


def findings() -> Iterator[Finding]:
    """Every file and folder of the assistant's, and what may leave the machine."""
    home = paths.home()
    yield _kept("kept in", str(home), home)
    for path in sorted(home.iterdir()) if home.is_dir() else ():
        what = _KEPT.get(path.name, "not the assistant's")
        yield _kept(path.name, f"{size_of(path)}: {what}", path)
    given = settings.load()
    if given.llm_url:
        host = urlsplit(given.llm_url).hostname or ""
        local = "this machine itself" if offline.is_local(host) else "ANOTHER MACHINE"
        yield Finding("llm.url", "note", f"questions and quotes go to {given.llm_url}, {local}")
    else:
        yield Finding("leaves", "ok", "nothing: every other connection is refused")
    yield Finding(
        "network", "ok", "used for models that you pull and pages that you add by their address"
    )
    yield Finding("telemetry", "ok", "off in every library")
    yield Finding("logs", "ok", "none are written")


def _kept(name: str, text: str, path: Path) -> Finding:
    problem = _readable_by_others(path)
    return Finding(name, "problem", f"{text}. {problem}") if problem else Finding(name, "ok", text)


def _readable_by_others(path: Path) -> str:
    """Why a path is open to others, or "". The folder above shuts off all that is in it."""
    if os.name != "posix" or not path.exists():
        return ""
    if paths.home().stat().st_mode & 0o077 == 0 or path.stat().st_mode & 0o077 == 0:
        return ""
    mode = stat.filemode(path.stat().st_mode)
    return f"Others on this machine may look into it ({mode}). Run `chmod -R go= {path}`."


def forget(yes: bool) -> int:
    """Erase all conversations, asking first unless `yes`."""
    folder = paths.home() / "sessions"
    count = len(Sessions(folder).search())
    question = f"Erase {formatting.count(count, 'conversation')}, for good?"
    if not (yes or output.confirmed(question)):
        raise AssistantError("Nothing was erased.", "Say --yes to erase without being asked.")
    if folder.is_dir():
        shutil.rmtree(folder)
    (paths.home() / "copied.txt").unlink(missing_ok=True)
    output.tell(f"Erased {formatting.count(count, 'conversation')}.")
    return DONE


def size_of(path: Path) -> str:
    """Bytes and files below a path, for people."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    return f"{formatting.size(size)} in {formatting.count(len(files), 'file')}"
