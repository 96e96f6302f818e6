"""HTTP connections with limits: how many, how much, and how long a client may take.

uvicorn closes connections that rest between requests, but waits without end for the rest of a
request's head, for a body that nobody wants, and for a client that does not read its answer.
"""

import asyncio

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 64
MAX_HEAD_BYTES = 16_384
# From the connection, or the last answer, to the end of the next request's head.
HEAD_S = 10.0
# An answer is in the client's hands, all but what the system holds for it, in this time.
UNREAD_S = 30.0


class BoundedProtocol(H11Protocol):
    """uvicorn's connection, ended at once where a client is one too many or too slow."""

    _to_come: asyncio.TimerHandle | None = None
    _to_be_read: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(self._to_come)
        self._stop(self._to_be_read)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop(self._to_come)

    def on_response_complete(self) -> None:
        self._expect_request()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop(self._to_be_read)
        self._to_be_read = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop(self._to_be_read)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:  # an answer has begun already
            self.transport.abort()

    def _expect_request(self) -> None:
        self._stop(self._to_come)
        self._to_come = self.loop.call_later(HEAD_S, self.transport.abort)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def server(app: ASGIApp) -> uvicorn.Server:
    """The server of an application, to be run on sockets that listen."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,  # questions would be in it
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            timeout_graceful_shutdown=5,
        )
    )
