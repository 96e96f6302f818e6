"""The assistant for asyncio: `from assistant import AsyncAssistant`."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.answering.answer import Answer
from assistant.answering.events import Answered, AnswerEvent
from assistant.assistant import Added, Assistant
from assistant.errors import AssistantError
from assistant.library.document_store import DocumentRecord, Passage
from assistant.library.indexer import IndexEvent
from assistant.library.library import DEFAULT_LIBRARY
from assistant.query.turn import Turn
from assistant.retrieval.retriever import ScoredPassage

if TYPE_CHECKING:
    from assistant.evaluation.dataset import EvalQuestion
    from assistant.evaluation.results import Results

Result = TypeVar("Result")


class AsyncAssistant:
    """The same for asyncio: each call runs in one thread of its own, and never blocks the loop."""

    def __init__(
        self,
        library: str = DEFAULT_LIBRARY,
        *,
        model: str | None = None,
        folder: str | Path | None = None,
    ) -> None:
        """As Assistant; nothing is opened before the first call."""
        self._open: Callable[[], Assistant] = lambda: Assistant(library, model=model, folder=folder)
        self._opened: Assistant | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="assistant")

    async def __aenter__(self) -> "AsyncAssistant":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the language model's process and close the library, after what runs."""
        if self._opened is not None:
            await self._run(lambda assistant: assistant.close())
        self._thread.shutdown(wait=False)

    async def add(
        self, *paths: str | Path, on_event: Callable[[IndexEvent], None] | None = None
    ) -> Added:
        """As Assistant.add; `on_event` is called in the event loop."""
        loop = asyncio.get_running_loop()

        def tell(event: IndexEvent) -> None:
            if on_event is not None:
                loop.call_soon_threadsafe(on_event, event)

        return await self._run(lambda assistant: assistant.add(*paths, on_event=tell))

    async def remove(self, *sources: str | Path) -> list[str]:
        """As Assistant.remove."""
        return await self._run(lambda assistant: assistant.remove(*sources))

    async def sources(self) -> list[DocumentRecord]:
        """As Assistant.sources."""
        return await self._run(lambda assistant: assistant.sources())

    async def search(self, query: str, limit: int = 5) -> list[ScoredPassage]:
        """As Assistant.search."""
        return await self._run(lambda assistant: assistant.search(query, limit))

    async def evaluate(self, questions: "str | Path | Sequence[EvalQuestion]") -> "Results":
        """As Assistant.evaluate."""
        return await self._run(lambda assistant: assistant.evaluate(questions))

    async def passage(self, passage_id: int) -> Passage:
        """As Assistant.passage."""
        return await self._run(lambda assistant: assistant.passage(passage_id))

    async def ask(self, question: str, history: Sequence[str | Turn] = ()) -> Answer:
        """As Assistant.ask; cancelling the task stops the language model."""
        async with aclosing(self.stream(question, history)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.answer
        raise AssistantError("The answer was stopped.", "Ask again.")

    async def stream(
        self, question: str, history: Sequence[str | Turn] = ()
    ) -> AsyncGenerator[AnswerEvent, None]:
        """As Assistant.stream; leaving the loop or cancelling the task stops the model."""
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[AnswerEvent | BaseException | None] = asyncio.Queue()
        cancel = threading.Event()

        def work(assistant: Assistant) -> None:
            if cancel.is_set():  # while others were answered
                return
            for event in assistant.stream(question, history, cancel):
                with suppress(RuntimeError):  # the loop is closed; nobody listens
                    loop.call_soon_threadsafe(events.put_nowait, event)

        def end(done: "asyncio.Future[None]") -> None:
            events.put_nowait(None if done.cancelled() else done.exception())

        working = asyncio.create_task(self._run(work))
        working.add_done_callback(end)
        try:
            while (event := await events.get()) is not None:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            cancel.set()

    async def _run(self, work: Callable[[Assistant], Result]) -> Result:
        def run() -> Result:
            if self._opened is None:
                self._opened = self._open()
            return work(self._opened)

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)
