"""The assistant for Python programs: `from assistant import Assistant`, or AsyncAssistant.

The objects are the program's own: an Answer's `to_json()` is what `assistant ask --json` prints.
Everything runs in this process and, for a local language model, a child of it; nothing is printed.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assistant import assistant as root
from assistant.answering.answer import Answer
from assistant.answering.events import Answered, AnswerEvent
from assistant.answering.pipeline import Answerer, readable_question
from assistant.conversation.followups import Turn
from assistant.errors import AssistantError, PassageError
from assistant.evaluation.cases import Case
from assistant.evaluation.questions import EvalQuestion, read
from assistant.evaluation.recording import Recorder
from assistant.evaluation.results import Results
from assistant.evaluation.scoring import score
from assistant.library.catalogue import DocumentRecord, Passage
from assistant.library.indexing import FileFailed, FileIndexed, IndexEvent
from assistant.library.library import DEFAULT_LIBRARY
from assistant.retrieval.search import ScoredPassage, prepare, search

Result = TypeVar("Result")


@dataclass(frozen=True)
class Added:
    """What adding came to: files read anew and unchanged, passages made, files that failed."""

    files: int
    unchanged: int
    passages: int
    failed: tuple[FileFailed, ...]


class Assistant:
    """A library and the models that answer from it. Close it, or use it in a `with` statement.

    Safe to use from several threads: changes wait for each other, and so do drafts of one model.
    """

    def __init__(
        self,
        library: str = DEFAULT_LIBRARY,
        *,
        model: str | None = None,
        folder: str | Path | None = None,
    ) -> None:
        """Opens the library of that name, or the one in `folder`; makes it if there is none.

        `model` is a name of `assistant models list`, the path of a GGUF file, the URL of an
        OpenAI-compatible endpoint, or "none" for quotes alone; without one the settings say which.
        Raises AssistantError: a name that is none, a folder that cannot be made, a wrong setting.
        """
        place = Path(folder) if folder is not None else None
        self._root = root.Assistant(library, model, create=True, folder=place)
        self._answerer: Answerer | None = None
        self._changing = threading.RLock()

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the language model's process and close the library."""
        self._root.close()

    def add(
        self, *paths: str | Path, on_event: Callable[[IndexEvent], None] | None = None
    ) -> Added:
        """Read files and folders into the library; what is unchanged costs nothing.

        `on_event` is told each step. A file that cannot be read is in `failed`; the rest is added.
        Raises LibraryError.
        """
        files = unchanged = passages = 0
        failed: list[FileFailed] = []
        with self._changing:
            for event in self._root.library.add([str(Path(path).expanduser()) for path in paths]):
                if on_event is not None:
                    on_event(event)
                if isinstance(event, FileFailed):
                    failed.append(event)
                elif isinstance(event, FileIndexed):
                    unchanged += event.change == "unchanged"
                    files += event.change != "unchanged"
                    passages += event.passages
        return Added(files, unchanged, passages, tuple(failed))

    def remove(self, *sources: str | Path) -> list[str]:
        """Forget documents, in both stores; the sources that were meant. Raises LibraryError."""
        with self._changing:
            removed, events = self._root.library.remove([str(source) for source in sources])
            for _ in events:
                pass
        return removed

    def sources(self) -> list[DocumentRecord]:
        """The documents of the library, by path."""
        return self._root.library.sources()

    def ask(self, question: str, history: Sequence[str | Turn] = ()) -> Answer:
        """The answer to a question. `history` are the earlier turns: `answer.as_turn()`, or texts.

        Raises QuestionError, LibraryError, and for a model that was named EngineError.
        """
        *_, last = self.stream(question, history)
        assert isinstance(last, Answered)
        return last.answer

    def stream(
        self,
        question: str,
        history: Sequence[str | Turn] = (),
        cancel: threading.Event | None = None,
    ) -> Iterator[AnswerEvent]:
        """What happens on the way to the answer: Found, Reading, Token …; Answered is the last.

        A set `cancel`, or closing the iterator, stops the language model. Raises as `ask` does.
        """
        answerer = self._ready()
        yield from answerer.answer(question, answerer.turns(history), cancel)

    def search(self, query: str, limit: int = 5) -> list[ScoredPassage]:
        """The passages that a question would be answered from, best first. Raises QuestionError."""
        library = self._root.library
        found, _ = search(library, prepare(library, readable_question(query)), limit)
        return list(found)

    def evaluate(self, questions: str | Path | Sequence[EvalQuestion]) -> Results:
        """Answer the questions of a file (or given ones) and score them, as `assistant eval` does.

        `results.measures` are the measures with their intervals. Raises QuestionError.
        """
        name = Path(questions).stem if isinstance(questions, str | Path) else "questions"
        asked = read(Path(questions)) if isinstance(questions, str | Path) else questions
        recorder = Recorder(self._ready(), self._root.library)
        return score(name, [Case(q, recorder.record(q)) for q in asked], {})

    def passage(self, passage_id: int) -> Passage:
        """The passage of that id, as in `search(…)[0].passage.id`. Raises LibraryError."""
        found = self._root.library.catalogue.passages([passage_id])
        if passage_id not in found:
            raise PassageError(f"There is no passage {passage_id}.", "Search again.")
        return found[passage_id]

    def _ready(self) -> Answerer:
        with self._changing:
            if self._answerer is None:
                self._answerer = self._root.answerer()
            return self._answerer


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

    async def evaluate(self, questions: str | Path | Sequence[EvalQuestion]) -> Results:
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
