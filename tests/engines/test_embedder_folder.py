"""An embedder of the person's own: pooling and prefixes are read or known, and matter."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.cli.main import main
from assistant.engines import catalog, embedder_folder, weights
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import WeightsError

TEXTS = ["The bridge was built in 1896.", "It rains."]


def folder_of(place: Path, name: str, **files: object) -> Path:
    """The shipped model in a folder as hubs have it, under another name and with other files."""
    known = catalog.embedder()
    folder = place / name
    (folder / "onnx").mkdir(parents=True)
    (folder / "1_Pooling").mkdir()
    shutil.copy(weights.locate(known.weights), folder / "onnx" / "model.onnx")
    shutil.copy(known.tokenizer, folder / "tokenizer.json")
    (folder / "config.json").write_text(
        json.dumps({"hidden_size": 384, "max_position_embeddings": 512})
    )
    for path, value in files.items():
        target = {"pooling": "1_Pooling/config.json"}.get(path, f"{path}.json")
        (folder / target).write_text(json.dumps(value))
    return folder


@pytest.mark.parametrize(
    ("name", "pooling", "query", "passage"),
    [
        ("bge-small-en-v1.5", "cls", "Represent this sentence for searching", ""),
        ("bge-m3", "cls", "", ""),
        ("multilingual-e5-small", "mean", "query: ", "passage: "),
        ("gte-base", "mean", "", ""),
        ("granite-embedding-107m-multilingual", "cls", "", ""),
        ("nomic-embed-text-v1.5", "mean", "search_query: ", "search_document: "),
        ("something-else", "mean", "", ""),
    ],
)
def test_families_are_known_by_name(
    tmp_path: Path, name: str, pooling: str, query: str, passage: str
) -> None:
    entry = embedder_folder.read(folder_of(tmp_path, name))
    assert entry.pooling == pooling
    assert entry.query_prefix.startswith(query)
    assert bool(entry.query_prefix) == bool(query)
    assert entry.passage_prefix == passage
    assert (entry.dimension, entry.max_tokens) == (384, 512)


def test_what_the_folder_states_goes_before_the_family(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        "bge-mine",
        pooling={"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True},
        config_sentence_transformers={"prompts": {"query": "Q: ", "document": "D: "}},
        sentence_bert_config={"max_seq_length": 128},
    )
    entry = embedder_folder.read(folder)
    assert (entry.pooling, entry.query_prefix, entry.passage_prefix) == ("mean", "Q: ", "D: ")
    assert entry.max_tokens == 128


def test_the_same_model_from_a_folder_gives_the_same_vectors(
    tmp_path: Path, embedder: OnnxEmbedder
) -> None:
    mine = OnnxEmbedder(embedder_folder.read(folder_of(tmp_path, "mini")))
    assert np.allclose(mine.embed(TEXTS), embedder.embed(TEXTS), atol=1e-5)
    assert mine.describe()["sha256"] == embedder.describe()["sha256"]


def test_pooling_and_prefixes_take_part_in_the_vectors(tmp_path: Path) -> None:
    cls = OnnxEmbedder(embedder_folder.read(folder_of(tmp_path, "bge-x")))
    e5 = OnnxEmbedder(embedder_folder.read(folder_of(tmp_path, "e5-x")))
    plain = OnnxEmbedder(embedder_folder.read(folder_of(tmp_path, "plain")))
    assert not np.allclose(cls.embed(TEXTS), plain.embed(TEXTS), atol=1e-2)
    assert np.allclose(e5.embed(TEXTS), plain.embed([f"passage: {t}" for t in TEXTS]), atol=1e-5)
    tokens, vectors, own = e5.embed_tokens(TEXTS[:1], questions=True)[0]
    assert np.allclose(own, plain.embed([f"query: {TEXTS[0]}"])[0], atol=1e-5)
    assert tokens == plain.embed_tokens(TEXTS[:1])[0][0]  # the prefix is none of the text's
    assert vectors.shape == (len(tokens), 384)


def test_what_is_missing_or_unknown_is_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a", pooling={"pooling_mode_max_tokens": True})
    with pytest.raises(WeightsError, match="pools by max_tokens"):
        embedder_folder.read(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(WeightsError, match="no tokenizer"):
        embedder_folder.read(folder)
    (folder / "onnx" / "model.onnx").unlink()
    with pytest.raises(WeightsError, match="no ONNX model"):
        embedder_folder.read(folder)


def test_a_library_goes_on_with_the_embedder_that_made_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note.md"
    note.write_text("The Oberbaum Bridge was built in 1896.\n")
    ask = ["ask", "--model", "none", "When was the Oberbaum Bridge built?"]
    assert main(["add", "--library", "old", str(note)]) == 0
    monkeypatch.setenv("ASSISTANT_EMBEDDER_MODEL", str(folder_of(tmp_path, "bge-x")))
    assert main([*ask, "--library", "old"]) == 0
    assert "sync --reindex --library old` changes over to bge-x@" in capsys.readouterr().err
    assert main(["add", "--library", "new", str(note)]) == 0
    assert main([*ask, "--library", "new", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "1896" in answer["answer"]
    assert answer["embedder"]["name"].startswith("bge-x@")
    monkeypatch.delenv("ASSISTANT_EMBEDDER_MODEL")
    assert main([*ask, "--library", "new"]) == 0
    answered = capsys.readouterr()
    assert "1896" in answered.out
    assert "searched by words alone" in answered.err
