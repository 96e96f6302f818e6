"""A GGUF's header is read without llama.cpp, and a damaged or hostile one is said in a sentence."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from engines.gguf_files import write_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engines import catalog, gguf, weights
from assistant.errors import WeightsError

LLAMA = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.license": "mit",
    "general.file_type": 15,
    "llama.context_length": 2048,
    "tokenizer.ggml.tokens": ["a"] * 200,
    "tokenizer.chat_template": "{{ messages }}",
}


def test_the_embedded_model_says_what_it_is() -> None:
    known = catalog.llm().weights
    assert known is not None
    info = gguf.read(weights.locate(known))
    assert (info.architecture, info.quantisation, info.context_tokens) == ("llama", "Q4_1", 8192)
    assert 134e6 < info.parameters < 136e6
    assert info.licence == "apache-2.0"
    assert "<|im_start|>" in info.chat_template
    assert info.problem == ""
    assert (info.layers, info.kind) == (30, "model")


def test_a_header_of_our_own_making(tmp_path: Path) -> None:
    info = gguf.read(write_gguf(tmp_path / "tiny.gguf", LLAMA))
    assert (info.name, info.licence, info.quantisation) == ("Tiny", "mit", "Q4_K_M")
    assert (info.context_tokens, info.parameters) == (2048, 64)
    assert info.chat_template == "{{ messages }}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"general.architecture": "bert"}, "writes no text"),
        ({"general.type": "adapter"}, "part of one"),
        ({"split.count": 3}, "one of 3 parts"),
    ],
)
def test_what_cannot_answer_is_said(tmp_path: Path, change: dict[str, object], said: str) -> None:
    assert said in gguf.read(write_gguf(tmp_path / "m.gguf", LLAMA | change)).problem


def test_a_file_that_was_cut_is_told_by_its_tensors(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf", LLAMA, cut=8)
    with pytest.raises(WeightsError, match=r"ends after [\d,]+ of [\d,]+ bytes"):
        gguf.read(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"<html>404</html>",
        b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**63),
        # A list of lists of lists …, and a list longer than the file.
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"k" + struct.pack("<IIQ", 9, 9, 1) * 40,
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"k" + struct.pack("<IIQ", 9, 8, 2**62),
    ],
)
def test_what_is_no_model_is_refused_at_once(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(data)
    with pytest.raises(WeightsError):
        gguf.read(path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_header_with_any_damage_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = write_gguf(tmp_path_factory.mktemp("g") / "m.gguf", LLAMA)
    raw = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(4, len(raw) - 1), min_size=1, max_size=4)):
        raw[at] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    with suppress(WeightsError):
        assert gguf.read(path).bytes == len(raw)
