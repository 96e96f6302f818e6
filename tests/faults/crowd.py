"""One writer and many readers on one library at once.

`uv run python tests/faults/crowd.py --readers 20 --seconds 120` ends with 1 if a reader failed,
waited longer than 10 s, or saw a document that was neither as before nor as after a change.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np

PATIENCE_S = 10.0


def opened(home: Path) -> Any:
    from assistant.engines import catalog
    from assistant.engines.embedder import OnnxEmbedder
    from assistant.library.chroma import LocalChromaStore
    from assistant.library.library import Library

    folder = home / "library"
    embedder = OnnxEmbedder(catalog.embedder(), threads=1)
    return Library(folder, LocalChromaStore(folder / "vectors"), embedder)


def write(home: Path, until: float) -> str:
    """Change files and sync, until the time is over."""
    library = opened(home)
    rng = random.Random(1)
    rounds = 0
    while time.time() < until:
        for _ in range(3):
            path = home / "documents" / f"{rng.randrange(30)}.txt"
            number = rng.randrange(10_000)
            path.write_text(f"The bridge {number} is old. It is {number} again.", encoding="utf-8")
        if rng.random() < 0.3:
            (home / "documents" / f"{rng.randrange(30)}.txt").unlink(missing_ok=True)
        list(library.sync())
        rounds += 1
    held = {d.source: library.document_store.text(d.source) for d in library.sources()}
    there = {str(p): p.read_text(encoding="utf-8") for p in (home / "documents").iterdir()}
    assert held == there, "the library is not the folder"
    assert library.vectors.ids() == set(library.document_store.embedded()), "vectors differ"
    return f"writer: {rounds} syncs"


def read(home: Path, number: int, until: float) -> str:
    """Search by words and vectors, until the time is over."""
    rng = np.random.default_rng(number)
    library = opened(home)
    rounds, slowest = 0, 0.0
    while time.time() < until:
        began = time.perf_counter()
        lexical = library.document_store.match(["bridg"], 20)
        probe = rng.normal(size=library.embedder.dimension).astype(np.float32)
        dense = library.vectors.nearest(probe / np.linalg.norm(probe), 20)
        for passage in library.document_store.passages([i for i, _ in lexical + dense]).values():
            words = passage.text.split()
            assert words[2] == words[7], f"half of two states: {passage.text}"
        slowest = max(slowest, time.perf_counter() - began)
        rounds += 1
        time.sleep(0.05)
    assert slowest < PATIENCE_S, f"waited {slowest:.1f} s"
    return f"reader {number}: {rounds} searches, slowest {slowest * 1000:.0f} ms"


def child(work: Any, *given: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        print(work(*given), flush=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["ASSISTANT_HOME"] = folder
        (home / "documents").mkdir()
        (home / "documents" / "first.txt").write_text("The bridge 1 is old. It is 1 again.")
        assert os.waitpid(child(lambda: list(opened(home).add([f"{home}/documents"]))), 0)[1] == 0
        until = time.time() + options.seconds
        pids = [child(write, home, until)]
        pids += [child(read, home, number, until) for number in range(options.readers)]
        failed = sum(os.waitpid(pid, 0)[1] != 0 for pid in pids)
    print(f"{options.readers} readers and 1 writer for {options.seconds:.0f} s: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
