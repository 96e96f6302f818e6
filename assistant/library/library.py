"""A library: one folder with its catalogue and its vectors, opened together."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant import paths
from assistant.errors import LibraryError
from assistant.library import files
from assistant.library.catalogue import Catalogue, DocumentRecord
from assistant.library.indexing import Indexer, IndexEvent
from assistant.library.stores import Embedder, VectorStore

DEFAULT_LIBRARY = "default"


class Library:
    """The documents under one name, to be searched and changed."""

    def __init__(self, folder: Path, vectors: VectorStore, embedder: Embedder) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Documents are the person's own business.
            folder.chmod(0o700)
        except OSError as error:
            raise LibraryError(
                f"The folder {folder} cannot be made: {error.strerror}.",
                "Check its permissions and the disk, or set ASSISTANT_HOME.",
            ) from error
        self.folder = folder
        self.catalogue = Catalogue(folder)
        self.vectors = vectors
        self.embedder = embedder
        self._indexer = Indexer(folder, self.catalogue, vectors, embedder)

    @property
    def name(self) -> str:
        return self.folder.name

    def close(self) -> None:
        """Close the catalogue."""
        self.catalogue.close()

    def add(self, sources: Sequence[str]) -> Iterator[IndexEvent]:
        """Read files and folders into the library; see Indexer.add."""
        return self._indexer.add(sources)

    def remove(self, wanted: Sequence[str]) -> tuple[list[str], Iterator[IndexEvent]]:
        """Forget what `wanted` names; the sources it stands for, and the events of doing so.

        A name is a path, a folder, or the last part of exactly one source's path. Raises
        LibraryError, before anything is removed, if one of them names nothing or several.
        """
        known = [document.source for document in self.catalogue.documents()]
        chosen = list(dict.fromkeys(s for name in wanted for s in _matching(name, known)))
        return chosen, self._indexer.remove(chosen)

    def finish(self) -> Iterator[IndexEvent]:
        """Finish what an earlier writer was stopped from doing."""
        return self._indexer.finish()

    def sources(self) -> list[DocumentRecord]:
        """The documents of the library, by path."""
        return self.catalogue.documents()

    def seed(self) -> Iterator[IndexEvent] | None:
        """Index the shipped documents if nothing was ever added here, else None."""
        if self.catalogue.setting("seeded") or self.catalogue.documents():
            return None
        return self._seed()

    def _seed(self) -> Iterator[IndexEvent]:
        yield from self._indexer.add([str(paths.shipped("seeds"))])
        self.catalogue.set_settings({"seeded": "yes"})


def exists(name: str) -> bool:
    """Whether there is a library of this name."""
    return Catalogue.exists(paths.library_folder(name))


def names() -> list[str]:
    """The libraries that there are, sorted."""
    folder = paths.home() / "libraries"
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path.name for path in found if Catalogue.exists(path))


def _matching(name: str, known: Sequence[str]) -> list[str]:
    path = files.absolute(name)
    exact = [s for s in known if s == path]
    if exact:
        return exact
    below = [s for s in known if s.startswith(path.rstrip(os.sep) + os.sep)]
    if below:
        return below
    ending = [s for s in known if s.endswith(os.sep + name.strip(os.sep))]
    if len(ending) == 1:
        return ending
    if ending:
        raise LibraryError(
            f"{name!r} stands for {len(ending)} documents.", "Give more of the path."
        )
    raise LibraryError(f"{name!r} is not in the library.", "See `assistant sources`.")
