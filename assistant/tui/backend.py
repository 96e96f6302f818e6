"""The chat's threads: one opens and answers, one changes the library; both post messages.

Models, Chroma and the engine are imported in here only, so that the screen is drawn before.
The threads are daemons: leaving the chat never waits for an import or a model.
"""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

from assistant.errors import AssistantError, WeightsError
from assistant.formatting import IndexSummary
from assistant.tui.messages import (
    CheckedStatement,
    CheckEnded,
    Failed,
    Indexed,
    Indexing,
    LibraryStatus,
    Opened,
    OpenFailed,
    Opening,
    Progress,
    SpeedMeasured,
    Tuning,
)

if TYPE_CHECKING:
    from assistant.answering.pipeline import Answerer
    from assistant.assistant import Assistant
    from assistant.engines.llama.engine import ModelInfo
    from assistant.library.events import IndexEvent
    from assistant.library.library import Library
    from assistant.query.rewriter import Turn

Post = Callable[[Message], object]
Change = Callable[["Library"], "Iterator[IndexEvent]"]
_Job = Callable[[], None]
NO_MODEL = "none"
# At most so long is waited for found quotes to be drawn before they are read closely.
_DRAWING_S = 0.05


@dataclass(frozen=True)
class Request:
    """A question to answer; set `cancel` to stop."""

    number: int
    question: str
    history: "tuple[Turn, ...]" = ()
    cancel: threading.Event = field(default_factory=threading.Event)


def open_assistant(library: str, model: str | None, create: bool) -> "Assistant":
    """The real thing."""
    from assistant.assistant import Assistant

    return Assistant(library, model, create=create)


