"""A collection of a local Chroma store, read by Chroma's core without its Python client.

`chromadb.PersistentClient` hands each call on to `chromadb_rust_bindings`. Importing the client
takes forty times as long as importing the core (1.3 s of processor time against 0.03 s) and 60 MB
more, for servers, telemetry and settings that reading needs nothing of. The vectors, the index and
the search are the same: this only leaves out the way there. Whatever writes uses the client.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FILE = "chroma.sqlite3"
# The names that a client without others uses.
_TENANT, _DATABASE = "default_tenant", "default_database"
# Of the files that a process may have open, an index takes five; as the client counts them.
_FILES_PER_INDEX = 5
_FEW_FILES = 512


class CoreCollection:
    """An existing collection, with the reading methods of `chromadb.Collection`.

    The answers are the client's, field by field. Safe to use from several threads.
    """

    def __init__(self, bindings: Any, collection_id: str) -> None:
        self._bindings = bindings
        self._id = collection_id

    def query(
        self, query_embeddings: NDArray[np.float32], n_results: int, include: Sequence[str]
    ) -> dict[str, Any]:
        """For each row its nearest vectors: "ids" and "distances", nearest first."""
        found = self._bindings.query(
            self._id,
            None,
            list(query_embeddings),
            n_results,
            None,
            None,
            list(include),
            _TENANT,
            _DATABASE,
        )
        return {"ids": found.ids, "distances": found.distances}

    def get(self, ids: Sequence[str] | None = None, include: Sequence[str] = ()) -> dict[str, Any]:
        """The "ids" that are there, of all or of those given, and the "embeddings" if asked for."""
        wanted = None if ids is None else list(ids)
        found = self._bindings.get(
            self._id, wanted, None, None, 0, None, list(include), _TENANT, _DATABASE
        )
        embeddings = np.array(found.embeddings) if "embeddings" in include else None
        return {"ids": found.ids, "embeddings": embeddings}

    def count(self) -> int:
        """The number of vectors."""
        return int(self._bindings.count(self._id, _TENANT, _DATABASE))


def open_collection(folder: Path, name: str) -> CoreCollection | None:
    """The collection of that name in a store's folder; None where the client has to look.

    That is where there is no such store or collection yet, where the store is of another version,
    and where the core is not as it is known here. Nothing is written.
    """
    file = folder / _FILE
    if not file.exists():
        return None
    try:
        import chromadb_rust_bindings as core

        # "Validate": a store that has to be brought up to date is the client's affair.
        config = core.SqliteDBConfig(
            hash_type=core.MigrationHash.MD5,
            migration_mode=core.MigrationMode.Validate,
            url=str(file),
        )
        bindings = core.Bindings(
            allow_reset=False,
            sqlite_db_config=config,
            persist_path=str(folder),
            hnsw_cache_size=_most_files() // _FILES_PER_INDEX,
        )
        return CoreCollection(bindings, str(bindings.get_collection(name, _TENANT, _DATABASE).id))
    except Exception:  # the core raises types of its own; the client explains what is wrong
        return None


def _most_files() -> int:
    """The number of files that this process may have open."""
    if sys.platform == "win32":
        return _FEW_FILES
    import resource

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return limit if limit > 0 else _FEW_FILES  # -1: no limit
