"""An OpenAI-compatible server over one library: /v1/models and /v1/chat/completions.

Needs the extra `serve`. The answer's record (version 1 of the contract, with its citations) stands
in the field `assistant` of the completion, in a stream in that of the last chunk. A stream begins
when the answer was checked: unchecked text is never sent.
"""

import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.answering.answer import Answer
from assistant.answering.events import Answered
from assistant.async_assistant import AsyncAssistant
from assistant.errors import QuestionError
from assistant.query.rewriter import Turn
from assistant.server import problems
from assistant.server.admission import Admission

MAX_BODY_BYTES = 1_000_000
# A body is in by this time, or it is not waited for.
BODY_S = 20.0
# Questions that wait for their answers; they are answered one after the other.
MAX_WAITING = 32
# Follow-ups lean on the last turns alone.
MAX_MESSAGES = 200
_LOOK_S = 0.1
_MARKERS = re.compile(r"\s*\[\d+\]")
_PIECES = re.compile(r"\S+\s*")


@dataclass
class Serving:
    """The assistant under its library's name, who is let in, and where the owner is told things."""

    assistant: AsyncAssistant
    model: str
    admission: Admission
    tell: Callable[[str], None]
    waiting: int = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A place among the questions that wait. Raises _RefusedError where there is none."""
        if self.waiting >= MAX_WAITING:
            raise _RefusedError(429, "Too many questions wait already.", "rate_limit_error")
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1

    def explained(self, error: Exception) -> "_RefusedError":
        """An error as the client is told it; the owner is told what it was."""
        if isinstance(error, QuestionError):
            return _RefusedError(400, str(error))
        self.tell(problems.in_full(error))
        return _RefusedError(500, problems.told(error), "server_error")

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turns what goes wrong into a _RefusedError."""
        try:
            yield
        except _RefusedError:
            raise
        except Exception as error:
            raise self.explained(error) from None


class _RefusedError(Exception):
    def __init__(self, status: int, message: str, kind: str = "invalid_request_error") -> None:
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": None, "code": None}}
        super().__init__(message)

    def response(self) -> Response:
        return JSONResponse(self.body, self.status, {"Cache-Control": "no-store"})


def app(serving: Serving) -> ASGIApp:
    """The ASGI application."""

    async def models(_: Request) -> Response:
        entry = {"id": serving.model, "object": "model", "created": 0, "owned_by": "assistant"}
        return JSONResponse({"object": "list", "data": [entry]})

    async def completions(request: Request) -> Response:
        asked = _parse(await _body(request), serving.model)
        head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time())}
        head["model"] = serving.model
        if asked.stream:
            return StreamingResponse(_stream(serving, asked, head), media_type="text/event-stream")
        with serving.turn(), serving.explaining():
            answer = await _while_connected(serving, asked, request)
        return JSONResponse(_completion(answer, head))

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, _RefusedError)
        return error.response()

    async def unrouted(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _RefusedError(error.status_code, "There is nothing of this kind here.").response()

    routes = Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/chat/completions", completions, methods=["POST"]),
        ],
        exception_handlers={_RefusedError: refused, HTTPException: unrouted},
    )

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        status, reason = serving.admission.refusal(Headers(scope=scope))
        if status:
            kind = "authentication_error" if status == 401 else "invalid_request_error"
            await _RefusedError(status, reason, kind).response()(scope, receive, send)
            return
        try:
            await routes(scope, receive, send)
        except Exception as error:
            # The client has its 500, or half an answer. A traceback would hold the question.
            serving.tell(problems.in_full(error))

    return admitted


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _RefusedError(415, "The body must be application/json.")
    data = bytearray()
    try:
        with anyio.fail_after(BODY_S):
            async for part in request.stream():
                data += part
                if len(data) > MAX_BODY_BYTES:
                    raise _RefusedError(413, f"At most {MAX_BODY_BYTES:,} bytes are read.")
    except ClientDisconnect:
        raise _RefusedError(499, "The client went away.") from None
    except TimeoutError:
        raise _RefusedError(408, f"The body was not there after {BODY_S:.0f} s.") from None
    return bytes(data)


@dataclass(frozen=True)
class _Asked:
    question: str
    history: tuple[Turn, ...]
    stream: bool
    with_usage: bool


def _parse(data: bytes, model: str) -> _Asked:
    try:
        value = json.loads(data)
        messages = [(m["role"], _text(m.get("content"))) for m in value["messages"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _RefusedError(400, "The body is not a chat completion request.") from None
    if value.get("model") != model:
        raise _RefusedError(404, f"There is no model {value.get('model')!r}; there is {model!r}.")
    if value.get("n") not in (None, 1):  # not a set: it may be a list
        raise _RefusedError(400, "One answer is given, so that n must be 1.")
    if len(messages) > MAX_MESSAGES:
        raise _RefusedError(400, f"At most {MAX_MESSAGES} messages are read.")
    said = [(role, text) for role, text in messages if role in ("user", "assistant")]
    if not said or said[-1][0] != "user":
        raise _RefusedError(400, "The last message must be the user's question.")
    options = value.get("stream_options")
    return _Asked(
        said[-1][1],
        tuple(_turns(said[:-1])),
        value.get("stream") is True,
        isinstance(options, dict) and options.get("include_usage") is True,
    )


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if part.get("type") == "text")
    if content is not None and not isinstance(content, str):
        raise TypeError("content")
    return content or ""


def _turns(said: Sequence[tuple[str, str]]) -> list[Turn]:
    """Questions with the answers that follow them, without our citation markers."""
    turns: list[Turn] = []
    for role, text in said:
        if role == "user":
            turns.append(Turn(text, ""))
        elif turns:
            turns[-1] = Turn(turns[-1].question, _MARKERS.sub("", text))
    return turns


async def _while_connected(serving: Serving, asked: _Asked, request: Request) -> Answer:
    """The answer; a client that goes away stops the language model."""
    answer: Answer | None = None

    async def watch(scope: anyio.CancelScope) -> None:
        while not await request.is_disconnected():
            await anyio.sleep(_LOOK_S)
        scope.cancel()

    problem: Exception | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, tasks.cancel_scope)
        try:
            answer = await serving.assistant.ask(asked.question, asked.history)
        except Exception as error:  # not as a group of one
            problem = error
        tasks.cancel_scope.cancel()
    if problem is not None:
        raise problem
    if answer is None:
        raise _RefusedError(499, "The client went away.")
    return answer


async def _stream(serving: Serving, asked: _Asked, head: dict[str, Any]) -> AsyncIterator[bytes]:
    head = {**head, "object": "chat.completion.chunk"}

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event({**head, "choices": [choice], **more})

    yield chunk({"role": "assistant", "content": ""})
    answering = serving.assistant.stream(asked.question, asked.history)
    try:
        with serving.turn(), serving.explaining():
            async with aclosing(answering) as events:
                async for event in events:
                    if not isinstance(event, Answered):
                        yield b": working\n\n"
                        continue
                    for piece in _PIECES.findall(event.answer.text):
                        yield chunk({"content": piece})
                    yield chunk({}, "stop", assistant=event.answer.to_json())
                    if asked.with_usage:
                        yield _event({**head, "choices": [], "usage": _usage(event.answer)})
    except _RefusedError as error:
        yield _event(error.body)
    yield b"data: [DONE]\n\n"


def _completion(answer: Answer, head: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.text}
    return {
        **head,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": _usage(answer),
        "assistant": answer.to_json(),
    }


def _usage(answer: Answer) -> dict[str, int]:
    read, written = answer.usage.prompt_tokens, answer.usage.completion_tokens
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"
