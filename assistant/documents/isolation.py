"""Files of unknown origin are read in a child process that may take only so long and so much.

The child holds nothing of value: it gets bytes through a pipe and gives text back. What hangs is
ended, what crashes takes only the child along, and the child may write no file.
"""

import json
import multiprocessing
import os
import signal
import time
from dataclasses import asdict
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from assistant.documents.document import Block, Document
from assistant.documents.registry import parse, parser_for
from assistant.errors import DocumentError

# A file may take this long, and so much longer for each of its megabytes.
_SECONDS = 30.0
_SECONDS_PER_MB = 3.0
_MEMORY_BYTES = 3 << 30
_START_SECONDS = 30.0


class Sandbox:
    """Parses files; starts its child at the first one that needs it. Close it when done."""

    def __init__(self, seconds: float = _SECONDS, memory_bytes: int = _MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def parse(self, path: Path, data: bytes) -> tuple[Document, str]:
        """The document in `data` and its parser's name; see registry.parse."""
        parser = parser_for(path)
        if parser is None or not parser.isolated:
            return parse(path, data)
        limit = self._seconds + _SECONDS_PER_MB * len(data) / 1e6
        reply = self._ask(path, data, limit)
        if "error" in reply:
            raise DocumentError(reply["error"], reply["remedy"])
        return _document(reply), parser.name

    def close(self) -> None:
        """End the child."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None

    def _ask(self, path: Path, data: bytes, limit: float) -> dict[str, Any]:
        pipe = self._started()
        try:
            pipe.send_bytes(json.dumps([f"{path.stem}{path.suffix}", limit]).encode())
            pipe.send_bytes(data)
            if not pipe.poll(limit):
                self.close()
                raise DocumentError(
                    f"It could not be read within {limit:.0f} seconds.",
                    "Save it in another format.",
                )
            reply: dict[str, Any] = json.loads(pipe.recv_bytes())
        except (EOFError, OSError, ValueError) as error:
            self.close()
            raise DocumentError(
                "Reading it took more memory than is allowed, or its parser crashed.",
                "Save it in another format.",
            ) from error
        return reply

    def _started(self) -> Connection:
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self.close()
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(
                target=serve, args=(theirs, self._memory_bytes), name="parser", daemon=True
            )
            self._process.start()
            theirs.close()
            if not self._pipe.poll(_START_SECONDS):
                self.close()
                raise DocumentError("The process that reads files did not start.", "Try again.")
            self._pipe.recv_bytes()
        return self._pipe


def serve(pipe: Connection, memory_bytes: int) -> None:
    """The child: reads files until its pipe is closed."""
    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(memory_bytes)
    pipe.send_bytes(b"ready")
    while True:
        try:
            name, seconds = json.loads(pipe.recv_bytes())
            data = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        _limit_time(seconds)
        pipe.send_bytes(_reply(name, data))


def _reply(name: str, data: bytes) -> bytes:
    try:
        document, _ = parse(Path(name), data)
        return json.dumps(
            {
                "text": document.text,
                "title": document.title,
                "note": document.note,
                "blocks": [list(asdict(block).values()) for block in document.blocks],
            }
        ).encode("ascii")
    except DocumentError as error:
        return _failed(error.message, error.remedy)
    except MemoryError:
        return _failed("Reading it takes more memory than is allowed.", "Split it into parts.")
    except Exception as error:  # a parser may fail in any way on a file made to do so
        return _failed(f"It is damaged: its parser failed ({type(error).__name__}).", "")


def _failed(message: str, remedy: str) -> bytes:
    return json.dumps({"error": message, "remedy": remedy}).encode("ascii")


def _document(reply: dict[str, Any]) -> Document:
    blocks = tuple(
        Block(start, end, kind, tuple(headings), page)
        for start, end, kind, headings, page in reply["blocks"]
    )
    return Document(reply["text"], reply["title"], blocks, reply["note"])


def _limit_memory(memory_bytes: int) -> None:
    if os.name != "posix":  # Windows has no such limits; the time limit holds there too
        return
    import resource

    for kind, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):  # macOS knows no limit of the address space
            continue


def _limit_time(seconds: float) -> None:
    """End the child by itself if its parent is gone and cannot."""
    if os.name != "posix":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 2, hard))
