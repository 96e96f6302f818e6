"""The versions that a library's vectors and passages were made with, beside those in use."""

import json
from dataclasses import asdict, dataclass, fields

from assistant.library.document_store import DocumentStore
from assistant.library.ports import Embedder
from assistant.library.splitter import PASSAGE_VERSION

_REINDEX = "reindex"


@dataclass(frozen=True)
class IndexVersion:
    """The embedder, the length of its vectors, and the version of splitting into passages."""

    embedder: str
    dimension: int
    passage_version: int

    def same_vectors(self, other: "IndexVersion") -> bool:
        """Tell whether vectors of the two can be compared."""
        return (self.embedder, self.dimension) == (other.embedder, other.dimension)


@dataclass(frozen=True)
class Reindexing:
    """A re-indexing that was begun: what it makes, and which documents it is to read again.

    Those with an id below `below` were there when it began: what is read again gets a new id.
    """

    origin: IndexVersion
    below: int


def current(embedder: Embedder) -> IndexVersion:
    """The versions in use now."""
    return IndexVersion(embedder.name, embedder.dimension, PASSAGE_VERSION)


def recorded(catalogue: DocumentStore) -> IndexVersion | None:
    """The versions that the library was made with; None for one that never held anything."""
    kept = catalogue.settings([field.name for field in fields(IndexVersion)])
    if "embedder" not in kept:
        return None
    dimension, version = (int(kept.get(k) or 0) for k in ("dimension", "passage_version"))
    return IndexVersion(kept["embedder"], dimension, version)


def record(catalogue: DocumentStore, origin: IndexVersion) -> None:
    """Note what the library is made with."""
    catalogue.set_settings({key: str(value) for key, value in asdict(origin).items()})


def record_vectors(catalogue: DocumentStore, origin: IndexVersion) -> None:
    """Note what the vectors are made with; passages may still be of another version."""
    catalogue.set_settings({"embedder": origin.embedder, "dimension": str(origin.dimension)})


def begun(catalogue: DocumentStore) -> Reindexing | None:
    """The re-indexing that was stopped before its end, if there is one."""
    text = catalogue.setting(_REINDEX)
    if text is None:
        return None
    found = json.loads(text)
    return Reindexing(IndexVersion(**found["origin"]), int(found["below"]))


def begin(catalogue: DocumentStore, reindexing: Reindexing) -> None:
    """Note that it has begun, before anything is changed."""
    catalogue.set_settings({_REINDEX: json.dumps(asdict(reindexing))})


def end(catalogue: DocumentStore, reindexing: Reindexing) -> None:
    """Note that it is done."""
    record(catalogue, reindexing.origin)
    catalogue.forget_settings([_REINDEX])
