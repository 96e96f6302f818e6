"""Files of unknown origin are read in a child process that may take only so long and so much.

The child holds nothing of value: it gets bytes through a pipe and gives text back. What hangs is
ended, what crashes takes only the child along, and the child may write no file.
"""

import json
import os
import queue
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from assistant import offline
from assistant.documents.document import Block, Document
from assistant.documents.ocr import on_page
from assistant.documents.parsers import parse, parser_of
from assistant.errors import DocumentError, NoTextError
from assistant.steps import outcome

_PACKAGE_ROOT = Path(__file__).parents[2]
_LENGTH = struct.Struct(">Q")
# A file may take this long, and so much longer for each of its megabytes.
_SECONDS = 30.0
_SECONDS_PER_MB = 3.0
# A page that is recognised takes seconds, or minutes where other programs want the processor; each
# page of a file has this time for itself.
_SECONDS_PER_PAGE = 180.0
_MEMORY_BYTES = 3 << 30
_START_SECONDS = 60.0


@dataclass(frozen=True)
class PageRead:
    """A page was recognised, of those of a file that must be."""

    page: int
    pages: int


# A parsing as it goes: the pages that take their time, at the end the document and its parser.
Parsing = Generator[PageRead, None, tuple[Document, str]]


class Sandbox:
    """Parses files; starts its child at the first one that needs it. Close it when done."""

    def __init__(self, seconds: float = _SECONDS, memory_bytes: int = _MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None

    def parse(self, path: Path, data: bytes) -> tuple[Document, str]:
        """The document in `data` and its parser's name; see parsers.parse."""
        return outcome(self.steps(path, data))

    def steps(self, path: Path, data: bytes) -> Parsing:
        """The same, telling of each page that is recognised."""
        parser = parser_of(path, data)
        if parser is None or not parser.isolated:
            return parse(path, data)
        limit = self._seconds + _SECONDS_PER_MB * len(data) / 1e6
        try:
            reply = yield from self._ask(path, data, limit)
        except BaseException:  # whoever stops here leaves a child that has not answered
            self.close()
            raise
        if "error" in reply:
            failure = NoTextError if reply["no_text"] else DocumentError
            raise failure(reply["error"], reply["remedy"])
        return _document(reply), parser.name

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what was not sent is of no use
                        pipe.close()

    def _ask(
        self, path: Path, data: bytes, limit: float
    ) -> Generator[PageRead, None, dict[str, Any]]:
        started = self._process is not None and self._process.poll() is None
        if not started:
            self.close()
            self._process = _spawn(self._memory_bytes)
        header = json.dumps([f"{path.stem}{path.suffix}", limit]).encode()
        exchange = _Exchange(self._process, header, data)
        # The start of an interpreter on a busy machine is not the file's fault.
        wait = limit + (0 if started else _START_SECONDS)
        while (reply := exchange.reply(wait)) is not None and "page" in reply:
            wait = _SECONDS_PER_PAGE
            yield PageRead(reply["page"], reply["pages"])
        if reply is None:
            raise DocumentError(
                "Reading it took more memory than is allowed, or its parser crashed.",
                "Save it in another format.",
            )
        return reply


class _Exchange(threading.Thread):
    """Sends a file and takes the reply; a thread, because pipes know no time limit everywhere."""

    def __init__(
        self, process: "subprocess.Popen[bytes] | None", header: bytes, data: bytes
    ) -> None:
        super().__init__(name="parser", daemon=True)
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        self._to, self._from = process.stdin, process.stdout
        self._messages = (header, data)
        self._replies: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.start()

    def reply(self, seconds: float) -> dict[str, Any] | None:
        """The next reply; None if the child is gone. Raises DocumentError if none comes in time."""
        try:
            return self._replies.get(timeout=seconds)
        except queue.Empty:
            raise DocumentError(
                f"It could not be read within {seconds:.0f} seconds.", "Save it in another format."
            ) from None

    def run(self) -> None:
        try:
            for message in self._messages:
                _send(self._to, message)
            reply: dict[str, Any] = {"page": 0}
            while "page" in reply:
                reply = json.loads(_receive(self._from))
                self._replies.put(reply)
        except (EOFError, OSError, ValueError):
            self._replies.put(None)  # the child is gone


def _spawn(memory_bytes: int) -> "subprocess.Popen[bytes]":
    # -P: run in a folder of documents, a json.py among them must not be imported.
    search_path = [str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "assistant.documents.sandbox", str(memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, search_path))},
        cwd=_PACKAGE_ROOT,
        # Ctrl-C is the parent's to handle.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    """A message. Raises EOFError where the other side is gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    if len(message) < length:
        raise EOFError
    return message


def serve(memory_bytes: int) -> None:
    """The child: reads files from stdin until that ends, and writes what is in them to stdout."""
    # What a parser prints must not be taken for a reply.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_memory(memory_bytes)
    offline.guard()  # recognition would fetch a model that it does not find

    def told(page: int, pages: int) -> None:
        _limit_time(_SECONDS_PER_PAGE)
        _send(answers, json.dumps({"page": page, "pages": pages}).encode("ascii"))

    on_page.set(told)
    while True:
        try:
            name, seconds = json.loads(_receive(sys.stdin.buffer))
            data = _receive(sys.stdin.buffer)
        except EOFError:
            return
        _limit_time(seconds)
        _send(answers, _reply(name, data))


def _reply(name: str, data: bytes) -> bytes:
    try:
        document, _ = parse(Path(name), data)
        return json.dumps(
            {
                "text": document.text,
                "title": document.title,
                "note": document.note,
                "unread_pages": document.unread_pages,
                "written": document.written.isoformat() if document.written else "",
                "blocks": [list(asdict(block).values()) for block in document.blocks],
            }
        ).encode("ascii")
    except DocumentError as error:
        return _failed(error.message, error.remedy, no_text=isinstance(error, NoTextError))
    except MemoryError:
        return _failed("Reading it takes more memory than is allowed.", "Split it into parts.")
    except Exception as error:  # a parser may fail in any way on a file made to do so
        return _failed(f"It is damaged: its parser failed ({type(error).__name__}).", "")


def _failed(message: str, remedy: str, *, no_text: bool = False) -> bytes:
    return json.dumps({"error": message, "remedy": remedy, "no_text": no_text}).encode("ascii")


def _document(reply: dict[str, Any]) -> Document:
    blocks = tuple(
        Block(start, end, kind, tuple(headings), page, tuple(box) if box else None)
        for start, end, kind, headings, page, box, _ in reply["blocks"]
    )
    written = date.fromisoformat(reply["written"]) if reply["written"] else None
    told = (reply["note"], reply["unread_pages"], written)
    return Document(reply["text"], reply["title"], blocks, *told)


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


if __name__ == "__main__":
    serve(int(sys.argv[1]))
