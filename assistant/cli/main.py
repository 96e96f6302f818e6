"""The command `assistant`: what it runs, its errors and its exit status."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module

from assistant import paths
from assistant.cli import output
from assistant.cli.parser import parser
from assistant.errors import AssistantError, OutputClosedError

FAILED = 2


def run() -> None:
    """The entry point: never returns, never shows a traceback for what can be said in words."""
    # Without this, Python 3.11 waits at exit for threads that are still importing.
    status = FAILED
    try:
        _shut_off()
        status = main(sys.argv[1:])
    except KeyboardInterrupt:
        output.tell("assistant: Stopped.")
    _flush()
    # Chroma and onnxruntime take up to 0.3 s to take down what the system takes down anyway.
    os._exit(status)


def _shut_off() -> None:
    """Nothing leaves, and what is written is the person's own business, whoever writes it."""
    from assistant import offline

    offline.guard()
    os.umask(0o077)
    with suppress(OSError, AssistantError):
        if paths.home().is_dir():
            paths.home().chmod(0o700)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    try:
        return _dispatch(arguments)
    except AssistantError as error:
        _log(error)
        output.tell(f"assistant: {error}")
        return FAILED
    except KeyboardInterrupt:
        output.tell("assistant: Stopped.")
        return FAILED
    except OutputClosedError:
        output.silence()
        return FAILED
    except OSError as error:
        _log(error)
        output.tell(f"assistant: {_system_error(error)}")
        return FAILED
    except MemoryError:
        output.tell("assistant: There is not enough memory. Close other programs and try again.")
        return FAILED


def _dispatch(arguments: Sequence[str]) -> int:
    try:
        options = parser().parse_args(arguments)
    except SystemExit as end:  # argparse has printed its help, the version, or what is wrong
        return int(str(end.code or 0))
    if options.verbose:
        from assistant import logs

        logs.keep()
        logs.show()
    return function(options.run)(options)


def function(name: str) -> Callable[[argparse.Namespace], int]:
    """The function that runs a command, by its "module.function" in this package.

    Imported when it runs: help must not wait for it.
    """
    module, _, own = name.partition(".")
    found: Callable[[argparse.Namespace], int]
    found = getattr(import_module(f"assistant.cli.{module}"), own)
    return found


def _log(error: Exception) -> None:
    from assistant import logs

    logs.logger(__name__).error("the command failed: %s", logs.Failure(error))


def _system_error(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}. Check the disk and the permissions, then try again."


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            continue
