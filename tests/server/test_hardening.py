"""`assistant serve` against those who should get nothing: pages, other machines, slow clients."""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest
from server.test_openai_api import QUESTION, TOKEN, served
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.async_assistant import AsyncAssistant
from assistant.cli.main import main
from assistant.errors import EngineError, LibraryError
from assistant.server import connections, openai_api
from assistant.server.admission import Admission
from assistant.server.openai_api import Serving

pytestmark = pytest.mark.slow

BODY = json.dumps({"model": "default", "messages": [{"role": "user", "content": QUESTION}]})
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
COMPLETIONS = "/v1/chat/completions"

Head = list[tuple[str, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a real server."""
    with served(str(tmp_path_factory.mktemp("served")), "--model", "none") as base:
        yield urlsplit(base).netloc


def send(
    place: str, method: str, path: str, headers: dict[str, str], body: str = ""
) -> tuple[int, str, Head]:
    connection = http.client.HTTPConnection(place, timeout=60)
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    return response.status, response.read().decode(), response.getheaders()


# What a page of another origin can make a browser send, with the headers that browsers add: a
# form, a fetch with and without CORS, an image, a preflight, and a name that was pointed here.
FROM_PAGES: list[tuple[str, str, dict[str, str], int]] = [
    ("POST", COMPLETIONS, {"Origin": "https://evil.example", "Content-Type": "text/plain"}, 403),
    ("POST", COMPLETIONS, {"Origin": "null", "Content-Type": "application/json"}, 403),
    ("POST", COMPLETIONS, {"Origin": "http://127.0.0.1:1", **JSON, **BEARER}, 403),
    ("POST", COMPLETIONS, {"Sec-Fetch-Site": "cross-site", **JSON, **BEARER}, 403),
    ("POST", COMPLETIONS, {"Sec-Fetch-Site": "same-site", **JSON, **BEARER}, 403),
    ("GET", "/v1/models", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    (
        "OPTIONS",
        COMPLETIONS,
        {
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
        403,
    ),
    ("POST", COMPLETIONS, {"Host": "evil.example", **JSON, **BEARER}, 403),
    ("POST", COMPLETIONS, {"Host": "127.0.0.1.evil.example", **JSON, **BEARER}, 403),
    ("POST", COMPLETIONS, {"Host": "evil.example@127.0.0.1", **JSON, **BEARER}, 403),
    ("POST", COMPLETIONS, {"Host": "127.0.0.1/../evil.example", **JSON, **BEARER}, 403),
    ("POST", COMPLETIONS, {"Host": "", **JSON, **BEARER}, 403),
    ("POST", COMPLETIONS, JSON, 401),
    ("POST", COMPLETIONS, {"Authorization": "Bearer ", **JSON}, 401),
    ("POST", COMPLETIONS, {"Authorization": TOKEN, **JSON}, 401),
    ("POST", COMPLETIONS, {"Authorization": f"Bearer {TOKEN[:-1]}", **JSON}, 401),
    ("POST", COMPLETIONS, {"Authorization": f"Bearer {TOKEN}\u00e9", **JSON}, 401),
    ("GET", "/", {}, 401),
    ("GET", "/v1/models", {}, 401),
    ("POST", COMPLETIONS, {"Content-Type": "text/plain", **BEARER}, 415),
    ("GET", COMPLETIONS, BEARER, 405),
    ("GET", "/../../etc/passwd", BEARER, 404),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), FROM_PAGES)
def test_what_is_not_for_everybody_is_refused(
    place: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    got, text, head = send(place, method, path, headers, BODY if method == "POST" else "")
    assert got == status
    assert json.loads(text)["error"]["message"].endswith(".")
    assert "31 miles" not in text
    assert not [name for name, _ in head if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "extra", [{}, {"Host": "localhost"}, {"Host": "[::1]:80"}, {"Sec-Fetch-Site": "none"}]
)
def test_who_has_the_token_is_answered(place: str, extra: dict[str, str]) -> None:
    status, text, _ = send(place, "POST", COMPLETIONS, {**JSON, **BEARER, **extra}, BODY)
    assert status == 200
    assert "31 miles" in text


def test_a_token_is_made_kept_for_its_owner_and_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = []
    for _ in range(2):
        with served(str(tmp_path), "--model", "none", ASSISTANT_SERVE_TOKEN="") as url:
            kept = tmp_path / "serve-token"
            token = kept.read_text()
            assert kept.stat().st_mode & 0o777 == 0o600
            with pytest.raises(openai.AuthenticationError):
                openai.OpenAI(base_url=url, api_key="none", max_retries=0).models.list()
            assert list(openai.OpenAI(base_url=url, api_key=token, max_retries=0).models.list())
            tokens.append(token)
    assert tokens[0] == tokens[1]
    assert len(tokens[0]) >= 40


def test_a_token_that_others_know_is_not_used(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "serve-token"
    file.write_text("x" * 40)
    file.chmod(0o644)
    assert main(["serve", "--port", "0"]) == 2
    assert "Others can read the token" in capsys.readouterr().err
    file.chmod(0o600)
    file.write_text("")
    assert main(["serve", "--port", "0"]) == 2
    assert "can be guessed" in capsys.readouterr().err
    monkeypatch.setenv("ASSISTANT_SERVE_TOKEN", "secret")
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert "can be guessed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("listening", "host", "known"),
    [
        ("0.0.0.0", "192.168.1.7:8765", True),
        ("0.0.0.0", "evil.example:8765", False),
        ("0.0.0.0", "localhost:8765", True),
        ("laptop.lan", "laptop.lan:8765", True),
        ("127.0.0.1", "192.168.1.7:8765", False),
        ("127.0.0.1", "127.0.0.1:8765", True),
    ],
)
def test_the_names_that_are_answered_to(listening: str, host: str, known: bool) -> None:
    headers = {"host": host, "authorization": f"Bearer {TOKEN}"}
    assert (Admission(TOKEN, listening).refusal(headers) == (0, "")) is known


@contextmanager
def running(app: ASGIApp) -> Iterator[tuple[str, int]]:
    """The address of an application behind the real connections, in this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = connections.server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


async def _large(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with more than any buffer holds, and never reads a body."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(400):
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _ended_after(client: socket.socket, talk: Callable[[], object]) -> float:
    """Seconds until the server has ended a connection on which a client goes on talking."""
    began = time.monotonic()
    client.settimeout(0.05)
    while time.monotonic() - began < 20:
        try:
            talk()
            if client.recv(1000) == b"":
                break
        except TimeoutError:
            continue
        except OSError:  # reset, or a broken pipe
            break
    return time.monotonic() - began


def test_who_takes_too_long_to_ask_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    with running(_large) as address:
        for first, more in ((b"", b""), (b"", b"G"), (b"GET / HTTP/1.1\r\nHost: a\r\nA: b", b"")):
            with socket.create_connection(address) as client:
                client.sendall(first)
                assert _ended_after(client, lambda c=client, m=more: c.sendall(m)) < 10  # type: ignore[misc]


def test_who_does_not_read_the_answer_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_S", 0.5)
    with running(_large) as address, socket.create_connection(address, timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(2)
        read = 0
        with suppress(ConnectionResetError):
            while data := client.recv(1 << 16):
                read += len(data)
        assert read < 40_000_000


def test_a_body_that_is_not_wanted_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.5)

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with running(refusing) as address, socket.create_connection(address, timeout=20) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 401")
        assert _ended_after(client, lambda: client.sendall(b"x" * 1000)) < 10


def test_more_connections_than_there_may_be_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 3)
    with running(_large) as address:
        held = [socket.create_connection(address) for _ in range(3)]
        time.sleep(0.3)
        fourth = socket.create_connection(address, timeout=10)
        with fourth, suppress(ConnectionResetError):
            assert fourth.recv(1) == b""
        held.pop().close()
        time.sleep(0.3)
        with socket.create_connection(address, timeout=10) as another:
            another.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert another.recv(12) == b"HTTP/1.1 200"
        for each in held:
            each.close()


def test_a_head_that_is_too_large_is_refused(place: str) -> None:
    host, _, port = place.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(b"GET /v1/models HTTP/1.1\r\nHost: " + place.encode() + b"\r\n")
        client.sendall(b"A: " + b"x" * 20_000)  # and no end
        with suppress(ConnectionResetError):
            assert client.recv(12) == b"HTTP/1.1 400"


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_api, "BODY_S", 0.5)
    with running(openai_api.app(_serving(_Failing(None)))) as address:
        connection = http.client.HTTPConnection(*address, timeout=20)
        connection.putrequest("POST", COMPLETIONS)
        for name, value in {**JSON, **BEARER, "Content-Length": "100"}.items():
            connection.putheader(name, value)
        connection.endheaders(b"{")
        assert connection.getresponse().status == 408


class _Failing(AsyncAssistant):
    """Fails as a test says, or waits for ever."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.error = error
        self.release = threading.Event()

    async def stream(self, *_: Any) -> Any:  # type: ignore[override]
        import anyio

        while self.error is None and not self.release.is_set():
            await anyio.sleep(0.02)
        raise self.error or EngineError("released")
        yield


told: list[str] = []


def _serving(assistant: AsyncAssistant) -> Serving:
    told.clear()
    return Serving(assistant, "default", Admission(TOKEN, "127.0.0.1"), told.append)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        LibraryError("/home/her/.local/libraries/divorce/catalogue.sqlite3 is locked."),
        EngineError("The model /home/her/models/x.gguf could not be loaded."),
        PermissionError(13, "Permission denied", "/home/her/.local/libraries/divorce"),
        ValueError("/home/her"),
    ],
)
def test_errors_name_no_path_and_no_library(error: Exception, stream: bool) -> None:
    body = json.dumps(json.loads(BODY) | {"stream": stream})
    with running(openai_api.app(_serving(_Failing(error)))) as (host, port):
        status, text, _ = send(f"{host}:{port}", "POST", COMPLETIONS, {**JSON, **BEARER}, body)
    assert status == (200 if stream else 500)
    assert "messages say why" in text
    assert "her" not in re.sub("other|there|whether", "", text)
    assert "her" in told[0]


def test_only_so_many_questions_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_api, "MAX_WAITING", 2)
    waiting = _Failing(None)
    with running(openai_api.app(_serving(waiting))) as (host, port):
        place = f"{host}:{port}"
        threads = [
            threading.Thread(
                target=send, args=(place, "POST", COMPLETIONS, {**JSON, **BEARER}, BODY)
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        assert send(place, "POST", COMPLETIONS, {**JSON, **BEARER}, BODY)[0] == 429
        waiting.release.set()
        for thread in threads:
            thread.join(20)
        assert send(place, "POST", COMPLETIONS, {**JSON, **BEARER}, BODY)[0] == 500


def test_halves_of_characters_and_long_conversations_are_answered(place: str) -> None:
    messages = [{"role": "user", "content": "What of \ud800 Tripoli?"}]
    messages += [{"role": "assistant", "content": "It is \udfff far. [1]"}]
    messages += [{"role": "user", "content": "And how far is it from there?"}]
    body = json.dumps({"model": "default", "messages": messages})
    assert send(place, "POST", COMPLETIONS, {**JSON, **BEARER}, body)[0] == 200
    messages = [{"role": "user", "content": "He said it. " * 300}] * 250
    body = json.dumps({"model": "default", "messages": messages})
    assert send(place, "POST", COMPLETIONS, {**JSON, **BEARER}, body)[0] == 400
