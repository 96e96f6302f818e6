"""Ways to end a child process: at a named step, at an SQL statement, or from outside."""

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

# Where the owners of steps are looked for; a step of a module itself is named after that.
MODULES = (
    "assistant.library.document_store assistant.library.chroma assistant.library.indexer "
    "assistant.library.transfer assistant.library.vector_transfer assistant.library.index_version "
    "assistant.library.sqlite assistant.engines.embedder assistant.documents.sandbox "
    "assistant.sessions assistant.library.settings assistant.settings "
    "assistant.settings_file assistant.engines.download assistant.server.admission "
    "assistant.evaluation.feedback assistant.answering.checker os shutil"
).split()


def kill_at(step: str, after: bool, nth: int) -> None:
    """Let this process die at the nth call of a method, or of a function of a module."""
    owner, method = step.split(".")
    modules = [importlib.import_module(name) for name in MODULES]
    of_that_name = [m for m in modules if m.__name__.rpartition(".")[2] == owner]
    kind: Any = of_that_name[0] if of_that_name else None
    kind = kind or next(getattr(m, owner) for m in modules if hasattr(m, owner))
    real = getattr(kind, method)
    calls = 0

    def dies(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*given, **named)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(kind, method, dies)


def kill_at_statement(nth: int) -> None:
    """Let this process die before its nth SQL statement."""
    from assistant.library.sqlite import Database

    prepare = Database._prepare

    def traced(self: Any) -> None:
        seen = 0

        def count(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == nth:
                os.kill(os.getpid(), signal.SIGKILL)

        self._connection.set_trace_callback(count)
        prepare(self)

    Database._prepare = traced  # type: ignore[method-assign]


def in_child(work: Callable[[], object]) -> int:
    """Run in a forked process; its wait status."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return pid


def finished(pid: int) -> int:
    return os.waitpid(pid, 0)[1]
