"""An LLM behind an OpenAI-compatible endpoint: llama.cpp's server, vLLM, Ollama and others.

The interface is that of https://platform.openai.com/docs/api-reference/chat as those servers have
it: streamed chat completions. The key stands in the request's header and nowhere else.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from assistant.answering.llm import GenerationEvent
from assistant.answering.prompts import Message
from assistant.engines.chat_marks import broken_up
from assistant.engines.event_stream import Request, StreamError, events
from assistant.engines.llama.process import EngineUnavailable
from assistant.engines.models import Endpoint
from assistant.engines.openai_stream import StreamedAnswer
from assistant.errors import EngineError
from assistant.printable import one_line

# Room for the thoughts of a model that does not stop thinking when asked to.
THOUGHT_TOKENS = 2048
_MESSAGE_CHARS = 300


class EndpointDown(EngineUnavailable):
    """The endpoint does not answer at all; it may later."""


class RemoteLlm:
    """A model at an endpoint. Safe to use from several threads, several answers at a time."""

    def __init__(self, endpoint: Endpoint) -> None:
        parts = urlsplit(endpoint.url)
        self.url = endpoint.url if parts.path.strip("/") else f"{endpoint.url}/v1"
        self.place = parts.netloc
        self._endpoint = endpoint
        self._model = endpoint.model
        # What was learned of the server: whether it takes more than the plain request, and
        # whether its model thinks all the same.
        self._plain = False
        self._thinks = False
        self._opens_thought: bool | None = None

    def describe(self) -> dict[str, str]:
        """Its name and the endpoint; there is no sha256 of weights that are not seen."""
        return {"name": self._model or "?", "sha256": "", "url": self.url}

    def start(self) -> None:
        """Nothing has to be started."""

    def close(self) -> None:
        """Nothing has to be closed; each answer has a connection of its own."""

    def wait_ready(self, timeout_s: float | None = None) -> str:
        """The model's name, once the endpoint has said that it has it.

        Without a name the endpoint's first model is taken. Raises EngineUnavailable; if nothing
        answers there, EndpointDown.
        """
        limit = timeout_s or self._endpoint.timeout_s
        request = Request(f"{self.url}/models", None, self._headers(), limit)
        try:
            with closing(events(request, threading.Event())) as answers:
                known = _names(b"".join(answers))
        except StreamError as error:
            if error.status == 404 and self._model:  # not every server lists its models
                return self._model
            raise self._explained(error) from None
        if not self._model and known:
            self._model = known[0]
        if known and self._model not in known:
            raise EngineUnavailable(
                f"The endpoint {self.place} has no model {self._model!r}.",
                f"It has: {', '.join(known[:10])}.",
            )
        if not self._model:
            raise EngineUnavailable(
                f"The endpoint {self.place} does not say which models it has.",
                "Name one behind the URL, as in http://host/v1#NAME.",
            )
        return self._model

    def generate(  # noqa: PLR0913 - each is one choice of a generation
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        adapter: bool = False,
        cancel: threading.Event | None = None,
    ) -> Iterator[GenerationEvent]:
        """Streams one answer; the last event is Finished.

        Log probabilities are NaN where the server does not tell them. What adapter the model has
        is the server's to say: `adapter` changes nothing. Closing the iterator or
        setting `cancel` closes the connection, which is how such servers are told to stop.
        Raises EngineError.
        """
        cancel = cancel or threading.Event()
        if not self._model:
            self.wait_ready()
        body: dict[str, Any] = {
            "model": self._model,
            # Servers tokenise the marks in a text as those of their template.
            "messages": [{"role": m.role, "content": broken_up(m.content)} for m in messages],
            "temperature": temperature,
            "stream": True,
        }
        if stop:
            body["stop"] = list(stop)
        while True:
            body["max_tokens"] = max_tokens + (THOUGHT_TOKENS if self._thinks else 0)
            run = StreamedAnswer(self._opens_thought, cancel)
            try:
                yield from run.read(self._request(body), max_tokens)
            except StreamError as error:
                if error.status in {400, 422} and not self._plain and not run.text:
                    self._plain = True
                    continue
                raise self._explained(error) from None
            self._opens_thought = run.opened_thought or bool(self._opens_thought)
            if run.thought_in_vain and not self._thinks and not cancel.is_set():
                self._thinks = True
                continue
            yield run.finished()
            return

    def _request(self, body: dict[str, Any]) -> Request:
        full = dict(body)
        if not self._plain:
            full |= {
                "logprobs": True,
                "stream_options": {"include_usage": True},
                # For servers that use the model's own template (llama.cpp, vLLM).
                "chat_template_kwargs": {"enable_thinking": False},
            }
        data = json.dumps(full).encode()
        url = f"{self.url}/chat/completions"
        return Request(url, data, self._headers(), self._endpoint.timeout_s)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if self._endpoint.key:
            headers["Authorization"] = f"Bearer {self._endpoint.key}"
        return headers

    def _explained(self, error: StreamError) -> EngineError:
        """The error in one sentence, without the key, which some servers repeat."""
        said = _message(str(error))
        if self._endpoint.key:
            said = said.replace(self._endpoint.key, "\u2026")
        at = f"The endpoint {self.place}"
        match error.status:
            case 0:
                return EndpointDown(f"{at} cannot be used: {said}.", "Is its server running?")
            case 401 | 403:
                return EngineUnavailable(f"{at} refuses the key.", "Set the key's variable anew.")
            case 404:
                return EngineUnavailable(f"{at} does not know {self._model!r} ({said}).")
            case 429 | 503:
                return EngineError(f"{at} is busy ({said}).", "Ask again in a moment.")
            case status if 300 <= status < 400:
                return EngineUnavailable(
                    f"{at} sends on to another address.", "Set that one if you trust it."
                )
        return EngineError(f"{at} failed ({said}).")


def _names(data: bytes) -> list[str]:
    try:
        return [str(model["id"]) for model in json.loads(data)["data"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _message(body: str) -> str:
    """The message of an error's body, on one line."""
    said: Any = body
    try:
        value = json.loads(body)
        said = value.get("error", value.get("detail", body))
        said = said.get("message", said) if isinstance(said, dict) else said
    except (ValueError, AttributeError, RecursionError):
        pass
    line = one_line(str(said))
    return line[:_MESSAGE_CHARS].rstrip(".") or "no reason given"
