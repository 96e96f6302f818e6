"""An OpenAI-compatible server over one library: /v1/models and /v1/chat/completions.

Needs the extra `serve`. The answer's record (version 1 of the contract, with its citations) stands
in the field `assistant` of the completion, in a stream in that of the last chunk. A stream begins
when the answer was checked: unchecked text is never sent.
"""

import hmac
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant import offline
from assistant.answering.answer import Answer
from assistant.answering.events import Answered
from assistant.api import AsyncAssistant
from assistant.conversation.followups import Turn
from assistant.errors import AssistantError, QuestionError

MAX_BODY_BYTES = 1_000_000
_LOOK_S = 0.1
_MARKERS = re.compile(r"\s*\[\d+\]")
_PIECES = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class Serving:
    """What is served and to whom: `token` is asked of everybody if there is one."""

    assistant: AsyncAssistant
    model: str
    token: str = ""


class _RefusedError(Exception):
    def __init__(self, status: int, message: str, kind: str = "invalid_request_error") -> None:
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": None, "code": None}}
        super().__init__(message)


def app(serving: Serving) -> Starlette:
    """The ASGI application."""

    async def models(request: Request) -> Response:
        _admit(request, serving.token)
        entry = {"id": serving.model, "object": "model", "created": 0, "owned_by": "assistant"}
        return JSONResponse({"object": "list", "data": [entry]})

    async def completions(request: Request) -> Response:
        _admit(request, serving.token)
        asked = _parse(await _body(request), serving.model)
        head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time())}
        head["model"] = serving.model
        if asked.stream:
            events = _stream(serving, asked, head)
            return StreamingResponse(events, media_type="text/event-stream")
        answer = await _while_connected(serving, asked, request)
        return JSONResponse(_completion(answer, head))

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, _RefusedError)
        return JSONResponse(error.body, error.status)

    async def failed(_: Request, error: Exception) -> Response:
        status, body = _explained(error)
        return JSONResponse(body, status)

    return Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/chat/completions", completions, methods=["POST"]),
        ],
        exception_handlers={_RefusedError: refused, AssistantError: failed},
    )


def _admit(request: Request, token: str) -> None:
    """Raises _RefusedError for who has no token, or comes by another name than this machine's."""
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise _RefusedError(401, "The token is missing or wrong.", "authentication_error")
    elif not offline.is_local(request.url.hostname or ""):
        # A web page whose name was made to point to this machine.
        raise _RefusedError(403, "Only this machine's own name is served without a token.")


async def _body(request: Request) -> bytes:
    if "application/json" not in request.headers.get("content-type", ""):
        raise _RefusedError(415, "The body must be application/json.")
    data = b""
    try:
        async for part in request.stream():
            data += part
            if len(data) > MAX_BODY_BYTES:
                raise _RefusedError(413, f"At most {MAX_BODY_BYTES:,} bytes are read.")
    except ClientDisconnect:
        raise _RefusedError(499, "The client went away.") from None
    return data


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
    if value.get("n") not in {None, 1}:
        raise _RefusedError(400, "One answer is given, so that n must be 1.")
    said = [(role, text) for role, text in messages if role in {"user", "assistant"}]
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

    problem: AssistantError | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, tasks.cancel_scope)
        try:
            answer = await serving.assistant.ask(asked.question, asked.history)
        except AssistantError as error:
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
    try:
        async with aclosing(serving.assistant.stream(asked.question, asked.history)) as events:
            async for event in events:
                if not isinstance(event, Answered):
                    yield b": working\n\n"
                    continue
                for piece in _PIECES.findall(event.answer.text):
                    yield chunk({"content": piece})
                yield chunk({}, "stop", assistant=event.answer.to_json())
                if asked.with_usage:
                    yield _event({**head, "choices": [], "usage": _usage(event.answer)})
    except AssistantError as error:
        yield _event(_explained(error)[1])
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


def _explained(error: Exception) -> tuple[int, dict[str, Any]]:
    asked_wrongly = isinstance(error, QuestionError)
    kind = "invalid_request_error" if asked_wrongly else "server_error"
    refused = _RefusedError(400 if asked_wrongly else 500, str(error), kind)
    return refused.status, refused.body


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"
