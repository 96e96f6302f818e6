"""The composition root: the only place that wires library, models and answering together."""

import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from assistant import paths
from assistant.answering import prompts
from assistant.answering.answering import Answerer, AnswerModels
from assistant.answering.drafting import Phrasing
from assistant.engines import catalog, weights
from assistant.engines.embedder import OnnxEmbedder
from assistant.engines.llama import LlamaEngine
from assistant.engines.reader import OnnxReader
from assistant.errors import AssistantError, LibraryError, WeightsError
from assistant.library.indexing import IndexEvent
from assistant.library.library import DEFAULT_LIBRARY, Library, exists, names
from assistant.library.vectors import ChromaVectors
from assistant.retrieval.ranking import shipped_models
from assistant.retrieval.search import Part

if TYPE_CHECKING:
    from assistant.answering.llm import Llm

NO_MODEL = "none"

# What an answerer can do without, each to measure what it is worth.
Model = Literal["reader", "check", "llm"]
Feature = Part | Model
_PARTS: tuple[Part, ...] = get_args(Part)
FEATURES: tuple[Feature, ...] = (*_PARTS, *get_args(Model))


class Assistant:
    """One library and the models that answer from it; everything is loaded when first needed."""

    def __init__(
        self,
        library: str = DEFAULT_LIBRARY,
        model: str | None = None,
        *,
        create: bool = False,
        folder: Path | None = None,
    ) -> None:
        """`model` is a name of the catalogue, the path of a GGUF file, or "none".

        `folder` holds the library elsewhere than under its name. Raises LibraryError if the
        library does not exist, unless it is the default one or `create` is set.
        """
        place = folder or paths.library_folder(library)
        if not (create or folder or library == DEFAULT_LIBRARY or exists(library)):
            raise LibraryError(
                f"There is no library named {library!r}.",
                f"There are: {', '.join(names()) or 'none yet'}. `assistant add --library "
                f"{library} PATH` makes it.",
            )
        self.embedder = OnnxEmbedder(catalog.embedder())
        self.vectors = ChromaVectors(place / "vectors")
        self.library = Library(place, self.vectors, self.embedder)
        self.reader = shipped_reader()
        self._model = model or self.library.settings.get("model") or None
        self._engine: LlamaEngine | None = None
        self.llm_entry: catalog.LlmEntry | None = None
        self.llm_problem = ""

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the LLM's process and close the library."""
        if self._engine is not None:
            self._engine.close()
        self.library.close()

    def start_loading(self, *, llm: bool = True) -> None:
        """Begin to load what an answer needs, behind the caller's back."""
        if llm:
            self.llm()
        threading.Thread(target=self._load_quietly, name="loading", daemon=True).start()

    def _load_quietly(self) -> None:
        # Whoever needs the part gets the error; here nobody would see it.
        with suppress(AssistantError):
            self.embedder.load()
        if self.reader is not None:
            with suppress(AssistantError):
                self.reader.load()
        with suppress(AssistantError):
            self.vectors.open()

    def llm(self) -> "Llm | None":
        """The LLM, its process started; None, and `llm_problem` says why, if there is none."""
        if self._engine is None and not self.llm_problem and self._model != NO_MODEL:
            try:
                self.llm_entry, path = find_llm(self._model)
            except WeightsError as error:
                if self._model is not None:
                    raise
                self.llm_problem = f"{error} Answers are quotes until then."
                return None
            self._engine = LlamaEngine(
                path,
                name=self.llm_entry.name,
                sha256=weights.sha256(path),
                n_ctx=self.llm_entry.context_tokens,
            )
            self._engine.start()
        return self._engine

    def answerer(self, without: Collection[Feature] = ()) -> Answerer:
        """The path from question to answer over this library and these models, or some of them.

        A model that the person named must load: WeightsError or EngineError if it does not. The
        embedded one may fail; its answers are quotes then.
        """
        llm = None if "llm" in without else self.llm()
        reader = None if "reader" in without else self.reader
        if llm is not None and self._model is not None and self._engine is not None:
            self._engine.wait_ready()
        entry = self.llm_entry or catalog.llm()
        return Answerer(
            self.library,
            AnswerModels(shipped_models(), reader, llm),
            Phrasing(
                prompts.load(entry.draft_prompt),
                prompts.load(entry.phrase_prompt),
                entry.answering,
                entry.draft_sentences,
                check="check" not in without,
            ),
            [part for part in _PARTS if part in without],
        )

    def seed(self) -> Iterator[IndexEvent] | None:
        """Index the shipped documents into the default library if it never had any, else None."""
        return self.library.seed() if self.library.name == DEFAULT_LIBRARY else None


def shipped_reader() -> OnnxReader | None:
    """The evidence reader that the project ships, not loaded yet; None if there is none."""
    entry = catalog.reader()
    if entry is None:
        return None
    path = paths.shipped("models") / entry.weights.file
    return OnnxReader(path, entry.tokenizer, sha256=entry.weights.sha256)


def find_llm(model: str | None) -> tuple[catalog.LlmEntry, Path]:
    """The catalogue's entry and the file of a model: a name, a path, or None for the default.

    Raises WeightsError if there is none or its file is not the one the catalogue names.
    """
    if model is not None:
        for path in (Path(model).expanduser(), paths.shipped("models") / f"{model}.gguf"):
            if path.suffix == ".gguf" and path.is_file():
                return _own_file(path)
        if model.endswith(".gguf"):
            raise WeightsError(f"There is no model file {model}.", "Check the path.")
    entry = catalog.llm(model)
    assert entry.weights is not None
    return entry, weights.verified(entry.weights)


def _own_file(path: Path) -> tuple[catalog.LlmEntry, Path]:
    if not weights.is_gguf(path):
        raise WeightsError(f"{path} is not a GGUF file.", "Give the path of a GGUF model.")
    known = catalog.llm()
    return (
        replace(
            known,
            name=path.stem,
            title=path.stem,
            weights=None,
            context_tokens=4096,
            draft_sentences=3,
        ),
        path.absolute(),
    )
