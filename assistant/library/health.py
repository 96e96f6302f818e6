"""Checks a library and repairs what can be repaired; the texts are the truth, the rest follows."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.documents.document import Document
from assistant.errors import AssistantError, LibraryError
from assistant.library import discovery
from assistant.library.document_store import DocumentStore, SourceFile
from assistant.library.integrity import verify_catalogue
from assistant.library.library import Library
from assistant.library.locks import WriteLock
from assistant.library.ports import VectorsUnreachable
from assistant.library.sqlite import FILE

# Less than this and the next document may not fit.
_FREE_BYTES = 200_000_000

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Finding:
    """A finding of a check; `repair` says what would be done, "" where nothing can or need be."""

    check: str
    state: State
    text: str
    repair: str = ""


def examine_catalogue(folder: Path) -> Finding:
    """Tell whether the catalogue's file, word index and passages are whole."""
    if not DocumentStore.exists(folder):
        return Finding("catalogue", "note", "There is nothing in the library yet.")
    problems = verify_catalogue(folder)
    if problems:
        return Finding("catalogue", "problem", f"{problems[0]}.", "save what can be read")
    return Finding("catalogue", "ok", "It is whole.")


def examine(library: Library) -> Iterator[Finding]:
    """Check vectors, files and disk of a library whose catalogue is whole."""
    yield _vectors(library)
    yield from _files(library)
    yield _disk(library.folder)


def _vectors(library: Library) -> Finding:
    catalogue = library.document_store
    waiting, stale = catalogue.waiting_count(), len(catalogue.stale_vectors())
    try:
        stored = library.vectors.ids()
        embedded = set(catalogue.embedded())
        if embedded & stored:
            one = library.vectors.read([next(iter(embedded & stored))])
            library.vectors.nearest(next(iter(one.values())), 1)
    except VectorsUnreachable as error:
        return Finding("vectors", "problem", str(error))
    except LibraryError as error:
        return Finding("vectors", "problem", str(error), "make the vectors anew")
    orphans, lost = len(stored - embedded - set(catalogue.waiting(waiting or 1))), embedded - stored
    if orphans or lost:
        text = f"{len(lost)} are missing and {orphans} belong to no passage."
        return Finding("vectors", "problem", text, "make and forget them")
    if waiting or stale:
        text = f"Passages without a vector yet: {waiting}."
        return Finding("vectors", "note", text, "make them")
    return Finding("vectors", "ok", f"{len(stored):,}, one for each passage.")


def _files(library: Library) -> Iterator[Finding]:
    changed = gone = 0
    for source, state in library.document_store.states().items():
        try:
            content = discovery.read(Path(source))
            changed += content.sha256 != state.sha256
        except AssistantError:
            gone += 1
    if changed:
        text = f"{changed} have changed since they were read."
        yield Finding("files", "note", text, "read them again")
    if gone:
        yield Finding("files", "note", f"{gone} are not there now; their text is kept.")
    if not changed and not gone:
        yield Finding("files", "ok", "All are as they were when they were read.")
    if skipped := library.document_store.skipped():
        yield Finding("files", "note", f"{len(skipped)} are left out; see `assistant sources`.")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK):
        return Finding("disk", "problem", f"The folder {folder} cannot be written to.")
    if free < _FREE_BYTES:
        return Finding("disk", "problem", f"Only {free / 1e6:.0f} MB are free.")
    return Finding("disk", "ok", f"{free / 1e9:.1f} GB are free.")


def repair(library: Library) -> None:
    """Bring vectors, index and files in step; the catalogue must be whole."""
    stored = None
    try:
        stored = library.vectors.ids()
        if stored:
            (one,) = library.vectors.read([next(iter(stored))]).values()
            library.vectors.nearest(one, 1)
    except VectorsUnreachable:
        raise
    except LibraryError:
        library.vectors.reset()
        library.document_store.mark_all_waiting()
    if stored is not None:
        embedded = set(library.document_store.embedded())
        library.document_store.mark_waiting(sorted(embedded - stored))
        library.vectors.remove(sorted(stored - embedded))
    if library.vectors_match():
        for _ in library.sync():
            pass


def salvage(folder: Path) -> tuple[int, int]:
    """Replace a damaged catalogue by what can be read of it; (documents saved, documents lost).

    The damaged file is kept beside it. A document's text is taken from the catalogue, and split
    as it was: passages are found again in its file if that is unchanged, else in the text alone.
    """
    lock = WriteLock(folder)
    for _ in lock.acquire(wait=False):
        pass
    try:
        kept = folder / "catalogue.damaged.sqlite3"
        work = folder / "salvaged"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        saved, lost = _save(folder, work)
        for suffix in ("", "-wal", "-shm"):
            old = folder / f"{FILE}{suffix}"
            if old.exists():
                os.replace(old, f"{kept}{suffix}")
        os.replace(work / FILE, folder / FILE)
        shutil.rmtree(work)
        shutil.rmtree(folder / "vectors", ignore_errors=True)
    finally:
        lock.release()
    return saved, lost


def _save(folder: Path, work: Path) -> tuple[int, int]:
    from assistant.documents.parsers import parse
    from assistant.library.splitter import split

    new = DocumentStore(work)
    saved = lost = 0
    raw = sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)
    raw.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        for row in _rows(raw):
            if row is None:
                lost += 1
                continue
            source, sha256, size, mtime_ns, parser, text = row
            file = SourceFile(source, sha256, size, mtime_ns, parser)
            try:
                content = discovery.read(Path(source))
                same = content.sha256 == sha256
                document, _ = parse(Path(source), content.data) if same else _plain(source, text)
            except AssistantError:
                document, _ = _plain(source, text)
            new.put(file, document, split(document))
            saved += 1
        for path, is_folder in _safe(raw, "SELECT path, is_folder FROM roots"):
            new.add_root(str(path), is_folder=bool(is_folder))
        settings = {str(k): str(v) for k, v in _safe(raw, "SELECT key, value FROM settings")}
        new.set_settings(settings)
    finally:
        raw.close()
        new._connection.execute("PRAGMA journal_mode = DELETE")
        new.close()
    return saved, lost


def _plain(source: str, text: str) -> tuple[Document, str]:
    from assistant.documents import plain_text

    return plain_text.parse(text.encode("utf-8", "replace"), Path(source).stem), "text"


def _rows(raw: sqlite3.Connection) -> Iterator[tuple[str, str, int, int, str, str] | None]:
    """The documents one by one; None for one that cannot be read."""
    found = _safe(raw, "SELECT MAX(id) FROM documents") or _safe(
        raw, "SELECT seq FROM sqlite_sequence WHERE name = 'documents'"
    )
    last = int(str(found[0][0] or 0)) if found else 0
    for number in range(1, last + 1):
        try:
            row = raw.execute(
                "SELECT source, sha256, bytes, mtime_ns, parser, text FROM documents WHERE id = ?",
                (number,),
            ).fetchone()
        except sqlite3.Error:
            yield None
            continue
        if row is not None:
            yield row


def _safe(raw: sqlite3.Connection, query: str) -> list[tuple[object, ...]]:
    try:
        return raw.execute(query).fetchall()
    except sqlite3.Error:
        return []
