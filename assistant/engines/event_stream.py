"""One streamed HTTP request: server-sent events as they come, cancelled at once, never redirected.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. `http.client`, because it
knows no proxies and follows no redirects: what is sent goes to the address that was set.
"""

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

POLL_S = 0.02
CONNECT_S = 10.0
_MOST_LINE = 1 << 20
_MOST_ERROR = 64 * 1024
# A server that only says that it is still there is given up after so many times the limit.
_LIMITS = 10


class StreamError(Exception):
    """A request that came to nothing: `status` of HTTP, 0 where there was none; what was said."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class Request:
    """A request; `timeout_s` is how long the other end may be silent."""

    url: str
    body: bytes | None
    headers: Mapping[str, str]
    timeout_s: float

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


def events(request: Request, cancel: threading.Event) -> Generator[bytes, None, None]:
    """The data of each event. Ends early when `cancel` is set or the iterator is closed.

    A response that is not a stream is one event. Raises StreamError.
    """
    exchange = _Exchange(request)
    thread = threading.Thread(target=exchange.run, name="endpoint", daemon=True)
    thread.start()
    try:
        yield from exchange.results(cancel)
    finally:
        exchange.abort()


class _Exchange:
    """A connection that a thread reads from, so that whoever waits can look at a cancel."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._out: queue.SimpleQueue[bytes | StreamError | None] = queue.SimpleQueue()
        self._connection = _connection(request)
        # Kept apart: the connection lets go of its socket once a response is to be its last.
        self._socket: socket.socket | None = None
        self._aborted = False

    def run(self) -> None:
        """Ask, and hand over what comes; the last thing is None or a StreamError."""
        try:
            self._ask()
            self._out.put(None)
        except StreamError as error:
            self._out.put(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._out.put(StreamError(0, _reason(error)))
        finally:
            self._connection.close()

    def results(self, cancel: threading.Event) -> Iterator[bytes]:
        began = time.monotonic()
        while not cancel.is_set():
            try:
                item = self._out.get(timeout=POLL_S)
            except queue.Empty:
                if time.monotonic() - began > self._request.timeout_s * _LIMITS:
                    raise StreamError(0, "it did not come to an end") from None
                continue
            if item is None:
                return
            if isinstance(item, StreamError):
                raise item
            yield item

    def abort(self) -> None:
        """End the connection, whatever is read from it."""
        self._aborted = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _ask(self) -> None:
        request = self._request
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        self._connection.connect()
        self._socket = self._connection.sock
        assert self._socket is not None
        self._socket.settimeout(request.timeout_s)
        if self._aborted:
            return
        self._connection.request(request.method, target, request.body, dict(request.headers))
        response = self._connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise StreamError(
                response.status, response.read(_MOST_ERROR).decode("utf-8", "replace")
            )
        if "text/event-stream" in response.headers.get("Content-Type", ""):
            for data in _data(response):
                self._out.put(data)
        else:
            self._out.put(response.read(_MOST_LINE))


def _data(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The data of each event; a line that is too long ends the stream."""
    parts: list[bytes] = []
    while line := response.readline(_MOST_LINE):
        if len(line) == _MOST_LINE:
            raise StreamError(0, "it sent a line of more than a megabyte")
        text = line.rstrip(b"\r\n")
        if text.startswith(b"data:"):
            parts.append(text[5:].removeprefix(b" "))
        elif not text and parts:
            yield b"\n".join(parts)
            parts = []
    if parts:
        yield b"\n".join(parts)


def _connection(request: Request) -> http.client.HTTPConnection:
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    timeout = min(CONNECT_S, request.timeout_s)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=timeout)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, http.client.IncompleteRead | http.client.RemoteDisconnected):
        return "it closed the connection in the middle of its answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
