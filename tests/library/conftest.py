"""A Chroma server for the tests of libraries."""

from collections.abc import Iterator

import chroma_server
import pytest


@pytest.fixture(scope="package")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Chroma server (180 MB), from the first test that asks for it to the folder's last."""
    with chroma_server.running(tmp_path_factory.mktemp("chroma")) as url:
        yield url
