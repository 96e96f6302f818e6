"""The program's log: Python's `logging` under "assistant", silent until it is asked for.

A module takes its logger from here. What a person wrote or named (questions, answers, paths) goes
in as a `Text`, which shows its length alone unless the setting log.texts is on.
"""

import logging
import os
import platform
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from assistant import __version__, paths
from assistant.printable import safe

_ROOT = logging.getLogger("assistant")
# Without a handler Python would print warnings to stderr.
_ROOT.addHandler(logging.NullHandler())
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
# A file above this becomes assistant.1.log when the next process opens it.
_MAX_BYTES = 2_000_000
_SCREEN, _FILE = "assistant-screen", "assistant-file"


@dataclass(frozen=True)
class Text:
    """A text that is the person's own business."""

    plain: str

    def __str__(self) -> str:
        return f"[{len(self.plain)} characters]"


class Failure(Text):
    """An error: its type and its place in the code; its words may hold a person's text."""

    def __init__(self, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        object.__setattr__(self, "_shown", f"{type(error).__name__}{place}")
        super().__init__(f"{type(error).__name__}{place}: {error}")

    def __str__(self) -> str:
        return str(self.__dict__["_shown"])


class _Formatter(logging.Formatter):
    """Lines that cannot harm a terminal; with `texts`, a person's texts in full."""

    def __init__(self, *, texts: bool = False) -> None:
        super().__init__(_FORMAT)
        self.texts = texts

    def format(self, record: logging.LogRecord) -> str:
        if self.texts and isinstance(record.args, tuple):
            record = copy(record)
            record.args = tuple(a.plain if isinstance(a, Text) else a for a in record.args or ())
        return safe(super().format(record)).replace("\n", "\n    ")


def logger(module: str) -> logging.Logger:
    """The logger of a module of the program."""
    return logging.getLogger(module)


def folder() -> Path:
    """The folder of the log's files."""
    return paths.home() / "log"


def show() -> None:
    """Log to stderr, for --verbose, until `hide`."""
    _attach(_SCREEN, logging.StreamHandler())


def hide() -> None:
    """Log to stderr no more: a full screen would be torn by it."""
    _detach(_SCREEN)


def keep() -> None:
    """Log to assistant.log in the folder of the log, readable by its owner alone.

    A folder that cannot be written is no reason to stop.
    """
    path = folder() / "assistant.log"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            if path.stat().st_size > _MAX_BYTES:
                path.replace(path.with_name("assistant.1.log"))
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        _attach(_FILE, logging.FileHandler(path, encoding="utf-8", errors="replace"))


def configure(*, file: bool, texts: bool) -> None:
    """Follow the settings log.file and log.texts."""
    if file and not any(_named(_FILE)):
        keep()
    for handler in [*_named(_SCREEN), *_named(_FILE)]:
        handler.setFormatter(_Formatter(texts=texts))


def child_file(name: str) -> Path | None:
    """The file for what a child process prints, where a log is kept."""
    return folder() / f"{name}.log" if any(_named(_FILE)) else None


def close() -> None:
    """End all logging."""
    _detach(_SCREEN)
    _detach(_FILE)


def _attach(name: str, handler: logging.Handler) -> None:
    begun = any(_named(_SCREEN)) or any(_named(_FILE))
    _detach(name)
    handler.set_name(name)
    handler.setFormatter(_Formatter())
    _ROOT.addHandler(handler)
    _ROOT.setLevel(logging.DEBUG)
    _ROOT.propagate = False  # what another library set up for itself is not for this
    # A full disk or a closed terminal must not print a traceback.
    logging.raiseExceptions = False
    if not begun:
        python = platform.python_version()
        _ROOT.info("assistant %s, Python %s, %s", __version__, python, sys.platform)


def _detach(name: str) -> None:
    for handler in list(_named(name)):
        _ROOT.removeHandler(handler)
        handler.close()


def _named(name: str) -> Iterator[logging.Handler]:
    return (handler for handler in _ROOT.handlers if handler.get_name() == name)
