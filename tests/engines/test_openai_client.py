"""An OpenAI-compatible endpoint on loopback: streams, thinks, stalls, lies, is cancelled."""

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from loopback import Handler, Server, serving

from assistant.answering.llm import Finished, Token
from assistant.answering.prompts import Message
from assistant.engines.models import Endpoint
from assistant.engines.openai_client import RemoteLlm
from assistant.errors import EngineError

ASKED = [Message("system", "Be brief."), Message("user", "When?")]
KEY = "sk-very-secret-0123456789"
Chunk = dict[str, Any]


def chunk(text: str | None = None, finish: str | None = None, **delta: object) -> Chunk:
    said = delta | ({"content": text} if text is not None else {})
    return {"choices": [{"index": 0, "delta": said, "finish_reason": finish}]}


def stream(handler: Handler, *chunks: Chunk, done: bool = True) -> None:
    handler.head(200, Content_Type="text/event-stream")
    for value in chunks:
        handler.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        handler.wfile.flush()
    if done:
        handler.wfile.write(b"data: [DONE]\n\n")


def saying(*chunks: Chunk, done: bool = True) -> Callable[[Handler], None]:
    def respond(handler: Handler) -> None:
        if handler.command == "GET":
            handler.reply(200, json.dumps({"data": [{"id": "m"}, {"id": "n"}]}).encode())
        else:
            stream(handler, *chunks, done=done)

    return respond


def llm(server: Server, model: str = "m", timeout_s: float = 5.0) -> RemoteLlm:
    return RemoteLlm(Endpoint(f"{server.url}/v1", model, KEY, timeout_s))


def answer(engine: RemoteLlm, **options: Any) -> tuple[str, Finished]:
    *tokens, last = engine.generate(ASKED, **{"max_tokens": 20, **options})
    assert isinstance(last, Finished)
    text = "".join(t.text for t in tokens if isinstance(t, Token))
    assert text == last.text
    return text, last


def test_an_answer_is_streamed_with_probabilities_and_usage() -> None:
    first = chunk("In ")
    first["choices"][0]["logprobs"] = {"content": [{"token": "In", "logprob": -0.25}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}}
    with serving(saying(first, chunk("1896."), chunk(finish="stop"), usage)) as server:
        events = list(llm(server).generate(ASKED, max_tokens=20))
    assert [e.text for e in events if isinstance(e, Token)] == ["In ", "1896."]
    assert events[0] == Token("In ", -0.25)
    assert isinstance(events[1], Token)
    assert math.isnan(events[1].logprob)
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.finish, last.prompt_tokens, last.completion_tokens) == ("stop", 9, 4)
    (body,) = server.bodies
    assert body["model"] == "m"
    assert body["messages"][1] == {"role": "user", "content": "When?"}
    assert body["temperature"] == 0


def test_the_key_goes_into_the_header_and_nowhere_else() -> None:
    def respond(handler: Handler) -> None:
        message = f"Incorrect API key provided: {KEY}."
        handler.reply(500, json.dumps({"error": {"message": message}}).encode())

    with serving(respond) as server, pytest.raises(EngineError) as caught:
        answer(llm(server))
    _, path, headers, body = server.asked[0]
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in path
    assert KEY.encode() not in body
    assert KEY not in str(caught.value)
    assert KEY not in repr(llm(server)._endpoint)
    assert KEY not in json.dumps(llm(server).describe())


def test_the_first_model_is_taken_and_an_unknown_one_is_named() -> None:
    with serving(saying(chunk("Yes."), chunk(finish="stop"))) as server:
        assert llm(server, "").wait_ready() == "m"
        with pytest.raises(EngineError, match="has no model 'x'") as caught:
            llm(server, "x").wait_ready()
    assert "m, n" in str(caught.value)


def test_a_base_without_a_path_means_version_1() -> None:
    with serving(saying()) as server:
        RemoteLlm(Endpoint(server.url, "m", "", 5.0)).wait_ready()
    assert server.asked[0][1] == "/v1/models"
    assert "Authorization" not in server.asked[0][2]


def test_a_server_that_takes_only_plain_requests() -> None:
    def respond(handler: Handler) -> None:
        if "logprobs" in json.loads(handler.body):
            handler.reply(400, b'{"error": {"message": "unknown field"}}')
        else:
            stream(handler, chunk("Yes."), chunk(finish="stop"))

    with serving(respond) as server:
        engine = llm(server)
        assert answer(engine)[0] == answer(engine)[0] == "Yes."
    assert len(server.asked) == 3  # what was learned is kept


