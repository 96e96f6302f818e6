"""Libraries as a whole: copy, rename, delete, export to one file, import with verification.

An export is a zip file: `manifest.json` (versions, counts, the sha256 of the other parts),
`catalogue.sqlite3`, and the vectors as `ids.npy` and `vectors.npy`, so that nothing is embedded
again where it is imported. What is made appears under its name only when it is whole.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from assistant import paths
from assistant.errors import LibraryError
from assistant.library.catalogue import Catalogue
from assistant.library.database import FILE, SCHEMA_VERSION
from assistant.library.library import Library, exists
from assistant.library.locking import WriteLock
from assistant.library.verify import verify_catalogue

FORMAT = "assistant-library"
FORMAT_VERSION = 1
_MANIFEST = "manifest.json"
_PARTS = (FILE, "ids.npy", "vectors.npy")
_MANIFEST_BYTES = 100_000
_PIECE = 1 << 20
_VECTORS_AT_ONCE = 2_000


def export_library(library: Library, target: Path) -> dict[str, Any]:
    """Write a library to one file; returns its manifest. Raises LibraryError."""
    with _explained(), _locked(library.folder), _place(target) as beside:
        work = beside.with_suffix(".parts")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            library.catalogue.copy_to(work / FILE)
            _save_vectors(library, work)
            manifest = _manifest(library, work)
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
                for name in _PARTS:
                    archive.write(work / name, name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return manifest


def import_library(source: Path, name: str) -> dict[str, Any]:
    """Make a library of an exported file, after all of it was verified; returns its manifest.

    The vectors lie beside the catalogue until `adopt_vectors` puts them into the store. Raises
    LibraryError if there is a library of this name, or for a file that is not whole.
    """
    target = _free(name)
    with _explained(), _folder(target) as work, _opened(source) as archive:
        manifest = _read_manifest(archive)
        for part in _PARTS:
            _extract(archive, part, work / part, manifest["parts"].get(part, {}))
        problems = verify_catalogue(work, manifest["documents"], manifest["passages"])
        if problems:
            raise LibraryError(f"{source} is damaged: {problems[0]}.", "Export it again.")
    return manifest


def adopt_vectors(library: Library) -> int:
    """Put vectors that came with an import into the store; how many. What is missing is embedded
    by whoever finishes the library.
    """
    import numpy as np

    ids_file, vectors_file = (library.folder / name for name in _PARTS[1:])
    if not ids_file.exists():
        return 0
    try:
        ids = np.load(ids_file, allow_pickle=False)
        vectors = np.load(vectors_file, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise LibraryError("The vectors that were imported cannot be read.", "") from error
    library.catalogue.mark_all_waiting()
    if vectors.ndim == 2 and vectors.shape == (len(ids), library.embedder.dimension):
        known = library.catalogue.passages
        for i in range(0, len(ids), _VECTORS_AT_ONCE):
            part = [int(n) for n in ids[i : i + _VECTORS_AT_ONCE]]
            if set(known(part)) == set(part):
                library.vectors.put(part, np.ascontiguousarray(vectors[i : i + len(part)]))
                library.catalogue.mark_embedded(part)
    for file in (ids_file, vectors_file):
        file.unlink()
    return len(ids)


def copy_library(name: str, new: str) -> None:
    """Make a copy of a library under another name."""
    source = _present(name)
    target = _free(new)
    with _explained(), _locked(source), _folder(target) as work:
        catalogue = Catalogue(source)
        catalogue.copy_to(work / FILE)
        catalogue.close()
        if (source / "vectors").is_dir():
            shutil.copytree(source / "vectors", work / "vectors")


def rename_library(name: str, new: str) -> None:
    """Give a library another name."""
    source = _present(name)
    target = _free(new)
    with _explained(), _locked(source):
        os.replace(source, target)


def delete_library(name: str) -> None:
    """Delete a library for good; the files that were added stay where they are."""
    source = _present(name)
    doomed = source.with_name(f".{name}.deleted")
    with _explained():
        shutil.rmtree(doomed, ignore_errors=True)
        with _locked(source):
            os.replace(source, doomed)
        shutil.rmtree(doomed)


def _save_vectors(library: Library, work: Path) -> None:
    import numpy as np

    ids = library.catalogue.embedded()
    kept: list[int] = []
    rows = []
    for i in range(0, len(ids), _VECTORS_AT_ONCE):
        found = library.vectors.read(ids[i : i + _VECTORS_AT_ONCE])
        kept += found
        rows += list(found.values())
    np.save(work / "ids.npy", np.array(kept, dtype=np.int64))
    np.save(
        work / "vectors.npy",
        np.array(rows, dtype=np.float32).reshape(len(kept), library.embedder.dimension),
    )


def _manifest(library: Library, work: Path) -> dict[str, Any]:
    catalogue = library.catalogue
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "name": library.name,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "schema": SCHEMA_VERSION,
        "embedder": catalogue.setting("embedder"),
        "passage_version": catalogue.setting("passage_version"),
        "documents": len(catalogue.states()),
        "passages": catalogue.passage_count(),
        "parts": {
            name: {"bytes": (work / name).stat().st_size, "sha256": _sha256(work / name)}
            for name in _PARTS
        },
    }


def _read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    with archive.open(_MANIFEST) as file:
        manifest = json.loads(file.read(_MANIFEST_BYTES))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise LibraryError("The file is not an exported library.", "See `assistant libraries`.")
    if manifest.get("version") != FORMAT_VERSION or manifest.get("schema", 0) > SCHEMA_VERSION:
        raise LibraryError(
            "The file was exported by a newer version of the assistant.", "Update the assistant."
        )
    return manifest


def _extract(archive: zipfile.ZipFile, name: str, target: Path, expected: dict[str, Any]) -> None:
    """Write a part, no more of it than the manifest says, and compare its sum."""
    size = int(expected["bytes"])
    digest = hashlib.sha256()
    with archive.open(name) as part, target.open("wb") as file:
        left = size + 1
        while piece := part.read(min(_PIECE, left)):
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    if left != 1 or digest.hexdigest() != expected["sha256"]:
        raise LibraryError(f"The part {name} is not as it was exported.", "Export it again.")


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, RuntimeError) as error:
        raise LibraryError(
            f"{source} is not an exported library, or it is damaged.", "Export it again."
        ) from error


@contextmanager
def _place(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its place when it is whole."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, target)
    finally:
        with suppress(OSError):
            beside.unlink()


@contextmanager
def _folder(target: Path) -> Iterator[Path]:
    """A folder that gets its name when it is whole."""
    work = target.with_name(f".{target.name}.{os.getpid()}.new")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        yield work
        os.replace(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = WriteLock(folder)
    for _ in lock.acquire(wait=False):
        pass
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise LibraryError(
            f"{error.strerror or error}{where}.", "Check the disk and the permissions."
        ) from error


def _present(name: str) -> Path:
    if not exists(name):
        raise LibraryError(f"There is no library named {name!r}.", "See `assistant libraries`.")
    return paths.library_folder(name)


def _free(name: str) -> Path:
    target = paths.library_folder(name)
    if exists(name):
        raise LibraryError(f"There is a library named {name!r}.", "Choose another name.")
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    return target


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        feed(file, digest)
    return digest.hexdigest()


def feed(file: IO[bytes], digest: Any) -> None:
    """Put all of a file into a digest."""
    while piece := file.read(_PIECE):
        digest.update(piece)
