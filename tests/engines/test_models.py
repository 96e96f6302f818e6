"""Models by name, path or URL, and how much can be asked of each by its size."""

from dataclasses import replace
from pathlib import Path

import pytest
from engines.gguf_files import write_gguf

from assistant.engines import catalog, gguf, models, weights
from assistant.settings import Settings


def test_the_catalogue_counts_weights_as_the_file_does() -> None:
    entry = catalog.llm()
    assert entry.weights is not None
    assert entry.parameters == gguf.read(weights.locate(entry.weights)).parameters
    assert entry.size_class == "tiny"
    assert catalog.llm("qwen2.5-1.5b").size_class == "small"
    assert catalog.llm("qwen3-4b").size_class == "large"


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        (0, "tiny"),
        (399_999_999, "tiny"),
        (400_000_000, "small"),
        (2_999_999_999, "small"),
        (3_000_000_000, "large"),
        (None, "large"),
    ],
)
def test_a_model_s_size_is_one_of_three(parameters: int | None, size: str) -> None:
    assert replace(catalog.llm(), parameters=parameters).size_class == size


def test_the_weights_of_one_s_own_file_are_counted(tmp_path: Path) -> None:
    header: dict[str, object] = {"general.architecture": "llama", "general.name": "Mine"}
    path = write_gguf(tmp_path / "mine.gguf", header, weights=96)
    chosen = models.find(str(path), Settings())
    assert (chosen.entry.parameters, chosen.entry.size_class) == (96, "tiny")


def test_an_endpoint_s_model_counts_as_large() -> None:
    chosen = models.find("http://127.0.0.1:1/v1#some", Settings())
    assert (chosen.entry.parameters, chosen.entry.size_class) == (None, "large")
