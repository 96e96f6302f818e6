"""What must be true of a library after its process was killed."""

import os
from pathlib import Path
from typing import Any

from lab import COPY, EXPORT, WEIGHTS, Lab, opened, pull


def check_whole(lab: Lab, folder: Path | None = None) -> None:
    """Right after the kill: every document is whole and the catalogue sound."""
    from assistant.library.integrity import verify_catalogue
    from assistant.library.sqlite import FILE

    place = folder or lab.library
    if not (place / FILE).exists():
        return
    problems = verify_catalogue(place)
    assert not problems, problems
    library = opened(lab, folder)
    for record in library.sources():
        expected = words_of(Path(record.source), library.document_store.text(record.source))
        assert stored(library, record.id) == expected, f"{record.source} is half there"
    library.close()


def check_recovered(lab: Lab, operation: str = "sync") -> None:
    """After the next sync: both stores hold just what the folder holds."""
    library = opened(lab)
    if operation == "reindex":
        list(library.reindex())
    assert library.reindex_notice() == ""
    list(library.add([str(lab.documents)]))
    list(library.sync())
    there = {str(path) for path in lab.documents.iterdir()}
    assert {d.source for d in library.sources()} == there, "documents differ"
    for record in library.sources():
        text = Path(record.source).read_text(encoding="utf-8")
        if not record.source.endswith(".csv"):
            assert library.document_store.text(record.source) == text, f"{record.source} is old"
        assert stored(library, record.id) == words_of(
            Path(record.source), library.document_store.text(record.source)
        )
    check_vectors(library)
    ids = library.document_store.embedded()
    assert len(library.vectors.nearest(library.embedder.embed(["bridge"])[0], 5)) == min(
        5, len(ids)
    )
    library.close()
    check_whole(lab)


