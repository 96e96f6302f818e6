"""The assistant over one library: for Python programs, command line, chat and servers alike."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from assistant import logs, paths, settings
from assistant.answering import prompts
from assistant.answering.answer import Answer
from assistant.answering.checker import Checker
from assistant.answering.events import Answered, AnswerEvent
from assistant.answering.generator import GenerationConfig, GenerationMode
from assistant.answering.pipeline import Answerer, AnswerModels, readable_question
from assistant.answering.verifier import Verifier
from assistant.engines import catalog, models, records
from assistant.engines.embedder import OnnxEmbedder
from assistant.engines.llama.engine import LlamaEngine, ModelInfo
from assistant.engines.models import NO_MODEL
from assistant.engines.openai_client import EndpointDown, RemoteLlm
from assistant.engines.reader import OnnxReader
from assistant.errors import AssistantError, EngineError, LibraryError, PassageError, WeightsError
from assistant.library.document_store import DocumentRecord, Passage
from assistant.library.indexer import FileFailed, FileIndexed, IndexEvent
from assistant.library.library import DEFAULT_LIBRARY, Library, exists, names
from assistant.library.pages import is_address
from assistant.query.turn import Turn
from assistant.retrieval.calibration import Calibration, read_calibration
from assistant.retrieval.reranker import RankingModels, shipped_models
from assistant.retrieval.retriever import Part, ScoredPassage, prepare, search
from assistant.wiring import identity, open_embedder, open_llm, open_reader, open_vector_store

if TYPE_CHECKING:
    from assistant.answering.llm import Llm
    from assistant.evaluation.dataset import EvalQuestion
    from assistant.evaluation.results import Results

# What an answerer can do without, each to measure what it is worth.
Model = Literal["reader", "check", "llm"]
Feature = Part | Model
_PARTS: tuple[Part, ...] = get_args(Part)
# Tokens of a composed answer at most, by the model's size: a small one that goes on repeats itself.
_MAX_TOKENS = {"tiny": 64, "small": 160, "large": 400}
FEATURES: tuple[Feature, ...] = (*_PARTS, *get_args(Model))
_log = logs.logger(__name__)


@dataclass(frozen=True)
class Added:
    """The result of adding: files read anew and unchanged, passages made, files that failed."""

    files: int
    unchanged: int
    passages: int
    failed: tuple[FileFailed, ...]


class Assistant:
    """A library and the models that answer from it. Close it, or use it in a `with` statement.

    Everything is loaded when first needed. Safe to use from several threads: changes wait for each
    other, and so do drafts of one model. Nothing is printed.
    """

    def __init__(
        self,
        library: str = DEFAULT_LIBRARY,
        model: str | None = None,
        *,
        create: bool = True,
        folder: str | Path | None = None,
        keep_embedder: bool = True,
    ) -> None:
        """Open the library of that name, or the one in `folder`; make it if there is none.

        `model` is a name of `assistant models list`, the path of a GGUF file, the URL of an
        OpenAI-compatible endpoint, or "none" for quotes alone; without one the settings say which.
        Without `keep_embedder` the embedder is the one that is set, even if another made the
        library's vectors. Raises LibraryError for a name that is none, for a folder that cannot be
        made and, without `create`, if there is no such library and it is not the default one;
        SettingsError if the settings hold a mistake.
        """
        self.settings = settings.load()
        logs.configure(file=self.settings.log_file, texts=self.settings.log_texts)
        self.reindex_notice = ""
        place = Path(folder) if folder else paths.library_folder(library)
        if not (create or folder or library == DEFAULT_LIBRARY or exists(library)):
            raise LibraryError(
                f"There is no library named {library!r}.",
                f"There are: {', '.join(names()) or 'none yet'}. `assistant add --library "
                f"{library} PATH` makes it.",
            )
        self.embedder = open_embedder(self.settings.embedder_model)
        self.vectors = open_vector_store(place, self.settings.store_url)
        self.library = Library(place, self.vectors, self.embedder)
        if keep_embedder:
            self._keep_to_its_embedder(place)
        self.reader = open_reader(self.settings.reader_model)
        own = self.library.settings.get("model")
        self._model = model or own or self.settings.llm_model or self.settings.llm_url or None
        self._chosen_by_flag = model
        self._engine: LlamaEngine | RemoteLlm | None = None
        self._opening = threading.Lock()
        self._closed = False
        self.llm_entry: catalog.LlmEntry | None = None
        self.llm_problem = ""
        self._answerer: Answerer | None = None
        self._changing = threading.RLock()

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the LLM's process and close the library."""
        with self._opening:
            self._closed = True
        if self._engine is not None:
            self._engine.close()
        self.library.close()

    def add(
        self, *paths: str | Path, on_event: Callable[[IndexEvent], None] | None = None
    ) -> Added:
        """Read files, folders, and pages by their URL, into the library; what is unchanged costs
        nothing.

        `on_event` is told each step. A file that cannot be read is in `failed`; the rest is added.
        Raises LibraryError.
        """
        files = unchanged = passages = 0
        failed: list[FileFailed] = []
        with self._changing:
            places = [p if is_address(p) else str(Path(p).expanduser()) for p in map(str, paths)]
            for event in self.library.add(places):
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
            removed, events = self.library.remove([str(source) for source in sources])
            for _ in events:
                pass
        return removed

    def sources(self) -> list[DocumentRecord]:
        """The documents of the library, by path."""
        return self.library.sources()

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
        """Events on the way to the answer: Found, Reading, Token …; Answered is the last.

        A set `cancel`, or closing the iterator, stops the language model. Raises as `ask` does.
        """
        answerer = self._ready()
        yield from answerer.answer(question, answerer.turns(history), cancel)

    def search(self, query: str, limit: int = 5) -> list[ScoredPassage]:
        """The passages that a question would be answered from, best first. Raises QuestionError."""
        found, _ = search(self.library, prepare(self.library, readable_question(query)), limit)
        return list(found)

    def evaluate(self, questions: "str | Path | Sequence[EvalQuestion]") -> "Results":
        """Answer the questions of a file (or given ones) and score them, as `assistant eval` does.

        `results.measures` are the measures with their intervals. Raises QuestionError.
        """
        from assistant.evaluation.case import Case
        from assistant.evaluation.dataset import read
        from assistant.evaluation.recorder import Recorder
        from assistant.evaluation.scoring import score

        name = Path(questions).stem if isinstance(questions, str | Path) else "questions"
        asked = read(Path(questions)) if isinstance(questions, str | Path) else questions
        recorder = Recorder(self._ready(), self.library)
        return score(name, [Case(q, recorder.record(q)) for q in asked], {})

    def passage(self, passage_id: int) -> Passage:
        """The passage of that id, as in `search(…)[0].passage.id`. Raises LibraryError."""
        found = self.library.document_store.passages([passage_id])
        if passage_id not in found:
            raise PassageError(f"There is no passage {passage_id}.", "Search again.")
        return found[passage_id]

    def _ready(self) -> Answerer:
        with self._changing:
            if self._answerer is None:
                self._answerer = self.answerer()
            return self._answerer

    def _keep_to_its_embedder(self, place: Path) -> None:
        """Answer with the embedder that made the library's vectors if there is that: others cannot
        read them, and words alone must do.
        """
        self.reindex_notice = self.library.reindex_notice()
        made_by = self.library.document_store.setting("embedder")
        if made_by == self.embedder.name or made_by not in catalog.embedder_names():
            return
        self.reindex_notice = (
            f"This library's vectors were made by the embedder {made_by}, which goes on with it;"
            f" `{self.library.reindex_command()}` changes over to {self.embedder.name}."
        )
        self.embedder = OnnxEmbedder(catalog.embedder(made_by))
        self.library.close()
        self.library = Library(place, self.vectors, self.embedder)

    def start_loading(self, *, llm: bool = True) -> None:
        """Begin to load what an answer needs, behind the caller's back."""
        if llm and self.llm() is not None:
            threading.Thread(target=self._warm, name="warming", daemon=True).start()
        threading.Thread(target=self._load_quietly, name="loading", daemon=True).start()

    def _warm(self) -> None:
        """The LLM reads what all its prompts begin with: 0.13 s that the first answer need not
        wait. (Its state from a file would be there in 1 ms, but the file has to be trusted.)"""
        if isinstance(self._engine, LlamaEngine):
            with suppress(AssistantError):
                config = self.generation_config()
                beginning = config.prompt.beginning
                phrasing = config.mode == "phrase"
                for _ in self._engine.generate(beginning, max_tokens=0, adapter=phrasing):
                    pass

    def _load_quietly(self) -> None:
        # Whoever needs the part gets the error; here nobody would see it.
        parts: list[OnnxEmbedder | OnnxReader] = [self.embedder]
        for part in [*parts, self.reader] if self.reader is not None else parts:
            try:
                part.load()
                _log.info("loaded %s", part.describe()["name"])
            except AssistantError as error:
                _log.warning("a model cannot be loaded: %s", logs.Failure(error))
        # Opened after the library was closed, a store would make its folder anew.
        with self._opening, suppress(AssistantError):
            if not self._closed:
                self.vectors.open()

    def llm(self) -> "Llm | None":
        """The LLM, its process started; None, and `llm_problem` says why, if there is none."""
        if self._engine is None and not self.llm_problem and self._model != NO_MODEL:
            try:
                chosen = models.find(self._chosen_by_flag, self.settings)
            except WeightsError as error:
                if self._model is not None:
                    raise
                self.llm_problem = f"{error} Answers are quotes until then."
                return None
            self.llm_entry = chosen.entry
            self._engine = open_llm(chosen, self.settings)
            self._engine.start()
        return self._engine

    def require_llm(self) -> None:
        """Wait for the model that was chosen. Raises EngineError if it does not answer."""
        if self.llm() is not None and self._model is not None and self._engine is not None:
            self._engine.wait_ready()

    def llm_notices(self) -> tuple[str, ...]:
        """Sentences on parts of the LLM that do not work although it answers: adapter, GPU.

        More may come when it is loaded, behind the caller's back.
        """
        return self._engine.notices if isinstance(self._engine, LlamaEngine) else ()

    @property
    def llm_path(self) -> Path | None:
        """The language model's file; None for none, and for one elsewhere."""
        engine = self._engine
        return Path(engine.load_settings["path"]) if isinstance(engine, LlamaEngine) else None

    def loaded_model(self) -> ModelInfo | None:
        """Figures of the language model and the machine's devices, once it is loaded; None for
        none, and for one elsewhere. Waits for the loading.
        """
        if not isinstance(self._engine, LlamaEngine):
            return None
        with suppress(EngineError):
            return self._engine.wait_ready()
        return None

    def calibration(self) -> tuple[Calibration | None, str]:
        """The library's own calibration, and a sentence where it does not hold any more."""
        kept = self.library.settings.calibration
        if not kept:
            return None, ""
        found = read_calibration(kept)
        reader = self.reader.describe()["sha256"] if self.reader is not None else ""
        if found is not None and found.fits(shipped_models(), reader):
            return found, ""
        return None, (
            "The library was calibrated for other models than these: its threshold is the shipped"
            " one. Run `assistant calibrate` again, or with --reset."
        )

    def ranking(self) -> RankingModels:
        """The fitted ranking, on the library's own scale where it was calibrated."""
        own, _ = self.calibration()
        return own.applied(shipped_models()) if own is not None else shipped_models()

    def answerer(
        self,
        without: Collection[Feature] = (),
        *,
        mode: GenerationMode | None = None,
        excerpt_tokens: int = 0,
        llm: "Llm | None" = None,
        ranking: RankingModels | None = None,
    ) -> Answerer:
        """The path from question to answer over this library and these models, or some of them.

        `mode` and `excerpt_tokens` go before what is set, measured or in the model's entry; `llm`
        stands in for the model itself, `ranking` for the library's own. A model that the person
        named must load: WeightsError or EngineError if it does not. The embedded one may fail, and
        an endpoint may be down; answers are words and quotes then.
        """
        llm = None if "llm" in without else llm or self.llm()
        reader = None if "reader" in without else self.reader
        if llm is not None and self._model is not None and self._engine is not None:
            with suppress(EndpointDown):  # said with each answer, until it is there again
                self._engine.wait_ready()
        return Answerer(
            self.library,
            AnswerModels(ranking or self.ranking(), reader, llm),
            self.generation_config(mode, excerpt_tokens, verify="check" not in without),
            [part for part in _PARTS if part in without],
        )

    def verifier(self) -> Verifier:
        """The verifier of statements: the reader's second head, without it words.

        Raises WeightsError or EngineError if the reader does not load.
        """
        return Verifier(self.reader.statement_reader() if self.reader is not None else None)

    def checker(self) -> Checker:
        """The checker of a text's statements against the library; raises as `verifier` does."""
        return Checker(self.library, self.ranking(), self.verifier())

    def generation_config(
        self, mode: GenerationMode | None = None, excerpt_tokens: int = 0, *, verify: bool = True
    ) -> GenerationConfig:
        """The way the model writes: as given, else as set, as measured, or as its entry has it."""
        entry = self.llm_entry or catalog.llm()
        found = records.tuned(identity(self._engine.describe())) if self._engine else None
        chosen = self.settings.llm_answering if self.settings.llm_answering != "auto" else ""
        chosen = mode or chosen or (found.answering if found else entry.answering)
        return GenerationConfig(
            cast("GenerationMode", chosen if chosen in get_args(GenerationMode) else "quote"),
            prompts.load(entry.phrase_prompt),
            prompts.load(entry.compose_prompt),
            excerpt_tokens=excerpt_tokens or (found or entry).excerpt_tokens,
            max_tokens=self.settings.answering_max_tokens or _MAX_TOKENS[entry.size_class],
            temperature=self.settings.answering_temperature,
            drop=self.settings.answering_unsupported == "drop",
            verify=verify,
        )

    def seed(self) -> Iterator[IndexEvent] | None:
        """Index the shipped documents into the default library if it never had any, else None."""
        return self.library.seed() if self.library.name == DEFAULT_LIBRARY else None
