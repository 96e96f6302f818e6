"""Pages of other origins in a real browser try all that a page may, and get nothing.

Each page is served under a name, an address, and from a file. Every name leads to this machine, as
it does where an attacker points his own name here while the page is open (DNS rebinding).
"""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, found
from server.test_hardening import running
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.async_assistant import AsyncAssistant
from assistant.server import openai_api
from assistant.server.admission import Admission
from assistant.server.openai_api import Serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(found() is None, reason="no Chromium or Chrome is installed"),
]

TOKEN = "the-token-that-no-page-may-use"
QUESTION = "How far is Gharyan from Tripoli?"
PAGE = Path(__file__).with_name("attacks.html")
# Names that the person's browser would take for other machines.
EVERY_NAME = "--host-resolver-rules=MAP * 127.0.0.1"


class _Asked(AsyncAssistant):
    """Counts the questions that reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[str] = []

    async def ask(self, question: str, *_: Any, **__: Any) -> Any:
        self.questions.append(question)
        raise AssertionError("A page has asked.")

    async def stream(self, question: str, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        self.questions.append(question)
        raise AssertionError("A page has asked.")
        yield


class _Served:
    """The real application behind the real connections, and what reached it."""

    def __init__(self) -> None:
        self.assistant = _Asked()
        self.app = openai_api.app(
            Serving(self.assistant, "default", Admission(TOKEN, "127.0.0.1"), print)
        )
        self.seen: list[tuple[str, dict[str, str], int]] = []

    def recorded(self) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {k.decode(): v.decode("latin-1") for k, v in scope["headers"]}

            async def noted(message: Any) -> None:
                if message["type"] == "http.response.start":
                    self.seen.append((scope["method"], headers, message["status"]))
                await send(message)

            await self.app(scope, receive, noted)

        return app

    def assert_nothing_was_given(self) -> None:
        assert self.assistant.questions == []
        assert {status for *_, status in self.seen} <= {401, 403}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@contextmanager
def site() -> Iterator[int]:
    """The port of a web server of somebody else."""
    handler = functools.partial(_Quiet, directory=str(PAGE.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile"), EVERY_NAME) as opened:
        yield opened


def attacked(browser: Browser, base: str) -> dict[str, str]:
    """What the page that is open got to read, by the way that it tried."""
    got: dict[str, str] = browser.run(f"attack({base!r}, {TOKEN!r}, {json.dumps(QUESTION)})")
    assert len(got) > 25
    return got


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("http://evil.example:{site}/attacks.html", "http://127.0.0.1:{port}"),
        ("http://127.0.0.1:{site}/attacks.html", "http://127.0.0.1:{port}"),
        ("http://evil.example:{site}/attacks.html", "http://evil.example:{port}"),
        (PAGE.as_uri(), "http://localhost:{port}"),
    ],
    ids=["another_site", "another_port", "a_name_pointed_here", "a_file"],
)
def test_a_page_gets_nothing(browser: Browser, page: str, target: str) -> None:
    served = _Served()
    with running(served.recorded()) as (_, port), site() as other:
        browser.visit(page.format(site=other))
        got = attacked(browser, target.format(port=port))
    assert {way: text for way, text in got.items() if text} == {}
    served.assert_nothing_was_given()
    tried = {method for method, *_ in served.seen}
    assert {"GET", "POST", "OPTIONS"} <= tried, "the attacks did not get as far as the server"
    assert any("origin" in headers for _, headers, _ in served.seen)
    assert any(h.get("upgrade") == "websocket" for _, h, _ in served.seen)


def test_a_name_that_leads_here_is_no_way_in(browser: Browser) -> None:
    """After a rebinding, page and server are one origin, and the browser hinders nothing."""
    served = _Served()
    with running(served.recorded()) as (_, port):
        browser.visit(f"http://rebound.example:{port}/v1/models")
        asked = json.dumps(
            {"model": "default", "messages": [{"role": "user", "content": QUESTION}]}
        )
        headers = json.dumps(
            {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
        )
        for method, path in (("GET", "models"), ("POST", "chat/completions")):
            body = f", body: {asked!r}" if method == "POST" else ""
            how = f"{{method: '{method}', headers: {headers}{body}}}"
            told = browser.run(f"fetch('/v1/{path}', {how}).then((r) => r.text())")
            assert "not known by this name" in told
    assert len(served.seen) >= 3
    served.assert_nothing_was_given()


def test_a_link_that_is_followed_shows_nothing(browser: Browser) -> None:
    served = _Served()
    with running(served.recorded()) as (_, port), site() as other:
        browser.visit(f"http://evil.example:{other}/attacks.html")
        browser.visit(f"http://127.0.0.1:{port}/v1/models", by_link=True)
        assert "Web pages are not answered" in browser.run("document.body.innerText")
    served.assert_nothing_was_given()


def test_without_a_guard_the_attacks_would_get_through(browser: Browser) -> None:
    """What the tests above are worth: the same page against a server that lets everybody in."""

    async def open_to_all(scope: Scope, receive: Receive, send: Send) -> None:
        head = [(b"access-control-allow-origin", b"*"), (b"access-control-allow-headers", b"*")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"31 miles"})

    with running(open_to_all) as (_, port), site() as other:
        browser.visit(f"http://evil.example:{other}/attacks.html")
        got = attacked(browser, f"http://127.0.0.1:{port}")
    assert {way for way, text in got.items() if text == "31 miles"} >= {"fetch", "post of text"}
