"""Vectors on a real Chroma server: shared by libraries, away at times, moved to without work."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from chroma_server import free_port, running
from loopback import serving

from assistant import offline, paths
from assistant.cli.main import main
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import OfflineError, SettingsError
from assistant.library.chroma_server import RemoteChromaStore
from assistant.library.events import Embedding
from assistant.library.library import Library
from assistant.library.ports import VectorsUnavailable, VectorsUnreachable
from assistant.retrieval.retriever import prepare, search
from assistant.wiring import open_vector_store

ASK = ["ask", "--model", "none", "When was the Oberbaum Bridge built?"]
Open = Callable[[str, str], Library]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.md"
    path.write_text("The Oberbaum Bridge was built in 1896.\n", encoding="utf-8")
    return path


@pytest.fixture
def opened(embedder: OnnxEmbedder) -> Open:
    def made(name: str, url: str) -> Library:
        folder = paths.library_folder(name)
        return Library(folder, open_vector_store(folder, url), embedder)

    return made


def test_libraries_share_a_server_and_nothing_else(
    opened: Open, chroma_url: str, tmp_path: Path
) -> None:
    made = []
    for name, text in (("Tölt & Trab", "A horse gallops."), ("cats", "A cat sleeps.")):
        path = tmp_path / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        library = opened(name, chroma_url)
        list(library.add([str(path)]))
        made.append(library)
    horses, cats = made
    for library, question in ((horses, "cat"), (cats, "horse")):
        query = prepare(library, question)
        assert query.vector is not None
        assert [i for i, _ in library.vectors.nearest(query.vector, 9)] == [1]
    assert isinstance(horses.vectors, RemoteChromaStore)
    assert horses.vectors.collection_name.startswith("t-lt-trab-")
    assert RemoteChromaStore(chroma_url, horses.folder).count() == 1
    horses.vectors.delete()
    with pytest.raises(VectorsUnavailable, match="holds nothing of this library"):
        horses.vectors.nearest(np.ones(384, np.float32), 1)
    assert cats.vectors.count() == 1
    list(horses.sync())
    assert horses.vectors.count() == 1


def test_moving_to_a_server_and_back_embeds_only_what_is_new(
    opened: Open, chroma_url: str, tmp_path: Path
) -> None:
    for number in range(3):
        (tmp_path / "n").mkdir(exist_ok=True)
        (tmp_path / "n" / f"{number}.txt").write_text(f"Bridge {number}.", encoding="utf-8")
    here = opened("moved", "")
    list(here.add([str(tmp_path / "n")]))
    vectors = here.vectors.read([1, 2, 3])
    here.close()
    there = opened("moved", chroma_url)
    assert not [e for e in there.sync() if isinstance(e, Embedding)]
    assert np.allclose([*there.vectors.read([1, 2, 3]).values()], [*vectors.values()], atol=1e-6)
    (tmp_path / "n" / "1.txt").unlink()
    (tmp_path / "n" / "3.txt").write_text("Bridge 3.", encoding="utf-8")
    assert Embedding(1, 1) in list(there.sync())
    assert there.vectors.ids() == {1, 3, 4}
    there.close()
    back = opened("moved", "")
    assert [e for e in back.sync() if isinstance(e, Embedding)] == [Embedding(1, 1)]
    assert back.vectors.ids() == {1, 3, 4}
    back.close()


def test_while_the_server_is_away_words_answer_and_one_sentence_says_why(
    tmp_path: Path,
    note: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    monkeypatch.setenv("ASSISTANT_STORE_URL", f"http://127.0.0.1:{port}")
    assert main(["add", "--library", "far", str(note)]) == 2
    told = capsys.readouterr().err
    assert "cannot be reached" in told
    assert "Traceback" not in told
    assert main([*ASK, "--library", "far"]) == 0
    answered = capsys.readouterr()
    assert "1896" in answered.out
    assert answered.err.count("cannot be reached") == 1
    with running(tmp_path / "data", port):
        assert main(["sync", "--library", "far"]) == 0
        assert main([*ASK, "--library", "far"]) == 0
        assert "reached" not in capsys.readouterr().err


def test_a_server_that_comes_back_is_used_again(opened: Open, tmp_path: Path, note: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port) as url:
        library = opened("far", url)
        list(library.add([str(note)]))
        query = prepare(library, "bridge")
        assert query.vector is not None
        assert library.vectors.nearest(query.vector, 1)
    with pytest.raises(VectorsUnreachable):
        library.vectors.nearest(query.vector, 1)
    with pytest.raises(VectorsUnreachable):  # which loses nothing
        list(library.sync())
    assert library.document_store.waiting_count() == 0
    assert "cannot be reached" in search(library, query, 1)[1]
    with running(tmp_path / "data", port):
        assert library.vectors.nearest(query.vector, 1)[0][0] == 1
    library.close()


def test_deleting_a_library_deletes_its_collection(
    chroma_url: str, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STORE_URL", chroma_url)
    assert main(["add", "--library", "gone", str(note)]) == 0
    folder = paths.library_folder("gone")
    name = RemoteChromaStore(chroma_url, folder).collection_name
    assert main(["libraries", "rename", "gone", "going"]) == 0
    assert main(["libraries", "delete", "going", "--yes"]) == 0
    folder.mkdir()
    (folder / "collection").write_text(name, encoding="ascii")
    with pytest.raises(VectorsUnavailable, match="holds nothing"):
        RemoteChromaStore(chroma_url, folder).nearest(np.ones(384, np.float32), 1)


def test_only_the_server_that_was_set_may_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "_allowed", Counter())
    open_vector_store(tmp_path, "http://192.0.2.7:8000")
    offline._check_address("192.0.2.7", 8000)
    for host, port in (("192.0.2.7", 8001), ("192.0.2.8", 8000)):
        with pytest.raises(OfflineError):
            offline._check_address(host, port)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://a", "http://", "http://a/b", "http://a:x"]
)
def test_a_url_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="no URL of a Chroma server"):
        open_vector_store(tmp_path, url)


def test_another_server_is_not_taken_for_a_vector_store(tmp_path: Path) -> None:
    with (
        serving(lambda handler: handler.reply(200, b"<html>")) as server,
        pytest.raises(VectorsUnreachable, match="no Chroma server"),
    ):
        open_vector_store(tmp_path, server.url).open()
