"""What tests share: a home of their own, the real embedder loaded once, small libraries."""

import hashlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import offline, paths
from assistant.engines import catalog, onnx
from assistant.engines import embedder as embedder_module
from assistant.engines import reader as reader_module
from assistant.engines.embedder import OnnxEmbedder
from assistant.library.library import Library
from assistant.wiring import open_vector_store

SEED_ARTICLE = "000_fbb4ad618a715ec0.txt"


# Run in a script's background the tests would inherit an ignored Ctrl-C, and hand it to every
# program that they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


_outside: list[str] = []


def _count_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        if isinstance(address, tuple) and not offline.is_local(str(address[0])):
            _outside.append(f"{event} {address}")


# Every connection that this process makes, whichever library makes it. What child processes do is
# refused by the guard inside them, and traced by test_offline.py.
sys.addaudithook(_count_outside)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of pytest-xdist has counted."""
    _outside.extend(getattr(node, "workeroutput", {}).get("outside", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["outside"] = _outside
    if _outside:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How often the tests reached for another machine, which fails the run."""
    terminalreporter.write_line(f"Connections to other machines: {len(_outside)}")
    for line in _outside:
        terminalreporter.write_line(f"    {line}")


def _shared_sessions() -> Callable[..., onnx.Session]:
    """A maker of sessions that loads the shipped models, or copies of them, once a process.

    A process that asks loads them once; the tests ask hundreds of times in one process, and what
    onnxruntime takes for a model (90 MB) does not all go back when it goes.
    """
    kept: dict[tuple[str, int | None], onnx.Session] = {}
    entries = (catalog.embedder(), catalog.reader())
    shipped = {entry.weights.sha256 for entry in entries if entry is not None}

    def session(path: Path, workers: int | None = None) -> onnx.Session:
        # Of the bytes as they are now: whoever damages a file gets what it holds then.
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest not in shipped:
            return onnx.Session(path, workers)
        key = (digest, workers)
        if key not in kept:
            kept[key] = onnx.Session(path, workers)
        return kept[key]

    return session


@pytest.fixture(scope="session", autouse=True)
def _models_are_loaded_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        session = _shared_sessions()
        for module in (embedder_module, reader_module):
            patch.setattr(module, "Session", session)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for each test: nothing of the person who runs them is touched."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ASSISTANT_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder(catalog.embedder())


@pytest.fixture
def store_url() -> str:
    """Where libraries have their vectors: in their own folder. Modules that test both override."""
    return ""


@pytest.fixture
def library(tmp_path: Path, embedder: OnnxEmbedder, store_url: str) -> Iterator[Library]:
    """An empty library with real stores."""
    folder = tmp_path / "library"
    made = Library(folder, open_vector_store(folder, store_url), embedder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def seed_library(
    tmp_path_factory: pytest.TempPathFactory, embedder: OnnxEmbedder
) -> Iterator[Library]:
    """The shipped documents, indexed once; tests only read it."""
    folder = tmp_path_factory.mktemp("seeds") / "library"
    made = Library(folder, open_vector_store(folder, ""), embedder)
    list(made.add([str(paths.shipped("seeds"))]))
    yield made
    made.close()
