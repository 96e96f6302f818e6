"""`assistant serve`, driven by the real `openai` client and by clients that behave badly."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import openai
import pytest

pytestmark = pytest.mark.slow

TOKEN = "the-token-of-the-tests"
QUESTION = "How far is Gharyan from Tripoli?"
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "assistant/answering/answer.schema.json").read_text()
)


@contextmanager
def served(home: str, *arguments: str, **environment: str) -> Iterator[str]:
    """The base URL of a running server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--port", "0", *arguments],
        env=os.environ | {"ASSISTANT_HOME": home, "ASSISTANT_SERVE_TOKEN": TOKEN} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        seen = ""
        while not (found := re.search(r"at (http://\S+/v1)", seen)):
            line = process.stderr.readline()
            assert line, seen
            seen += line
        yield found[1]
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=30)
        assert "Traceback" not in rest


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(str(tmp_path_factory.mktemp("served")), "--model", "none") as base:
        yield base


@pytest.fixture(scope="module")
def client(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=url, api_key=TOKEN, max_retries=0)


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["default"]


def test_a_completion_with_the_whole_record(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(
        model="default", messages=[{"role": "user", "content": QUESTION}]
    )
    assert "31 miles" in (done.choices[0].message.content or "")
    assert done.choices[0].finish_reason == "stop"
    record = done.model_extra["assistant"]  # type: ignore[index]
    jsonschema.validate(record, SCHEMA)
    citation = record["citations"][0]
    text = Path(citation["source"]).read_bytes().decode()
    assert text[slice(*citation["span"])] == citation["quote"]


def test_a_stream_says_the_same(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="default",
            messages=[{"role": "user", "content": [{"type": "text", "text": QUESTION}]}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert "31 miles" in said
    assert chunks[-1].usage is not None
    records = [c.model_extra["assistant"] for c in chunks if "assistant" in (c.model_extra or {})]
    assert [record["answer"] for record in records] == [said]
    assert len([c for c in chunks if c.choices and c.choices[0].delta.content]) > 2


def test_earlier_messages_are_the_conversation(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(
        model="default",
        messages=[
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": "When did Ban Ki-moon visit Libya?"},
            {"role": "assistant", "content": "Ban Ki-moon visited in October 2014. [1]"},
            {"role": "user", "content": "And why did he go?"},
        ],
    )
    record = done.model_extra["assistant"]  # type: ignore[index]
    assert "Ban Ki-moon" in record["standalone_question"]
    assert "[1]" not in record["standalone_question"]


def test_errors_are_openai_s_own_kinds(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="There is no model 'gpt-9'"):
        client.chat.completions.create(
            model="gpt-9", messages=[{"role": "user", "content": QUESTION}]
        )
    with pytest.raises(openai.BadRequestError, match="question is empty"):
        client.chat.completions.create(model="default", messages=[{"role": "user", "content": " "}])
    with pytest.raises(openai.BadRequestError, match="n must be 1"):
        client.chat.completions.create(
            model="default", n=2, messages=[{"role": "user", "content": QUESTION}]
        )


def send(url: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    given = {"Authorization": f"Bearer {TOKEN}"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", f"{parts.path}/chat/completions", body, given)
    response = connection.getresponse()
    return response.status, response.read()


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {"Content_Type": "application/json"}, 400),
        (b"[]", {"Content_Type": "application/json"}, 400),
        (b"[" * 100_000, {"Content_Type": "application/json"}, 400),
        (
            b'{"messages": [{"role": "user", "content": 3}]}',
            {"Content_Type": "application/json"},
            400,
        ),
        (b"{}", {"Content_Type": "text/plain"}, 415),
        (b"{}", {"Content_Type": "text/plain; a=application/json"}, 415),
        (
            b'{"model": "default", "n": [1], "messages": []}',
            {"Content_Type": "application/json"},
            400,
        ),
        (b'{"messages": [{"role": ["user"]}]}', {"Content_Type": "application/json"}, 404),
        (b" " * 1_000_001, {"Content_Type": "application/json"}, 413),
        (b"{}", {"Content_Type": "application/json", "Host": "evil.example"}, 403),
    ],
)
def test_bad_requests_are_refused(
    url: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    got, text = send(url, body, **headers)
    assert got == status
    assert json.loads(text)["error"]["message"].endswith(".")


def test_ten_clients_at_once_lose_nothing(client: openai.OpenAI) -> None:
    times: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        done = client.chat.completions.create(
            model="default", messages=[{"role": "user", "content": QUESTION}]
        )
        assert "31 miles" in (done.choices[0].message.content or "")
        times.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 10


def test_a_client_that_goes_away_stops_the_model(tmp_path: Path) -> None:
    """Ten leave in the middle of their stream; the eleventh is answered at once, by the model."""
    with served(str(tmp_path)) as url:
        body = {"model": "default", "stream": True}
        body |= {"messages": [{"role": "user", "content": QUESTION}]}  # type: ignore[dict-item]
        data = json.dumps(body).encode()
        parts = urlsplit(url)
        for _ in range(10):
            with socket.create_connection((parts.hostname, parts.port)) as connection:  # type: ignore[arg-type]
                head = (
                    f"POST /v1/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                    f"Authorization: Bearer {TOKEN}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
                )
                connection.sendall(head.encode() + data)
                connection.recv(100)
        done = openai.OpenAI(base_url=url, api_key=TOKEN, max_retries=0).chat.completions.create(
            model="default", messages=[{"role": "user", "content": QUESTION}]
        )
        record = done.model_extra["assistant"]  # type: ignore[index]
        assert record["model"]["name"] == "smollm2-135m"
        assert done.usage is not None
        assert done.usage.completion_tokens > 0
