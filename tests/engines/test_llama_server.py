"""The set-up of the README with a language model's server: llama.cpp's own, on loopback."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cli.main import main
from assistant.engines import catalog, weights

# Where the processor has AMX, llama.cpp's own build may crash at the first batch; see model.py.
pytestmark = pytest.mark.slow

_SERVER = """
import llama_cpp.llama_cpp as lib
from llama_cpp.server.__main__ import main
made = lib.llama_model_default_params
def params():
    chosen = made()
    chosen.use_extra_bufts = b"AMX_INT8 = 1" not in lib.llama_print_system_info()
    return chosen
lib.llama_model_default_params = params
main()
"""
QUESTION = "When did Ban Ki-moon visit Libya?"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a running server with the embedded model."""
    pytest.importorskip("starlette_context", reason="llama-cpp-python[server] is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    known = catalog.llm().weights
    assert known is not None
    options = ["--model", str(weights.locate(known)), "--port", str(port), "--n_ctx", "2048"]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, *options],
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | {"HOST": "127.0.0.1"},
        )
    try:
        end = time.monotonic() + 120
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(30)


def test_a_server_of_llama_cpp_phrases_the_answers(
    url: str, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    assert main(["models", "use", url]) == 0
    assert "answers from now on" in capsys.readouterr().err
    assert url in (home / "settings.toml").read_text()
    assert main(["ask", "--json", QUESTION]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "October 2014" in answer["answer"]
    assert answer["model"]["url"] == url
    assert answer["usage"]["completion_tokens"] > 0
