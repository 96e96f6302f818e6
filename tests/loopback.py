"""A server on loopback that does what a test tells it to, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Respond = Callable[["Handler"], None]


@dataclass
class Server:
    """`url` is its base; `asked` holds (method, path, headers, body) of each request."""

    url: str
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for method, _, _, body in self.asked if method == "POST"]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the test's function."""

    respond: Respond
    server_record: Server

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.body = body
        self.server_record.asked.append((self.command, self.path, dict(self.headers), body))
        try:
            type(self).respond(self)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = handle_one

    def reply(self, status: int, data: bytes = b"", **headers: str) -> None:
        """A whole response; underscores in header names stand for dashes."""
        self.head(status, Content_Length=str(len(data)), **headers)
        self.wfile.write(data)

    def head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(respond: Respond) -> Iterator[Server]:
    record = Server("")

    class Here(Handler):
        pass

    Here.respond = respond  # type: ignore[method-assign,assignment]
    Here.server_record = record
    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    server.daemon_threads = True
    record.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield record
    finally:
        server.shutdown()
        server.server_close()
