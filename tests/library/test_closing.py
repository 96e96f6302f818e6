"""Closing a library while other threads are at work in it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# In a process of its own: what this guards against is a crash in SQLite's code.
_PROGRAM = """
import sys, threading, time
from pathlib import Path
from assistant.errors import LibraryError
from assistant.library.document_store import DocumentStore

def work(catalogue, number):
    try:
        while True:
            if number % 2:
                catalogue.set_settings({f"key {number}": "x" * 5000})
            else:
                catalogue.documents()
                catalogue.term_frequency(["a", "b"])
    except LibraryError:
        pass

for turn in range(40):
    catalogue = DocumentStore(Path(sys.argv[1]))
    threads = [threading.Thread(target=work, args=(catalogue, n)) for n in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.005)
    catalogue.close()
    for thread in threads:
        thread.join()
"""


def test_threads_that_read_and_write_are_told_that_it_is_closed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