class Backend:
    """Library and models behind the chat. Its calls return at once unless they say otherwise."""

    def __init__(
        self,
        library: str,
        model: str | None,
        make: Callable[[str, str | None, bool], "Assistant"] = open_assistant,
    ) -> None:
        self.library_name = library
        self.model = model
        self._make = make
        self._post: Post = lambda _: None
        self._answering: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._changing: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._stop_changing = threading.Event()
        self._stop_tuning = threading.Event()
        self._tuning: threading.Thread | None = None
        self._assistant: Assistant | None = None
        self._answerer: Answerer | None = None
        # Before any question, however early that is typed.
        self.open(library, model)

    def start(self, post: Post) -> None:
        """Begin to open the library; everything that happens is posted from now on."""
        self._post = post
        for jobs in (self._answering, self._changing):
            threading.Thread(target=_work, args=(jobs,), name="backend", daemon=True).start()

    def open(self, library: str, model: str | None, *, create: bool = False) -> None:
        """Open a library with a model in the place of what is open."""
        self._answering.put(lambda: self._open(library, model, create))

    def ask(self, request: Request) -> None:
        """Answer a question after those before it."""
        self._answering.put(lambda: self._answer(request))

    def check(self, text: str, cancel: threading.Event) -> None:
        """Hold a text's statements against the library, after what is asked already."""
        self._answering.put(lambda: self._check(text, cancel))

    def change(self, change: Change, done: str = "") -> None:
        """Change the library, for example `lambda library: library.add([path])`."""
        self._changing.put(lambda: self._change(change, done))

    def stop_changing(self) -> None:
        """Stop adding after the file or batch in hand; what is done stays."""
        self._stop_changing.set()

    @property
    def library(self) -> "Library":
        """The open library, for reading. Raises AssistantError while there is none."""
        if self._assistant is None:
            raise AssistantError("The library is not open yet.", "Try again in a moment.")
        return self._assistant.library

    def loaded_model(self) -> "ModelInfo | None":
        """Figures of the language model and the devices; None for none. Waits for its loading."""
        return self._assistant.loaded_model() if self._assistant is not None else None

    def measure_speed(self) -> None:
        """Let the model write a little, after what is asked already; SpeedMeasured is the end."""
        self._answering.put(self._measure_speed)

    def tune(self, model: str) -> None:
        """Try the ways of answering with a model and keep the best; Tuning messages tell of it."""
        if not self._is_tuning():
            self._stop_tuning.clear()
            self._tuning = threading.Thread(
                target=self._tune, args=(model,), name="tuning", daemon=True
            )
            self._tuning.start()

    def stop_tuning(self) -> bool:
        """Stop tuning after the step in hand; whether there is something to stop."""
        self._stop_tuning.set()
        return self._is_tuning()

    def _is_tuning(self) -> bool:
        return self._tuning is not None and self._tuning.is_alive()

    def _tune(self, model: str) -> None:
        from assistant import tuning

        kept = ""
        try:
            for event in tuning.tune(model, cancel=self._stop_tuning):
                said = " ".join(tuning.told(event).split())
                kept = said if isinstance(event, tuning.Kept) else ""
                self._post(Tuning(said, model=model))
        except Exception as error:
            self._post(Tuning(_sentence(error), model=model, ended=True))
            return
        said = kept or "Tuning was stopped; nothing is changed."
        self._post(Tuning(said, model=model, ended=True, kept=bool(kept)))

    def close(self) -> None:
        """End the model's process and close the library."""
        self._post = lambda _: None
        self._stop_tuning.set()
        self._stop_changing.set()
        if self._assistant is not None:
            with suppress(Exception):
                self._assistant.close()

    # In the answering thread.

    def _open(self, library: str, model: str | None, create: bool) -> None:
        self._post(Opening("Opening the library \u2026"))
        before = self._assistant
        try:
            assistant = self._assistant = self._make(library, model, create)
            self._seed(assistant)
            self._answerer = self._prepared(assistant, model)
        except Exception as error:
            if self._assistant is not None and self._assistant is not before:
                self._assistant.close()
            self._assistant = before
            self._post(OpenFailed(_sentence(error)))
            if isinstance(error, WeightsError) and before is None:
                self._open(library, NO_MODEL, create)
            return
        self.library_name, self.model = library, model
        if before is not None:
            before.close()
        self._post(Opened(self._shelf(assistant)))
        self._load(assistant)

    def _load(self, assistant: "Assistant") -> None:
        # Whoever needs a part that fails is told then; search by words works without.
        with suppress(Exception):
            assistant.embedder.load()
            assistant.vectors.open()
            if assistant.reader is not None:
                assistant.reader.load()
        if assistant.library.document_store.waiting_count():
            self.change(lambda opened: opened.finish())
        self._post(Opening(""))

    def _seed(self, assistant: "Assistant") -> None:
        for _ in assistant.seed() or ():
            self._post(Opening("Reading the documents that come with the assistant \u2026"))

    def _prepared(self, assistant: "Assistant", model: str | None) -> "Answerer":
        if model != NO_MODEL:
            self._post(Opening("Starting the language model \u2026"))
        return assistant.answerer()

    def _answer(self, request: Request) -> None:
        from assistant.answering.events import Answered, Found

        if self._answerer is None:
            self._post(Failed(request.number, "No library is open. Choose one with F5."))
            return
        if request.cancel.is_set():
            self._post(Failed(request.number, "Stopped before anything was found."))
            return
        try:
            answerer, question = self._answerer.addressed(request.question)
            for event in answerer.answer(question, request.history, request.cancel):
                progress = Progress(request.number, event)
                self._post(progress)
                if isinstance(event, Answered):
                    self._remember_speed(event.answer.timings.tokens_per_s)
                if isinstance(event, Found):
                    # What comes next takes all of the processor: drawing comes first.
                    progress.drawn.wait(_DRAWING_S)
        except Exception as error:
            self._post(Failed(request.number, _sentence(error)))

    def _measure_speed(self) -> None:
        from assistant import machine

        llm = self._assistant.llm() if self._assistant is not None else None
        with suppress(AssistantError):
            found = machine.speed(llm, rounds=1) if llm is not None else None
            self._remember_speed(found.writing if found is not None else None)
        self._post(SpeedMeasured())

    def _remember_speed(self, tokens_per_s: float | None) -> None:
        """Keep how fast the model wrote, for what is told of other models."""
        file = self._assistant.llm_path if self._assistant is not None else None
        if file is not None and tokens_per_s:
            from assistant import machine

            with suppress(OSError):  # a figure for the models screen, no more
                machine.remember_speed(file, tokens_per_s)

    def _check(self, text: str, cancel: threading.Event) -> None:
        counts: Counter[str] = Counter()
        try:
            if self._assistant is None:
                raise AssistantError("No library is open. Choose one with F5.")
            for checked in self._assistant.checker().text(text):
                if cancel.is_set():
                    return
                counts[checked.support] += 1
                self._post(CheckedStatement(checked, cancel))
        except Exception as error:
            self._post(CheckEnded(_sentence(error), cancel))
            return
        told = (
            f"{counts['supported']} supported, {counts['contradicted']} contradicted,"
            f" {counts['not_found']} not found."
        )
        said = told if counts else "The text has no sentence that states anything."
        self._post(CheckEnded(said, cancel))

    # In the changing thread.

    def _change(self, change: Change, done: str) -> None:
        assistant = self._assistant
        self._stop_changing.clear()
        if assistant is None:
            self._post(Indexed("The library is not open yet.", failed=True))
            return
        try:
            count = self._watch(assistant, change)
            self._post(Indexed(done or _outcome(count), failed=bool(count.failed)))
            self._post(Opened(self._shelf(assistant)))
        except Exception as error:
            self._post(Indexed(_sentence(error), failed=True))

    def _watch(self, assistant: "Assistant", change: Change) -> IndexSummary:
        from assistant.library.library import Library

        # A connection of its own: a transaction here must not be seen by a search there.
        library = Library(assistant.library.folder, assistant.vectors, assistant.embedder)
        count = IndexSummary()
        try:
            for event in change(library):
                count.add(event)
                self._post(Indexing(event))
                if self._stop_changing.is_set():
                    break
        finally:
            library.close()
        return count

    def _shelf(self, assistant: "Assistant") -> LibraryStatus:
        catalogue = assistant.library.document_store
        entry = assistant.llm_entry
        problems = (assistant.llm_problem, *assistant.llm_notices(), assistant.reindex_notice)
        return LibraryStatus(
            assistant.library.name,
            len(catalogue.documents()),
            catalogue.passage_count(),
            entry.title if entry is not None else "",
            " ".join(filter(None, problems)),
        )


def _outcome(summary: IndexSummary) -> str:
    """An indexing's outcome, with the first file that failed or what was not read."""
    from assistant.library.unread import counted

    text = f"{summary.sentence()}."
    if summary.failed:
        first = summary.failed[0]
        text += f" {first.source}: {first.message}"
    elif summary.unread:
        text += f" Not read: {counted(file.kind for file in summary.unread)}."
    return text


def _work(jobs: "queue.SimpleQueue[_Job]") -> None:
    while True:
        jobs.get()()


def _sentence(error: Exception) -> str:
    """Any error as a sentence: nothing that goes wrong behind the chat may end it."""
    if isinstance(error, AssistantError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}. Check the disk and the permissions, then try again."
    return f"Something went wrong inside the assistant ({type(error).__name__}: {error})."