def check_vectors(library: Any) -> None:
    """Each passage has its vector, made by the library's embedder, and no other is there."""
    from assistant.library.vector_sync import embedded_text

    ids = set(library.document_store.embedded())
    assert library.document_store.waiting_count() == 0
    assert not library.document_store.stale_vectors()
    assert library.vectors.ids() == ids, "vectors differ"
    assert len(ids) == library.document_store.passage_count()
    some = sorted(ids)[:: max(1, len(ids) // 3)]
    texts = [embedded_text(library.document_store.passages([i])[i]) for i in some]
    own = library.embedder.embed(texts)
    found = library.vectors.read(some)
    for row, number in enumerate(some):
        assert float(own[row] @ found[number]) > 0.99, "another embedder's vector"


def check_copied(lab: Lab) -> None:
    """What was copied or imported is not there at all, or all there and never half."""
    from assistant.library.library import names

    assert set(names()) <= {COPY}
    folder = lab.home / "libraries" / COPY
    if not names():
        assert not folder.exists()
        return
    check_whole(lab, folder)
    library, copied = opened(lab), opened(lab, folder)
    list(copied.finish())
    check_vectors(copied)
    texts = [
        {d.source: lib.document_store.text(d.source) for d in lib.sources()}
        for lib in (library, copied)
    ]
    assert texts[0] == texts[1], "the copy differs"
    assert not list(folder.glob("*.npy"))


def check_exported(lab: Lab) -> None:
    """The file is the one of before or the new one; either is imported whole."""
    from assistant.library.transfer import import_library

    manifest = import_library(lab.home / EXPORT, COPY)
    copied = opened(lab, lab.home / "libraries" / COPY)
    list(copied.finish())
    assert len(copied.sources()) == manifest["documents"]
    if not copied.reindex_notice():  # exported by the embedder of now
        check_vectors(copied)


def check_session(lab: Lab) -> None:
    from assistant.sessions import Sessions

    told = (lab.home / "acknowledged").read_text().split("\n")
    complete = [line.split() for line in told[:-1]]
    if complete:
        _, turns = Sessions(lab.home / "sessions").load(complete[-1][0])
        assert [t.question for t in turns][: len(complete)] == [f"{n}?" for _, n in complete]
        assert len(turns) <= len(complete) + 1


def check_renamed(lab: Lab) -> None:
    """The title is of the last change that stands or of the next, and no turn is lost."""
    from assistant.sessions import Sessions

    told = acknowledged(lab)
    if not told:
        return
    sessions = Sessions(lab.home / "sessions")
    name, last = told.split()
    session, turns = sessions.load(name)
    assert session.title in {f"Title {int(last) + more}" for more in (0, 1)}
    asked = [turn.question for turn in turns]
    assert asked in [[f"{n}?" for n in range(1, int(last) + more)] for more in (1, 2)]
    aged(sessions.folder)
    sessions.rename(name, "Another")
    sessions.delete(name)
    sessions.purge()
    assert not [p for p in sessions.folder.rglob("*") if p.is_file()], "a deleted text is there"


def check_marked(lab: Lab) -> None:
    """Every mark that stands is there once, and at most the next one more."""
    from assistant.evaluation import feedback
    from assistant.evaluation.dataset import read

    told = int(acknowledged(lab) or 0)
    if told:
        found = [q.question for q in read(feedback.path_of(lab.home / "marked"))]
        assert found[:told] == [f"Who built bridge {n}?" for n in range(1, told + 1)]
        assert len(found) <= told + 1


def acknowledged(lab: Lab) -> str:
    """The last thing of which the killed process had said that it stands; "" for none."""
    lines = (lab.home / "acknowledged").read_text().split("\n")
    return lines[-2] if len(lines) > 1 else ""


def aged(folder: Path) -> None:
    """What lies in a folder, as if it were of yesterday: what was left is not taken for new."""
    for path in folder.iterdir():
        os.utime(path, (0, 0))


def check_calibrated(lab: Lab) -> None:
    from assistant.library.settings import LibrarySettings

    library = opened(lab)
    kept = LibrarySettings(library.document_store).calibration
    told = acknowledged(lab)
    if told:
        number, _, rest = kept.partition(" ")
        assert rest == "x" * 5_000, "half a calibration"
        assert int(number) in {int(told), int(told) + 1}, "an old calibration"
    library.close()
    check_whole(lab)


def check_settings(lab: Lab) -> None:
    """Both settings are there, of the last change that stands or of the one after it."""
    from assistant import settings

    told = int(acknowledged(lab) or 0)
    found = settings.load()
    if told:
        assert {found.llm_threads, found.answering_max_tokens} <= {told, told + 1}
    aged(lab.home)
    settings.save("serve.port", 1)
    settings.save("serve.port", None)
    assert not list(lab.home.glob(".settings.toml.*"))


def check_token(lab: Lab) -> None:
    from assistant.server.admission import kept_token

    token, _ = kept_token()
    assert len(token) >= 40
    assert acknowledged(lab) in {"", token}


def check_pulled(lab: Lab) -> None:
    """The file is whole or not there; the next pull makes it whole, and leaves nothing beside."""
    target = lab.home / "models" / "m.gguf"
    assert not target.exists() or target.read_bytes() == WEIGHTS
    aged(target.parent)
    pull(lab)
    assert target.read_bytes() == WEIGHTS
    assert [p.name for p in target.parent.iterdir()] == ["m.gguf"]


def check_migrated(lab: Lab) -> None:
    from assistant.library.document_store import DocumentStore

    catalogue = DocumentStore(lab.home / "old")
    assert [p.text for p in catalogue.passages([1, 2, 3]).values()] == ["one", "two", "three"]
    assert len(catalogue.roots()) == 3
    catalogue.close()


def words_of(path: Path, text: str) -> list[str]:
    """The words that the passages of a stored text must hold, sorted."""
    from assistant.documents.parsers import parse
    from assistant.library.splitter import split

    if path.suffix == ".csv":  # what is stored is what was read of it, not the file
        path = path.with_suffix(".txt")
    document, _ = parse(path, text.encode())
    return sorted(" ".join(document.text[p.start : p.end] for p in split(document)).split())


def stored(library: Any, document_id: int) -> list[str]:
    """The words of a document's passages, sorted."""
    rows = library.document_store._rows(
        'SELECT substr(d.text, p.start + 1, p."end" - p.start) FROM passages p'
        " JOIN documents d ON d.id = p.document_id WHERE d.id = ?",
        (document_id,),
    )
    return sorted(" ".join(str(text) for (text,) in rows).split())
