"""Vectors on their way from one store to another, so that nothing is embedded twice."""

from pathlib import Path

import numpy as np

from assistant.library.catalogue import Catalogue
from assistant.library.stores import Vectors, VectorStore, VectorsUnavailable

# Beside a catalogue that was copied or imported, until its store has them.
IDS_FILE, VECTORS_FILE = "ids.npy", "vectors.npy"
_AT_ONCE = 2_000


def save(catalogue: Catalogue, vectors: VectorStore, folder: Path) -> None:
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


def adopt(catalogue: Catalogue, vectors: VectorStore) -> None:
    """Put what `save` wrote beside the catalogue into the store, and remove the files.

    Stopped in between, it begins again. What they leave out, or all if they cannot be read, waits
    to be embedded.
    """
    ids_file = catalogue.path.with_name(IDS_FILE)
    vectors_file = catalogue.path.with_name(VECTORS_FILE)
    if not ids_file.exists():
        return
    try:
        ids = np.load(ids_file, allow_pickle=False)
        rows = np.load(vectors_file, mmap_mode="r", allow_pickle=False)
        fit = rows.shape == (len(ids), int(catalogue.setting("dimension") or 0))
    except (ValueError, OSError, EOFError):
        fit = False
    if fit:
        catalogue.mark_all_waiting()
        for i in range(0, len(ids), _AT_ONCE):
            part = [int(n) for n in ids[i : i + _AT_ONCE]]
            if set(catalogue.passages(part)) == set(part):
                vectors.put(part, np.ascontiguousarray(rows[i : i + len(part)]))
                catalogue.mark_embedded(part)
    vectors_file.unlink(missing_ok=True)
    ids_file.unlink()


def carry(catalogue: Catalogue, source: VectorStore, target: VectorStore) -> None:
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
