"""Any sequence of changes, stops and reopenings leaves just what a plain dictionary would hold."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.library.chroma import LocalChromaStore
from assistant.library.library import Library
from assistant.library.ports import Vectors

NAMES = st.sampled_from(["a.txt", "b.txt", "c.md", "sub/d.txt", "sub/e.md"])
TEXTS = st.sampled_from(
    ["One bridge.", "Two towers.\n\nAnd a mill.", "# Title\n\nThree lamps.", "Four.\n" * 300]
)


class Plain:
    """An embedder that needs no weights: what is tested here is which vectors are kept."""

    name, dimension = "plain", 4

    def describe(self) -> dict[str, str]:
        return {"name": self.name}

    def embed(self, texts: list[str], on_progress: object = None) -> Vectors:
        rows = [[len(t), t.count("e"), t.count("o"), 1] for t in texts]
        found = np.array(rows, dtype=np.float32).reshape(len(texts), 4)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)

    def embed_tokens(self, texts: list[str]) -> list[tuple[list[str], Vectors, Vectors]]:
        raise NotImplementedError


class LibraryMachine(RuleBasedStateMachine):
    """Files on disk are the model; `in_step` says whether the library was told of them all."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.folder = self.home / "notes"
        self.folder.mkdir()
        self.write("first.txt", "It begins.")
        self.vectors = LocalChromaStore(self.home / "library" / "vectors")
        self.open()
        list(self.library.add([str(self.folder)]))
        self.in_step = True

    def open(self) -> None:
        self.library = Library(self.home / "library", self.vectors, Plain())

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @rule(name=NAMES, text=TEXTS)
    def edit(self, name: str, text: str) -> None:
        self.write(name, text)
        self.in_step = False

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)
        self.in_step = False

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if (self.folder / old).exists():
            (self.folder / new).parent.mkdir(exist_ok=True)
            os.replace(self.folder / old, self.folder / new)
            self.in_step = False

    @rule()
    def sync(self) -> None:
        list(self.library.sync())
        self.in_step = True

    @rule(events=st.integers(0, 8))
    def stop_in_between(self, events: int) -> None:
        """A sync that nobody goes on with, then a new start."""
        running = self.library.sync()
        for _ in zip(range(events), running, strict=False):
            pass
        running.close()  # type: ignore[attr-defined]
        self.library.close()
        self.open()
        self.in_step = False

    @rule(name=NAMES)
    def remove_and_add_again(self, name: str) -> None:
        path = self.folder / name
        if str(path) in self.library.document_store.states():
            list(self.library.remove([str(path)])[1])
            if path.exists():
                list(self.library.add([str(path)]))
            self.library.document_store.unskip(list(self.library.document_store.skipped()))

    @invariant()
    def documents_are_whole(self) -> None:
        catalogue = self.library.document_store
        assert catalogue.problems() == []
        for record in self.library.sources():
            assert record.passages > 0
        indexed = catalogue._rows("SELECT COUNT(*) FROM passage_terms")[0][0]
        assert indexed == catalogue.passage_count()

    @invariant()
    def the_library_is_the_folder(self) -> None:
        if not self.in_step:
            return
        files = {
            str(p): p.read_text(encoding="utf-8") for p in self.folder.rglob("*") if p.is_file()
        }
        held = {
            d.source: self.library.document_store.text(d.source) for d in self.library.sources()
        }
        assert held == files
        assert self.vectors.ids() == set(self.library.document_store.embedded())
        assert self.library.document_store.waiting_count() == 0

    def teardown(self) -> None:
        self.library.close()
        shutil.rmtree(self.home)


TestLibrary = LibraryMachine.TestCase
TestLibrary.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
