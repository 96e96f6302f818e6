"""The evidence reader: its spans stand in their sentences, and a bad file is one plain sentence."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import paths
from assistant.engines.reader import OnnxReader, SentenceReading, _windows
from assistant.errors import EngineError, WeightsError
from assistant.language.sentences import sentence_spans

MODEL = paths.shipped("models") / "evidence-reader" / "reader.onnx"
TOKENIZER = paths.shipped("models") / "all-MiniLM-L6-v2" / "tokenizer.json"

CAKE = (
    "The bakery opened in 1931 on Mill Street. Its founder, Clara Weiss, had come from Vienna. "
    "The shop burned down in 1954 and was never rebuilt."
)
SHIP = "The Aurora sailed from Bergen with forty men. She carried salt and timber."


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader(MODEL, TOKENIZER)


def read(reader: OnnxReader, question: str, *passages: str) -> list[list[SentenceReading]]:
    return reader.read(question, passages, [sentence_spans(p) for p in passages])


def test_the_answer_is_found_in_its_sentence(reader: OnnxReader) -> None:
    readings = read(reader, "Who founded the bakery?", SHIP, CAKE)
    best = max((r for passage in readings for r in passage), key=lambda r: r.score)
    assert best is max(readings[1], key=lambda r: r.score)
    assert "Clara Weiss" in CAKE[slice(*best.span)]


def test_a_question_that_nothing_answers_scores_lower(reader: OnnxReader) -> None:
    def best(question: str) -> float:
        return max(r.score for r in read(reader, question, CAKE)[0])

    assert best("When did the shop burn down?") > 0 > best("What is the boiling point of mercury?")


def test_the_same_passage_reads_alike_alone_and_among_others(reader: OnnxReader) -> None:
    alone = read(reader, "When did the bakery open?", CAKE)[0]
    among = read(reader, "When did the bakery open?", SHIP, CAKE, CAKE[:40])[1]
    assert [r.span for r in alone] == [r.span for r in among]
    assert [r.score for r in alone] == pytest.approx([r.score for r in among], abs=0.5)


def test_a_mark_of_the_tokenizer_in_a_document_is_text(reader: OnnxReader) -> None:
    passage = "The code is [SEP] and nothing else."
    (reading,) = read(reader, "What is the code?", passage)[0]
    assert 0 <= reading.span[0] < reading.span[1] <= len(passage)


@settings(max_examples=40, deadline=None)
@given(
    question=st.text(max_size=200),
    passages=st.lists(
        st.one_of(
            st.text(max_size=300),
            st.text(alphabet="ab. \n\u4e16\u0e01\u05d0\u200b\u0301\U0001f600é", max_size=300),
        ),
        max_size=3,
    ),
)
def test_every_span_lies_in_its_sentence(
    reader: OnnxReader, question: str, passages: list[str]
) -> None:
    sentences = [sentence_spans(p) for p in passages]
    readings = reader.read(question, passages, sentences)
    assert [len(r) for r in readings] == [len(s) for s in sentences]
    for passage, spans, found in zip(passages, sentences, readings, strict=True):
        for (start, end), reading in zip(spans, found, strict=True):
            assert start <= reading.span[0] <= reading.span[1] <= end <= len(passage)


def test_a_passage_of_ten_thousand_words_is_read_to_its_end(reader: OnnxReader) -> None:
    passage = "the rain fell again and " * 2000 + "Clara Weiss founded the bakery in 1931."
    readings = read(reader, "Who founded the bakery?", passage)[0]
    best = max(readings, key=lambda r: r.score)
    assert "Clara Weiss" in passage[slice(*best.span)]


def test_a_question_of_five_hundred_words_is_cut_not_refused(reader: OnnxReader) -> None:
    assert len(read(reader, "who founded it " * 170, CAKE)[0]) == 3


def test_nothing_to_read_gives_nothing(reader: OnnxReader) -> None:
    assert reader.read("Who?", [], []) == []
    assert reader.read("Who?", ["", "  "], [[], []]) == [[], []]


@given(tokens=st.integers(0, 3000), question=st.integers(0, 64))
def test_windows_cover_every_token(tokens: int, question: int) -> None:
    windows = list(_windows(0, list(range(tokens)), [7] * question))
    assert {t for w in windows for t in range(w.first, w.last)} == set(range(tokens))
    for window in windows:
        assert len(window.ids) <= 256
        body = window.ids[window.shift : window.shift + window.last - window.first]
        assert body == list(range(window.first, window.last))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        OnnxReader(tmp_path / "none.onnx", TOKENIZER).load()


def test_a_truncated_file_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "reader.onnx"
    broken.write_bytes(MODEL.read_bytes()[:100_000])
    with pytest.raises(EngineError, match="is not loaded: it is no ONNX file"):
        OnnxReader(broken, TOKENIZER).load()


def test_another_hash_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="sha256"):
        OnnxReader(MODEL, TOKENIZER, sha256="0" * 64).load()


def test_another_tokenizer_is_said(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    other = tmp_path / "tokenizer.json"
    Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]")).save(str(other))
    with pytest.raises(EngineError, match="tokenizer"):
        OnnxReader(MODEL, other).load()


def test_it_names_its_weights(reader: OnnxReader) -> None:
    assert len(reader.describe()["sha256"]) == 64
