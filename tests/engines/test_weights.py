"""Weights are found in packages, checked by sha256, and refused when they are others."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.engines import catalog, weights
from assistant.engines.catalog import Weights
from assistant.errors import WeightsError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """A package of weights of our own making, importable from a folder."""
    folder = tmp_path / "tiny_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    (folder / "tiny.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    digest = "9d98ad13fc1817e54f3c3c75ac73a72c63cbb1f3a17d6f56c8e8fddc1f2d5e41"
    return Weights("tiny_weights", "tiny.bin", digest, 7)


def actual(package: Weights) -> Weights:
    return replace(package, sha256=weights.sha256(weights.locate(package)))


def test_both_shipped_models_are_installed_and_right() -> None:
    for known in (catalog.embedder().weights, catalog.llm().weights):
        assert known is not None
        assert weights.verified(known).stat().st_size == known.bytes


def test_a_wrong_hash_or_size_is_refused(package: Weights) -> None:
    with pytest.raises(WeightsError, match="damaged"):
        weights.verified(package)
    right = actual(package)
    assert weights.verified(right).name == "tiny.bin"
    weights.locate(package).write_bytes(b"weight")
    with pytest.raises(WeightsError, match="damaged"):
        weights.verified(right)


def test_a_change_is_seen_although_the_hash_is_remembered(package: Weights, home: Path) -> None:
    right = actual(package)
    weights.verified(right)
    assert "tiny.bin" in (home / "verified.json").read_text()
    path = weights.locate(package)
    path.write_bytes(b"WEIGHTS")
    with pytest.raises(WeightsError):
        weights.verified(right)


@pytest.mark.parametrize("garbage", ["", "[]", "{", '{"x": 3}'])
def test_a_broken_memory_is_only_a_cache(package: Weights, home: Path, garbage: str) -> None:
    (home / "verified.json").write_text(garbage)
    assert weights.verified(actual(package))


def test_a_missing_package_or_file_says_how_to_get_it(package: Weights) -> None:
    for gone in (replace(package, package="no_such_package_here"), replace(package, file="gone")):
        with pytest.raises(WeightsError, match="uv sync"):
            weights.locate(gone)


def test_an_unknown_model_names_those_that_are_known() -> None:
    with pytest.raises(WeightsError, match="smollm2-135m"):
        catalog.llm("gpt-9")
