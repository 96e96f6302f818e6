"""The chat in a browser: Textual's own server on loopback, for whoever has the whole address.

The address holds a token that is new at each start and stands in every path, so that there is no
cookie that another server of this machine would be sent. No page of another site may connect.
"""

import hmac
import os
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

from assistant.server.admission import is_known_host

# Each is a chat of its own, with its models: a browser that opens tab after tab must end somewhere.
MAX_CHATS = 4
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'"
        " data:; img-src 'self' data:; connect-src 'self' {socket}; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebChat(Server):
    """Serves a chat, a process of its own for each tab."""

    def __init__(self, arguments: Sequence[str], listening: socket.socket) -> None:
        """`arguments` are those of the chat's command; `listening` is bound to loopback."""
        self.token = secrets.token_urlsafe(24)
        host, port = listening.getsockname()[:2]
        self._listening = listening
        self._origin = f"http://{host}:{port}"
        self._chats = 0
        super().__init__(
            _command(arguments),
            host=host,
            port=port,
            title="assistant",
            public_url=self._origin,
            templates_path=Path(__file__).parent,
        )

    @property
    def url(self) -> str:
        """The address to open."""
        return f"{self._origin}/{self.token}/"

    def run(self) -> None:
        """Serve until Ctrl-C."""
        # No access log: it would hold the token.
        web.run_app(
            self._admitting(),
            sock=self._listening,
            access_log=None,
            print=None,
            shutdown_timeout=2,
        )

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the command has said where it is."""

    async def _admitting(self) -> web.Application:
        outer = web.Application(middlewares=[self._admit])
        outer.add_subapp(f"/{self.token}/", await self._make_app())
        return outer

    @web.middleware
    async def _admit(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        reason = self.refusal(request.path, request.headers)
        if reason:
            return web.Response(status=403, text=reason)
        if request.path.endswith("/ws") and self._chats >= MAX_CHATS:
            return web.Response(status=503, text="Too many chats are open. Close a tab.")
        response = await handler(request)
        if not response.prepared:
            there = self._origin.replace("http", "ws", 1)
            response.headers.update({k: v.format(socket=there) for k, v in _HEADERS.items()})
        return response

    def refusal(self, path: str, headers: Mapping[str, str]) -> str:
        """Why a request is refused, "" if it is not."""
        if not is_known_host(headers.get("Host", "")):
            return "The server is not known by this name."
        site = headers.get("Sec-Fetch-Site", "none")
        if headers.get("Origin", self._origin) != self._origin or site not in {
            "none",
            "same-origin",
        }:
            return "Pages of other sites are not answered."
        if path.rpartition("/")[2] == "ws" and "Origin" not in headers:
            return "Only a browser's page is answered here."
        first = "".join(path.split("/")[1:2]).encode()
        if not hmac.compare_digest(first, self.token.encode()):
            return "Open the whole address that `assistant chat --web` has shown."
        return ""

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        self._chats += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._chats -= 1


def _command(arguments: Sequence[str]) -> str:
    """The command of one chat, as a shell takes it."""
    words = [sys.executable, "-m", "assistant", *arguments]
    return subprocess.list2cmdline(words) if os.name == "nt" else f"exec {shlex.join(words)}"
