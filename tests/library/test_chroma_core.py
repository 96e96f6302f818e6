"""Reading by Chroma's core alone says what Chroma's client says, and does without its import."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.library import chroma_core
from assistant.library.chroma import LocalChromaStore, Vectors

NUMBER, DIMENSION = 300, 24

READING = """
import sys
import numpy as np
from pathlib import Path
from assistant.library.chroma import LocalChromaStore
store = LocalChromaStore(Path(sys.argv[1]))
store.open()
print(len(store.nearest(np.eye(1, 24, dtype=np.float32)[0], 5)), store.count(), "chromadb" in sys.modules)
"""


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    drawn = np.random.default_rng(0).normal(size=(NUMBER, DIMENSION)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


@pytest.fixture
def writer(tmp_path: Path, vectors: Vectors) -> LocalChromaStore:
    store = LocalChromaStore(tmp_path / "vectors")
    store.put(range(1, NUMBER + 1), vectors)
    return store


def test_the_core_says_what_the_client_says(writer: LocalChromaStore, vectors: Vectors) -> None:
    reader = LocalChromaStore(writer.folder)
    reader.open()
    assert isinstance(reader._read_from(), chroma_core.CoreCollection)
    assert not isinstance(writer._read_from(), chroma_core.CoreCollection)
    for vector in vectors[:20]:
        assert reader.nearest(vector, 10) == writer.nearest(vector, 10)
    wanted = [5, 3, NUMBER + 9]
    ours, theirs = reader.read(wanted), writer.read(wanted)
    assert list(ours) == list(theirs)
    assert all((ours[i] == theirs[i]).all() and ours[i].dtype == theirs[i].dtype for i in ours)
    assert reader.ids() == writer.ids()
    assert reader.count() == writer.count() == NUMBER


def test_who_reads_by_the_core_and_then_writes_reads_what_it_wrote(
    writer: LocalChromaStore, vectors: Vectors
) -> None:
    writer.remove([1])
    store = LocalChromaStore(writer.folder)
    assert store.nearest(vectors[0], 1)[0][0] != 1
    store.put([NUMBER + 1], vectors[:1])
    assert store.nearest(vectors[0], 1)[0][0] == NUMBER + 1
    store.remove([NUMBER + 1])
    assert store.nearest(vectors[0], 1)[0][0] not in {1, NUMBER + 1}
    assert NUMBER + 1 not in store.ids()


def test_a_process_that_reads_does_not_import_the_client(writer: LocalChromaStore) -> None:
    writer.close()
    done = subprocess.run(
        [sys.executable, "-c", READING, str(writer.folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["5", str(NUMBER), "False"]


@pytest.mark.parametrize("damage", ["absent", "empty", "another's"])
def test_where_there_is_no_such_collection_the_client_looks(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "vectors"
    if damage != "absent":
        folder.mkdir()
        (folder / "chroma.sqlite3").write_bytes(b"" if damage == "empty" else b"no database" * 99)
    before = sorted(folder.iterdir()) if folder.exists() else None
    assert chroma_core.open_collection(folder, "passages") is None
    assert (sorted(folder.iterdir()) if folder.exists() else None) == before
    shutil.rmtree(folder, ignore_errors=True)
    assert LocalChromaStore(folder).count() == 0
