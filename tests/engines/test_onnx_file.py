"""A stranger's ONNX model: it holds its weights itself, and is what its folder says."""

import json
import os
import random
from pathlib import Path

import numpy as np
import pytest
from engines.test_embedder_folder import folder_of

from assistant import paths
from assistant.engines import embedder_folder, onnx_file
from assistant.engines.embedder import OnnxEmbedder
from assistant.engines.onnx import Session
from assistant.engines.reader import OnnxReader
from assistant.errors import EngineError, WeightsError


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def bytes_field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def int_field(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def entry(key: str, value: str) -> bytes:
    return bytes_field(1, key.encode()) + bytes_field(2, value.encode())


def tensor(place: str = "") -> bytes:
    """A tensor w of two floats, of its own or from another file."""
    made = int_field(1, 2) + int_field(2, 1) + bytes_field(8, b"w")
    if not place:
        return made + bytes_field(9, np.array([1, 2], np.float32).tobytes())
    return made + bytes_field(13, entry("location", place)) + int_field(14, 1)


def value(name: bytes) -> bytes:
    size = bytes_field(1, int_field(1, 2))  # a shape of one dimension of two
    kind = bytes_field(1, int_field(1, 1) + bytes_field(2, size))
    return bytes_field(1, name) + bytes_field(2, kind)


def graph(weights: bytes, attribute: bytes = b"") -> bytes:
    node = bytes_field(1, b"x") + bytes_field(1, b"w") + bytes_field(2, b"y")
    node += bytes_field(4, b"Add") + attribute
    made = bytes_field(1, node) + bytes_field(2, b"g") + bytes_field(5, weights)
    return made + bytes_field(11, value(b"x")) + bytes_field(12, value(b"y"))


def model(graph_: bytes) -> bytes:
    opset = bytes_field(8, bytes_field(1, b"") + int_field(2, 13))
    return int_field(1, 8) + opset + bytes_field(7, graph_)


def test_a_model_that_holds_its_weights_runs(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(model(graph(tensor())))
    (y,) = Session(path).run({"x": np.array([10, 20], np.float32)})
    assert list(y) == [11, 22]


@pytest.mark.parametrize("place", ["secret.bin", "../secret.bin", "/etc/passwd", "C:\\secret"])
def test_weights_from_another_file_are_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "secret.bin").write_bytes(b"secrets!")
    path = tmp_path / "model.onnx"
    path.write_bytes(model(graph(tensor(place))))
    with pytest.raises(EngineError, match="weights from another file"):
        Session(path)


def test_so_they_are_wherever_a_tensor_may_stand(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    hidden = tensor("secret.bin")
    attributes = {
        5: hidden,
        10: hidden,
        6: graph(hidden),
        11: graph(tensor(), bytes_field(5, bytes_field(5, hidden))),
        22: bytes_field(1, hidden),
    }
    for number, data in attributes.items():
        path.write_bytes(model(graph(tensor(), bytes_field(5, bytes_field(number, data)))))
        assert "another file" in onnx_file.problem(path), number
    node = bytes_field(7, bytes_field(5, bytes_field(5, hidden)))
    path.write_bytes(model(graph(tensor())) + bytes_field(25, node))
    assert "another file" in onnx_file.problem(path)
    deep = graph(hidden)
    for _ in range(50):
        deep = graph(tensor(), bytes_field(5, bytes_field(6, deep)))
    path.write_bytes(model(deep))
    assert "nested" in onnx_file.problem(path)


def test_a_damaged_file_is_refused_or_refused_by_onnxruntime(tmp_path: Path) -> None:
    good = model(graph(tensor()))
    path = tmp_path / "model.onnx"
    rng = random.Random(1)
    path.write_bytes(b"")
    assert onnx_file.problem(path) == "it is empty"
    refused = 0
    for _ in range(300):
        data = bytearray(good)
        data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.randrange(1, len(data) + 1)])
        refused += bool(onnx_file.problem(path))
    assert refused > 100


def test_the_shipped_models_are_not_refused() -> None:
    assert onnx_file.problem(paths.shipped("models") / "evidence-reader" / "reader.onnx") == ""


def test_an_embedder_that_is_not_what_its_folder_says_is_an_error(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "other-size", config={"hidden_size": 768})
    with pytest.raises(EngineError, match=r"gives .* numbers"):
        OnnxEmbedder(embedder_folder.read(folder)).embed(["It rains."])
    for size in (True, 0, 10**9, "384"):
        (folder / "config.json").write_text(json.dumps({"hidden_size": size}))
        with pytest.raises(WeightsError, match="size of the vectors"):
            embedder_folder.read(folder)
    (folder / "config.json").write_text("[" * 100_000)
    with pytest.raises(WeightsError, match="size of the vectors"):
        embedder_folder.read(folder)
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")
    with pytest.raises(WeightsError, match="size of the vectors"):
        embedder_folder.read(folder)


@pytest.mark.parametrize("prompt", [{"a": 1}, 3, "x" * 5_000])
def test_a_prompt_that_is_no_short_text_is_refused(tmp_path: Path, prompt: object) -> None:
    stated = {"prompts": {"query": prompt}}
    folder = folder_of(tmp_path, "odd", config_sentence_transformers=stated)
    with pytest.raises(WeightsError, match="no short text"):
        embedder_folder.read(folder)


def test_a_model_of_another_kind_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "adds")
    (folder / "onnx" / "model.onnx").write_bytes(model(graph(tensor())))
    with pytest.raises(EngineError, match="cannot compute"):
        OnnxEmbedder(embedder_folder.read(folder)).embed(["It rains."])
    with pytest.raises(EngineError, match="is not an evidence reader"):
        OnnxReader(folder / "onnx" / "model.onnx", folder / "tokenizer.json").load()


def test_a_border_in_a_document_is_text_to_the_embedder(embedder: OnnxEmbedder) -> None:
    ((tokens, _, _),) = embedder.embed_tokens(["It is old. [SEP] It rains. [CLS]"])
    assert "[SEP]" not in tokens
    assert tokens.count("sep") == 1
