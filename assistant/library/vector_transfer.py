"""Vectors on their way from one store to another, so that nothing is embedded twice."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.library.document_store import DocumentStore
from assistant.library.ports import Vectors, VectorStore, VectorsUnavailable

# Beside a catalogue that was copied or imported, until its store has them.
IDS_FILE, VECTORS_FILE = "ids.npy", "vectors.npy"
_AT_ONCE = 2_000
# Embedders make unit vectors, so that these leave room for any rounding.
_SHORTEST, _LONGEST = 0.5, 2.0

Ids = NDArray[np.int64]


def save(catalogue: DocumentStore, vectors: VectorStore, folder: Path) -> None:
    """Write the vectors that there are into `folder`, for `adopt`. Raises VectorsUnavailable."""
    ids = catalogue.embedded()
    kept: list[int] = []
    rows: list[Vectors] = []
    for i in range(0, len(ids), _AT_ONCE):
        found = vectors.read(ids[i : i + _AT_ONCE])
        kept += found
        rows += found.values()
    dimension = len(rows[0]) if rows else 0
    stacked = np.array(rows, dtype=np.float32).reshape(len(kept), dimension)
    np.save(folder / IDS_FILE, np.array(kept, dtype=np.int64))
    np.save(folder / VECTORS_FILE, stacked)


def read(folder: Path, dimension: int, passages: Collection[int]) -> tuple[Ids, Vectors]:
    """The vectors that `save` wrote into `folder`, looked at whole but not held in memory.

    Raises ValueError, saying in words what is wrong, unless they are the vectors of some of these
    passages: of the dimension, each with a direction.
    """
    try:
        ids = np.load(folder / IDS_FILE, mmap_mode="r", allow_pickle=False)
        rows = np.load(folder / VECTORS_FILE, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # what reads a damaged header raises types of many modules
        raise ValueError("the vectors cannot be read") from error
    if ids.dtype != np.int64 or ids.ndim != 1 or rows.dtype != np.float32 or rows.ndim != 2:
        raise ValueError("the vectors are not of the kind that is written here")
    if len(ids) != len(rows) or (len(ids) and rows.shape[1] != dimension):
        raise ValueError(f"the vectors are not one of {dimension} numbers for each passage")
    numbers = set(ids.tolist())
    if len(numbers) != len(ids) or not numbers <= set(passages):
        raise ValueError("the vectors are of other passages than the catalogue's")
    for i in range(0, len(rows), _AT_ONCE):
        lengths = np.linalg.norm(rows[i : i + _AT_ONCE].astype(np.float64), axis=1)
        if not ((lengths >= _SHORTEST) & (lengths <= _LONGEST)).all():
            raise ValueError("some vectors are zero, endless or not numbers")
    return ids, rows


def adopt(catalogue: DocumentStore, vectors: VectorStore) -> None:
    """Put what `save` wrote beside the catalogue into the store, and remove the files.

    Stopped in between, it begins again. What they leave out, or all if they cannot be read, waits
    to be embedded.
    """
    folder = catalogue.path.parent
    if not (folder / IDS_FILE).exists():
        return
    catalogue.mark_all_waiting()
    passages = catalogue.waiting(catalogue.passage_count())
    with suppress(ValueError):
        ids, rows = read(folder, int(catalogue.setting("dimension") or 0), passages)
        for i in range(0, len(ids), _AT_ONCE):
            part = [int(n) for n in ids[i : i + _AT_ONCE]]
            vectors.put(part, np.ascontiguousarray(rows[i : i + len(part)]))
            catalogue.mark_embedded(part)
        del ids, rows  # Windows erases no file that is open
    (folder / VECTORS_FILE).unlink(missing_ok=True)
    (folder / IDS_FILE).unlink()


def carry(catalogue: DocumentStore, source: VectorStore, target: VectorStore) -> None:
    """Copy to `target` what waits for its vector and has one in `source`, if that can be read."""
    if source.is_lost():
        return
    waiting = catalogue.waiting(catalogue.waiting_count())
    for i in range(0, len(waiting), _AT_ONCE):
        try:
            found = source.read(waiting[i : i + _AT_ONCE])
        except VectorsUnavailable:
            return
        if found:
            target.put(list(found), np.array(list(found.values()), dtype=np.float32))
            catalogue.mark_embedded(list(found))
