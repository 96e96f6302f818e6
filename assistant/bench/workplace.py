"""The workplace of a benchmark: a home of its own, a library that was filled there, what is asked
of it."""

import os
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from assistant import paths
from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant
from assistant.bench import documents
from assistant.bench.filler import FillerEmbedder
from assistant.library.chroma import LocalChromaStore
from assistant.library.document_store import Passage
from assistant.library.library import DEFAULT_LIBRARY, Library
from assistant.wiring import open_embedder

# Answered by the shipped documents, which lie among the others.
_QUESTIONS = (
    "When did Ban Ki-moon visit Libya?",
    "How far is Gharyan from Tripoli?",
    "Who ordered the march on the capital?",
    "How do I add a folder?",
    "What did Guterres say about a military solution?",
)
# Of a person's own documents, the words of some sentences are asked for.
_ASKED = 8
_ASKED_WORDS = 10
_SAMPLE = 24


class Workplace:
    """A temporary home with one library; each part is made when it is first needed.

    `own` are the documents of the person, which are embedded for real; without them `passages` are
    written, with vectors that take no minutes to make.
    """

    def __init__(
        self,
        home: Path,
        model: str | None,
        passages: int,
        own: Path | None,
        tell: Callable[[str], None],
    ) -> None:
        self.home = home
        self.model = model
        self.passages = passages
        self.own = own
        self.rounds = 1
        self.filling: list[tuple[float, object]] = []  # the events of filling, when they came
        self._tell = tell

    @cached_property
    def library_folder(self) -> Path:
        """The filled library's folder."""
        place = self.home / "libraries" / DEFAULT_LIBRARY
        real = open_embedder("")
        if self.own is not None:
            self._tell(f"Reading and embedding {self.own} …")
            library = Library(place, LocalChromaStore(place / "vectors"), real)
            list(library.add([str(self.own)]))
        else:
            self._tell(f"Making a library of {self.passages:,} passages …")
            (self.home / "documents").mkdir(parents=True)
            documents.write(self.home / "documents", self.passages)
            filling = Library(place, LocalChromaStore(place / "vectors"), FillerEmbedder(real))
            self.filling = [
                (time.perf_counter(), event)
                for event in filling.add([str(self.home / "documents")])
            ]
            filling.close()
            library = Library(place, LocalChromaStore(place / "vectors"), real)
            list(library.add([str(paths.shipped("seeds"))]))
        library.close()
        return place

    @cached_property
    def assistant(self) -> Assistant:
        """The assistant over that library, as the commands open it."""
        return Assistant(model=self.model, folder=self.library_folder)

    @cached_property
    def answerer(self) -> Answerer:
        """Its path from question to answer."""
        return self.assistant.answerer()

    @cached_property
    def sample(self) -> list[Passage]:
        """Some passages from all over the library."""
        catalogue = self.assistant.library.document_store
        ids = [i for d in self.assistant.library.sources() for i in catalogue.passage_ids(d.source)]
        chosen = ids[:: max(1, len(ids) // _SAMPLE)][:_SAMPLE]
        found = catalogue.passages(chosen)
        return [found[i] for i in chosen]

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """The question."""
        if self.own is None:
            return _QUESTIONS
        asked = []
        for passage in self.sample[:: max(1, len(self.sample) // _ASKED)]:
            words = passage.slice(passage.sentences[0]).split()[:_ASKED_WORDS]
            asked.append(f"{' '.join(words)}?")
        return tuple(asked)

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment of a program that is started here: bytecode is kept, as on any second
        start, also where the environment says not to."""
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        if sys.dont_write_bytecode:
            kept["PYTHONPYCACHEPREFIX"] = str(self.home / "bytecode")
        root = str(Path(__file__).resolve().parents[2])
        found = os.pathsep.join(filter(None, [root, kept.get("PYTHONPATH", "")]))
        return kept | {"ASSISTANT_HOME": str(self.home), "PYTHONPATH": found}

    def command(self, *words: str) -> list[str]:
        """The command line of the program itself, run by this Python."""
        model = ["--model", self.model] if self.model else []
        return [sys.executable, "-m", "assistant", *model, *words]

    def close(self) -> None:
        """End what was started."""
        if "assistant" in self.__dict__:
            self.assistant.close()
