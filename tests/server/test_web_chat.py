"""The chat in a browser: who is let in, and that a real one can ask a question there."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import browser
import pytest
from browser import Browser

pytest.importorskip("textual_serve")

QUESTION = "When did Ban Ki-moon visit Libya?"
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?<>=$]*[a-zA-Z]|\][^\x07]*\x07)")
_PATIENCE_S = 180.0


@pytest.fixture
def url(home: Path) -> Iterator[str]:
    """The address of a chat that is being served."""
    server = subprocess.Popen(
        [sys.executable, "-m", "assistant", "--model", "none", "chat", "--web"],
        env=os.environ | {"ASSISTANT_HOME": str(home)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert server.stderr is not None
    try:
        line = server.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{20,}/", line)
        assert found, line + server.stderr.read()
        yield found[0]
    finally:
        server.send_signal(signal.SIGINT)
        try:
            assert server.wait(30) in {0, 2}
        except subprocess.TimeoutExpired:
            server.kill()
            raise


def status(url: str, path: str, **headers: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=sent)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def test_nobody_gets_in_without_the_address(url: str) -> None:
    parts = urlsplit(url)
    own = f"http://{parts.netloc}"
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert status(url, parts.path) == 200
    assert status(url, f"{parts.path}static/js/textual.js") == 200
    for path in ("/", "/ws", "/static/js/textual.js", f"{parts.path[:-3]}x/", "//", "/%00/"):
        assert status(url, path) == 403, path
    assert status(url, parts.path, Host="evil.example") == 403
    assert status(url, parts.path, Host=f"evil.example:{parts.port}") == 403
    assert status(url, parts.path, Sec_Fetch_Site="cross-site") == 403
    assert status(url, parts.path, Origin="https://evil.example") == 403
    assert status(url, f"{parts.path}ws", **upgrade) == 403
    assert status(url, f"{parts.path}ws", Origin="null", **upgrade) == 403
    assert status(url, f"{parts.path}ws", Origin="http://127.0.0.1:1", **upgrade) == 403
    assert status(url, "/ws", Origin=own, **upgrade) == 403
    assert status(url, f"{parts.path}ws", Origin=own, **upgrade) == 101


@pytest.mark.skipif(browser.found() is None, reason="no browser (chromium) is installed")
@pytest.mark.slow
def test_a_browser_asks_and_sees_the_answer(url: str, tmp_path: Path) -> None:
    def shown() -> str:
        return _ESCAPES.sub("", page.received())

    def wait_for(text: str) -> None:
        until = time.monotonic() + _PATIENCE_S
        while text not in shown():
            assert time.monotonic() < until, shown()[-2000:]
            time.sleep(0.2)

    with Browser(tmp_path) as page:
        page.visit(url)
        wait_for("Ask about your documents")
        page.run("document.querySelector('textarea').focus()")
        page.send("Input.insertText", text=QUESTION)
        wait_for("visit Libya?")
        page.press("Enter", 13)
        wait_for("October 2014")
        page.press("F6", 117)
        wait_for("Language models")
        asked = page.asked_for()
        assert asked
        assert all(urlsplit(a).netloc == urlsplit(url).netloc for a in asked if a[:5] != "data:")
        assert page.errors() == []
