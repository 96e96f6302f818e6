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
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from assistant import paths
from assistant.errors import LibraryError
from assistant.library import index_version, vector_transfer
from assistant.library.chroma import LOCAL_FOLDER
from assistant.library.document_store import DocumentStore
from assistant.library.integrity import verify_catalogue
from assistant.library.library import UNFINISHED, Library, exists
from assistant.library.locks import WriteLock
from assistant.library.pages import Pages
from assistant.library.settings import LibrarySettings
from assistant.library.sqlite import FILE, SCHEMA_VERSION

FORMAT = "assistant-library"
FORMAT_VERSION = 1
_MANIFEST = "manifest.json"
_PARTS = (FILE, vector_transfer.IDS_FILE, vector_transfer.VECTORS_FILE)
_MANIFEST_BYTES = 100_000
_PIECE = 1 << 20


def export_library(library: Library, target: Path) -> dict[str, Any]:
    """Write a library to one file; returns its manifest. Raises LibraryError."""
    with _explained(), _locked(library.folder), _place(target) as beside:
        work = beside.with_suffix(".parts")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            library.document_store.copy_to(work / FILE)
            vector_transfer.save(library.document_store, library.vectors, work)
            manifest = _manifest(library, work)
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
                for name in _PARTS:
                    archive.write(work / name, name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return manifest


def import_library(
    source: Path, name: str, dimensions: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Make a library of an exported file, after all of it was verified; returns its manifest,
    with the language model that it wanted for itself as `left_out`.

    The file may be a stranger's: it is taken whole or not at all. `dimensions` are those of the
    known embedders, by name. The vectors lie beside the catalogue until the library is finished,
    which puts them into the store. Raises LibraryError if there is a library of this name, or for a
    file that is not whole.
    """
    target = _free(name)
    with _explained(), _folder(target) as work, _opened(source) as archive:
        manifest = _read_manifest(archive)
        _extract_parts(archive, work, manifest["parts"])
        problem = _problem(work, manifest, dimensions or {})
        if problem:
            raise LibraryError(f"{source} is damaged: {problem}.", "Export it again.")
        return {**manifest, "left_out": _distrust(work)}


def _extract_parts(archive: zipfile.ZipFile, work: Path, parts: dict[str, Any]) -> None:
    """Write the parts into `work`. Raises LibraryError for others, and for more than fits."""
    expected = {_MANIFEST, *_PARTS}
    if len(archive.namelist()) != len(expected) or set(archive.namelist()) != expected:
        raise LibraryError("The file holds other parts than an export has.", "Export it again.")
    sizes = [parts[name]["bytes"] for name in _PARTS]
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise LibraryError("The sizes of its parts are no sizes.", "Export it again.")
    if sum(sizes) > shutil.disk_usage(work).free:
        raise LibraryError("It is larger than the space that is free.", "Free some space.")
    for name in _PARTS:
        _extract(archive, name, work / name, parts[name])


def _problem(work: Path, manifest: dict[str, Any], dimensions: Mapping[str, int]) -> str:
    """Problems of the parts, in words; "" if all is well."""
    problems = verify_catalogue(work, manifest["documents"], manifest["passages"])
    if problems:
        return problems[0]
    with closing(DocumentStore(work)) as catalogue:
        made_with = index_version.recorded(catalogue)
        passages = [*catalogue.embedded(), *catalogue.waiting(catalogue.passage_count())]
    dimension = made_with.dimension if made_with else 0
    if made_with and dimensions.get(made_with.embedder, dimension) != dimension:
        return f"the embedder {made_with.embedder[:60]!r} does not make {dimension} numbers"
    try:
        vector_transfer.read(work, dimension, passages)
    except ValueError as error:
        return str(error)
    return ""


def _distrust(work: Path) -> str:
    """Forget which language model the library wants: questions would go where a stranger says.

    So would a refresh, to pages of this machine and its network: these are forgotten, too. Returns
    what the model was, or "".
    """
    from assistant.page_fetcher import is_private

    with closing(DocumentStore(work)) as catalogue:
        pages = Pages(catalogue, work)
        pages.forget({page.source for page in pages.all() if is_private(page.url)})
        own = LibrarySettings(catalogue)
        left_out = own.get("model")
        own.set("model", "")
    return left_out


def copy_library(library: Library, new: str) -> None:
    """Make a copy of a library under another name.

    Vectors of a server lie beside the copy's catalogue until it is finished.
    """
    source = library.folder
    target = _free(new)
    with _explained(), _locked(source), _folder(target) as work:
        library.document_store.copy_to(work / FILE)
        if library.vectors.place:
            vector_transfer.save(library.document_store, library.vectors, work)
        elif (source / LOCAL_FOLDER).is_dir():
            shutil.copytree(source / LOCAL_FOLDER, work / LOCAL_FOLDER)


def rename_library(name: str, new: str) -> None:
    """Give a library another name."""
    source = _present(name)
    target = _free(new)
    with _explained(), _locked(source):
        os.replace(source, target)


def delete_library(name: str) -> None:
    """Delete a library for good; the files that were added stay where they are."""
    source = _present(name)
    doomed = source.with_name(UNFINISHED.format(name=f"{name}.deleted"))
    with _explained():
        shutil.rmtree(doomed, ignore_errors=True)
        with _locked(source):
            os.replace(source, doomed)
        shutil.rmtree(doomed)


def _manifest(library: Library, work: Path) -> dict[str, Any]:
    catalogue = library.document_store
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
    size: int = expected["bytes"]
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
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        EOFError,
        RuntimeError,
        AttributeError,
        RecursionError,
        NotImplementedError,
        zlib.error,
    ) as error:
        raise LibraryError(
            f"{source} is not an exported library, or it is damaged.", "Export it again."
        ) from error


@contextmanager
def _place(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its place when it is whole."""
    # The name is always the same: what a killed process left is taken away by the next.
    beside = target.with_name(f".{target.name}.new")
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
    work = target.with_name(UNFINISHED.format(name=target.name))
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
