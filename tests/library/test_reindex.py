"""Another embedder or another splitting is told, offered, and made good where it was stopped."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from chroma_server import both_stores as store_url  # noqa: F401

from assistant.cli.main import main
from assistant.engines import catalog, embedder_folder, weights
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import LibraryError
from assistant.library import index_version, splitter
from assistant.library.events import Embedding, FileIndexed, IndexEvent
from assistant.library.library import Library
from assistant.library.vector_sync import embedded_text
from assistant.query.question import Question
from assistant.retrieval.retriever import prepare, search
from assistant.wiring import open_vector_store

FILES = 4


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> OnnxEmbedder:
    """A real embedder whose vectors are not the default one's: it pools by the first token."""
    known = catalog.embedder()
    folder = tmp_path_factory.mktemp("models") / "bge-other"
    folder.mkdir()
    shutil.copy(weights.locate(known.weights), folder / "model.onnx")
    shutil.copy(known.tokenizer, folder / "tokenizer.json")
    (folder / "config.json").write_text('{"hidden_size": 384, "max_position_embeddings": 512}')
    return OnnxEmbedder(embedder_folder.read(folder))


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    for number in range(FILES):
        path = tmp_path / "n" / f"{number}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# Bridge {number}\n\nBuilt in 190{number}. Of stone.\n", "utf-8")
    list(library.add([str(tmp_path / "n")]))
    return library


def reopened(library: Library, embedder: OnnxEmbedder) -> Library:
    library.close()
    return Library(
        library.folder, open_vector_store(library.folder, library.vectors.place), embedder
    )


def changes(events: list[IndexEvent]) -> list[str]:
    return [e.change for e in events if isinstance(e, FileIndexed)]


def is_in_step(library: Library) -> bool:
    catalogue = library.document_store
    ids = set(catalogue.embedded())
    found = library.vectors.read(sorted(ids))
    texts = {i: "\n".join((*p.headings, p.text)) for i, p in catalogue.passages([*ids]).items()}
    own = dict(zip(texts, library.embedder.embed([*texts.values()]), strict=True))
    return (
        library.vectors.ids() == ids
        and len(ids) == catalogue.passage_count()
        and all(np.allclose(found[i], own[i], atol=1e-3) for i in ids)
    )


def test_another_embedder_is_offered_and_words_answer_until_it_is_taken(
    filled: Library, other: OnnxEmbedder
) -> None:
    library = reopened(filled, other)
    assert "`assistant sync --reindex --library library`" in library.reindex_notice()
    query = prepare(library, Question("When was bridge 2 built?"))
    (found,), notice = search(library, query, 1)
    assert found.passage.text.startswith("Built in 1902")
    # Its vector is made for the question; what the store holds says nothing to this embedder.
    assert query.vector is not None
    own = float(query.vector @ other.embed([embedded_text(found.passage)])[0])
    assert (found.cosine, notice) == (pytest.approx(own, abs=1e-4), "")
    vector = library.vectors.read([found.passage.id])[found.passage.id]
    assert abs(float(query.vector @ vector) - own) > 0.01
    with pytest.raises(LibraryError, match="--reindex"):
        list(library.sync())
    assert list(library.finish()) == []
    events = list(library.reindex())
    assert changes(events) == ["unchanged"] * FILES  # looked at, and not parsed again
    assert Embedding(FILES, FILES) in events
    assert library.reindex_notice() == ""
    assert is_in_step(library)
    assert (
        search(library, prepare(library, Question("When was bridge 2 built?")), 1)[0][0].cosine > 0
    )
    library.close()


def test_a_re_index_that_was_stopped_goes_on_where_it_was(
    filled: Library, other: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.vector_sync._AT_ONCE", 1)
    library = reopened(filled, other)
    running = library.reindex()
    for event in running:
        if event == Embedding(2, FILES):
            break
    running.close()  # type: ignore[attr-defined]
    library = reopened(library, other)
    assert "Re-indexing was stopped" in library.reindex_notice()
    assert library.document_store.waiting_count() == FILES - 2
    assert [e for e in library.reindex() if isinstance(e, Embedding)] == [
        Embedding(1, FILES - 2),
        Embedding(2, FILES - 2),
    ]
    assert library.reindex_notice() == ""
    assert is_in_step(library)
    library.close()


def test_another_splitting_is_offered_and_the_old_vectors_answer_until_then(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "n" / "0.md").unlink()  # and comes back later
    before = filled.document_store.text(str(tmp_path / "n" / "0.md"))
    shutil.move(tmp_path / "n", tmp_path / "away")
    monkeypatch.setattr(index_version, "PASSAGE_VERSION", splitter.PASSAGE_VERSION + 1)
    monkeypatch.setattr(splitter, "TARGET_TOKENS", 3)  # a passage for each sentence
    assert "split into passages in a better way" in filled.reindex_notice()
    found, _ = search(filled, prepare(filled, Question("When was bridge 2 built?")), 1)
    assert found[0].cosine > 0
    list(filled.reindex())  # nothing is there to be read again, and nothing is lost
    assert filled.document_store.passage_count() == FILES
    assert filled.document_store.text(str(tmp_path / "n" / "0.md")) == before
    shutil.move(tmp_path / "away", tmp_path / "n")
    events = list(filled.reindex())
    assert changes(events).count("changed") == FILES - 1
    assert [p.text for p in filled.document_store.passages(range(99)).values()] == [
        text for n in range(1, FILES) for text in (f"Built in 190{n}.", "Of stone.")
    ]
    assert is_in_step(filled)


def test_a_splitting_that_was_stopped_keeps_each_document_whole(
    filled: Library, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_version, "PASSAGE_VERSION", splitter.PASSAGE_VERSION + 1)
    monkeypatch.setattr(splitter, "TARGET_TOKENS", 3)
    running = filled.reindex()
    for event in running:
        if isinstance(event, FileIndexed) and event.change == "changed":
            break
    running.close()  # type: ignore[attr-defined]
    assert filled.document_store.passage_count() == FILES + 1
    library = reopened(filled, embedder)
    events = list(library.reindex())
    assert changes(events).count("changed") == FILES - 1
    assert library.document_store.passage_count() == 2 * FILES
    assert is_in_step(library)
    assert changes(list(library.reindex())).count("changed") == 0
    library.close()


def test_the_doctor_and_ask_name_the_command_and_the_command_does_it(
    tmp_path: Path,
    other: OnnxEmbedder,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    note = tmp_path / "note.md"
    note.write_text("The Oberbaum Bridge was built in 1896.\n", encoding="utf-8")
    ask = ["ask", "--model", "none", "When was the Oberbaum Bridge built?"]
    folder = Path(str(weights.locate(other.entry.weights))).parent
    monkeypatch.setenv("ASSISTANT_EMBEDDER_MODEL", str(folder))
    assert main(["add", str(note)]) == 0
    monkeypatch.delenv("ASSISTANT_EMBEDDER_MODEL")
    assert main(ask) == 0
    assert "`assistant sync --reindex` has made them anew" in capsys.readouterr().err
    main(["doctor", "--model", "none"])
    assert "note     index" in capsys.readouterr().out
    assert main(["sync", "--reindex"]) == 0
    assert main(ask) == 0
    assert "--reindex" not in capsys.readouterr().err
