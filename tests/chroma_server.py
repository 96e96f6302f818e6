"""A real Chroma server on loopback, as `chroma run` starts it.

A module that imports `both_stores as store_url` runs its tests on both vector stores.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

_START_S = 60.0


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[str]:
    """A server with its data in `folder`, until the end of the context; its URL."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("chroma")
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(url)
        yield url
    finally:
        server.kill()
        server.wait()


def _await(url: str) -> None:
    until = time.monotonic() + _START_S
    while True:
        try:
            with urlopen(f"{url}/api/v2/heartbeat", timeout=1):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.slow)])
def both_stores(request: pytest.FixtureRequest) -> str:
    """What store.url is: nothing, and a server."""
    return str(request.getfixturevalue("chroma_url")) if request.param == "server" else ""