def test_a_server_that_does_not_stream() -> None:
    said = {"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}
    with serving(lambda handler: handler.reply(200, json.dumps(said).encode())) as server:
        assert answer(llm(server))[0] == "Yes."


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk(reasoning_content="Well …"), chunk("Yes."), chunk(finish="stop")],
        [chunk(reasoning="Well …"), chunk("Yes."), chunk(finish="stop")],
        [chunk("<thi"), chunk("nk>Well …</th"), chunk("ink>\n\nYes."), chunk(finish="stop")],
        # The template opened the thought, so that only its end is seen.
        [chunk("Well "), chunk("…\n</think>\n\nYes."), chunk(finish="stop")],
    ],
)
def test_thoughts_are_kept_out_of_the_answer(chunks: list[Chunk]) -> None:
    with serving(saying(*chunks)) as server:
        engine = llm(server)
        assert answer(engine)[0] == "Yes."
        assert answer(engine)[0] == "Yes."


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_marks_of_a_conversation_and_loops_end_the_answer(finish: str) -> None:
    copy = ["The", " bridge", " is", " old", "."]
    for said in (
        [*copy, "<|im_", "end|>", "\n", "<|im_start|>", "user"],
        [*copy, *[f" {copy[0]}", *copy[1:]] * 7],
    ):
        with serving(saying(*map(chunk, said), chunk(finish=finish))) as server:
            engine = llm(server)
            for _ in range(2):  # the first answer of a server is held back, the second streamed
                text, last = answer(engine, max_tokens=40)
                assert (text, last.finish) == ("The bridge is old.", "stop")


def test_a_model_that_only_thought_is_given_more_room_once() -> None:
    def respond(handler: Handler) -> None:
        if json.loads(handler.body)["max_tokens"] < 100:
            stream(handler, chunk("<think>and then"), chunk(finish="length"))
        else:
            stream(handler, chunk("<think>ah</think>Yes."), chunk(finish="stop"))

    with serving(respond) as server:
        engine = llm(server)
        assert answer(engine)[0] == answer(engine)[0] == "Yes."
    assert [body["max_tokens"] > 100 for body in server.bodies] == [False, True, True]


def silent(handler: Handler) -> None:
    handler.head(200, Content_Type="text/event-stream")
    handler.wfile.write(b"data: " + json.dumps(chunk("In ")).encode() + b"\n\n")
    handler.wfile.flush()
    handler.connection.settimeout(5)
    try:
        handler.connection.recv(1)  # until the other end goes away
    finally:
        handler.server_record.asked.append(("GONE", "", {}, b""))


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_a_cancel_closes_the_connection_at_once(how: str) -> None:
    with serving(silent) as server:
        engine = llm(server)
        engine._opens_thought = False
        cancel = threading.Event()
        events = engine.generate(ASKED, max_tokens=20, cancel=cancel)
        assert isinstance(next(events), Token)
        began = time.monotonic()
        if how == "cancel":
            cancel.set()
            last = list(events)[-1]
            assert isinstance(last, Finished)
            assert (last.finish, last.text) == ("cancelled", "In ")
        else:
            events.close()  # type: ignore[attr-defined]
        assert time.monotonic() - began < 0.5
        until(lambda: server.asked[-1][0] == "GONE")


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 3
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_silence_is_given_up_after_the_time_that_is_set() -> None:
    with serving(silent) as server, pytest.raises(EngineError, match="did not answer in time"):
        answer(llm(server, timeout_s=0.2))


def replying(status: int, data: bytes = b"", **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(status, data, **headers)


@pytest.mark.parametrize(
    ("respond", "said"),
    [
        (replying(401), "refuses the key"),
        (replying(404, b'{"detail": "no such model"}'), "no such model"),
        (replying(503), "is busy"),
        (replying(302, Location="http://127.0.0.1:9/v1"), "sends on to another address"),
        (replying(200, b"<html>"), "not an answer of a language model"),
        (replying(200, b"[" * 100_000), "not an answer of a language model"),
        (saying(chunk("In "), done=False), "ended in the middle"),
        (saying({"error": {"message": "out of \x1b[31mmemory"}}), "out of [31mmemory"),
    ],
)
def test_what_goes_wrong_is_one_sentence(respond: Callable[[Handler], None], said: str) -> None:
    with serving(respond) as server, pytest.raises(EngineError) as caught:
        answer(llm(server))
    assert said in caught.value.message
    assert "\x1b" not in caught.value.message
    assert caught.value.message.count("\n") == 0


def test_nobody_listens() -> None:
    with serving(saying()) as server:
        pass
    with pytest.raises(EngineError, match="nothing listens there"):
        answer(llm(server))


def test_an_endless_answer_is_cut() -> None:
    def respond(handler: Handler) -> None:
        stream(handler, *(chunk(f"word{n} ") for n in range(500)))

    with serving(respond) as server:
        text, last = answer(llm(server), max_tokens=10)
    assert last.finish == "length"
    assert len(text.split()) < 40


def test_several_answers_at_a_time() -> None:
    def words() -> Iterator[Chunk]:
        yield from (chunk(f"{n} ") for n in range(15))
        yield chunk(finish="stop")

    with serving(lambda handler: stream(handler, *words())) as server:
        engine = llm(server)
        texts: list[str] = []
        threads = [
            threading.Thread(target=lambda: texts.append(answer(engine)[0])) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(texts) == 8
    assert len(set(texts)) == 1
