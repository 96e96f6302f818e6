"""The composition root: the only place that wires library, models and answering together."""

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from assistant import logs, offline, paths, settings
from assistant.answering import prompts
from assistant.answering.checker import Checker
from assistant.answering.generator import GenerationConfig, GenerationMode
from assistant.answering.pipeline import Answerer, AnswerModels
from assistant.answering.verifier import Verifier
from assistant.engines import adapters, catalog, embedder_folder, models, records, weights
from assistant.engines.embedder import OnnxEmbedder
from assistant.engines.llama import LlamaEngine
from assistant.engines.models import NO_MODEL
from assistant.engines.reader import OnnxReader
from assistant.engines.remote import EndpointDown, RemoteLlm
from assistant.errors import AssistantError, LibraryError, WeightsError
from assistant.library.indexing import IndexEvent
from assistant.library.library import DEFAULT_LIBRARY, Library, exists, names
from assistant.library.vector_server import ServerVectors
from assistant.library.vectors import LOCAL_FOLDER, ChromaVectors, CollectionVectors
from assistant.retrieval.calibration import Calibration, read_calibration
from assistant.retrieval.ranking import RankingModels, shipped_models
from assistant.retrieval.search import Part

if TYPE_CHECKING:
    from assistant.answering.llm import Llm

# What an answerer can do without, each to measure what it is worth.
Model = Literal["reader", "check", "llm"]
Feature = Part | Model
_PARTS: tuple[Part, ...] = get_args(Part)
# Tokens of a composed answer at most, by the model's size: a small one that goes on repeats itself.
_MAX_TOKENS = {"tiny": 64, "small": 160, "large": 400}
FEATURES: tuple[Feature, ...] = (*_PARTS, *get_args(Model))
_log = logs.logger(__name__)


class Assistant:
    """One library and the models that answer from it; everything is loaded when first needed."""

    def __init__(
        self,
        library: str = DEFAULT_LIBRARY,
        model: str | None = None,
        *,
        create: bool = False,
        folder: Path | None = None,
        keep_embedder: bool = True,
    ) -> None:
        """`model` is a name of the catalogue, the path of a GGUF file, the URL of an endpoint, or
        "none"; without one the settings say which.

        `folder` holds the library elsewhere than under its name. Without `keep_embedder` the
        embedder is the one that is set, even if another made the library's vectors. Raises
        LibraryError if the library does not exist, unless it is the default one or `create` is
        set; SettingsError if the settings hold a mistake.
        """
        self.settings = settings.load()
        logs.configure(file=self.settings.log_file, texts=self.settings.log_texts)
        self.reindex_notice = ""
        place = folder or paths.library_folder(library)
        if not (create or folder or library == DEFAULT_LIBRARY or exists(library)):
            raise LibraryError(
                f"There is no library named {library!r}.",
                f"There are: {', '.join(names()) or 'none yet'}. `assistant add --library "
                f"{library} PATH` makes it.",
            )
        self.embedder = chosen_embedder(self.settings.embedder_model)
        self.vectors = vector_store(place, self.settings.store_url)
        self.library = Library(place, self.vectors, self.embedder)
        if keep_embedder:
            self._keep_to_its_embedder(place)
        self.reader = chosen_reader(self.settings.reader_model)
        own = self.library.settings.get("model")
        self._model = model or own or self.settings.llm_model or self.settings.llm_url or None
        self._chosen_by_flag = model
        self._engine: LlamaEngine | RemoteLlm | None = None
        self._opening = threading.Lock()
        self._closed = False
        self.llm_entry: catalog.LlmEntry | None = None
        self.llm_problem = ""

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

    def _keep_to_its_embedder(self, place: Path) -> None:
        """Answer with the embedder that made the library's vectors if there is that: others cannot
        read them, and words alone must do.
        """
        self.reindex_notice = self.library.reindex_notice()
        made_by = self.library.catalogue.setting("embedder")
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
        """What of the LLM does not work although it answers, in sentences: adapter, GPU.

        More may come when it is loaded, behind the caller's back.
        """
        return self._engine.notices if isinstance(self._engine, LlamaEngine) else ()

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
        """What holds statements against evidence: the reader's second head, without it words.

        Raises WeightsError or EngineError if the reader does not load.
        """
        return Verifier(self.reader.statement_reader() if self.reader is not None else None)

    def checker(self) -> Checker:
        """What holds a text's statements against the library; raises as `verifier` does."""
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


def chosen_embedder(model: str) -> OnnxEmbedder:
    """The embedder of the setting embedder.model: the default, a known name, or a folder."""
    if model in {"", *catalog.embedder_names()}:
        return OnnxEmbedder(catalog.embedder(model or None))
    return OnnxEmbedder(embedder_folder.read(Path(model)))


def vector_store(folder: Path, url: str) -> CollectionVectors:
    """Where a library in `folder` has its vectors: there, or on the server of store.url."""
    if not url:
        return ChromaVectors(folder / LOCAL_FOLDER)
    store = ServerVectors(url, folder)
    offline.allow(store.url)
    return store


def chosen_reader(model: str) -> OnnxReader | None:
    """The reader of the setting reader.model: the shipped one, none, or one in a folder."""
    if model == NO_MODEL:
        return None
    if not model:
        return shipped_reader()
    folder = Path(model).expanduser()
    return OnnxReader(folder / "reader.onnx", folder / "tokenizer.json")


def shipped_reader() -> OnnxReader | None:
    """The evidence reader that the project ships, not loaded yet; None if there is none."""
    entry = catalog.reader()
    if entry is None:
        return None
    path = paths.shipped("models") / entry.weights.file
    return OnnxReader(path, entry.tokenizer, sha256=entry.weights.sha256)


def open_llm(chosen: models.Chosen, given: settings.Settings) -> LlamaEngine | RemoteLlm:
    """The engine of a model, not started yet: as set, else as measured here, else by its entry."""
    if chosen.endpoint is not None:
        remote = RemoteLlm(chosen.endpoint)
        offline.allow(remote.url)
        return remote
    assert chosen.path is not None
    sha256 = weights.sha256(chosen.path)
    found = records.tuned(sha256)
    adapter, adapter_problem = adapters.find(sha256, given.llm_adapter)
    return LlamaEngine(
        chosen.path,
        name=chosen.entry.name,
        sha256=sha256,
        n_ctx=given.llm_context_tokens
        or (found.context_tokens if found else chosen.entry.context_tokens),
        n_threads=given.llm_threads or (found.threads if found else 0) or None,
        gpu_layers=None if given.llm_gpu_layers == "auto" else int(given.llm_gpu_layers),
        adapter=adapter,
        log_path=logs.child_file("llama"),
        notices=[adapter_problem] if adapter_problem else [],
    )


def identity(described: Mapping[str, str]) -> str:
    """Under what a model's record is kept: its sha256, or its endpoint and name."""
    return described["sha256"] or f"{described.get('url', '')}#{described['name']}"
