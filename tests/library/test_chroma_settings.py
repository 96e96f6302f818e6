"""Run in a folder of documents, nothing that lies in it says where vectors go."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
from assistant.library.chroma import LocalChromaStore
from pathlib import Path
vectors = LocalChromaStore(Path(sys.argv[1]))
vectors.open()
print(vectors.ids(), type(vectors._client._server).__name__)
"""


@pytest.mark.parametrize(
    "lines",
    [
        "chroma_api_impl=chromadb.api.fastapi.FastAPI\nchroma_server_host=127.0.0.1\n"
        "chroma_server_http_port={port}\n",
        "chroma_server_http_port=no number\n",
        "anonymized_telemetry=True\nchroma_otel_collection_endpoint=http://127.0.0.1:{port}\n",
        "CHROMA_API_IMPL=antigravity.Client\n",
    ],
)
def test_a_file_of_settings_among_documents_is_not_read(tmp_path: Path, lines: str) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        (documents / ".env").write_text(lines.format(port=listening.getsockname()[1]))
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path / "vectors")],
            cwd=documents,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.stdout.split() == ["set()", "RustBindingsAPI"], done.stderr
        with pytest.raises(TimeoutError):
            listening.accept()
