"""How much work an answer does, counted and not timed: a guard against doing more of it."""

import gc
import shutil
import sqlite3
import threading
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes import ScriptedLlm

from assistant.answering import prompts
from assistant.answering.generator import GenerationConfig
from assistant.answering.llm import Finished
from assistant.answering.pipeline import Answerer, AnswerModels
from assistant.assistant import Assistant
from assistant.engines.embedder import OnnxEmbedder
from assistant.engines.models import NO_MODEL
from assistant.engines.onnx import Session
from assistant.engines.reader import OnnxReader
from assistant.language.words import approximate_tokens
from assistant.library.library import Library
from assistant.retrieval.evidence_search import CANDIDATES, READ_CANDIDATES
from assistant.retrieval.reader import READ_AT_MOST
from assistant.retrieval.reranker import shipped_models
from assistant.wiring import shipped_reader

QUESTIONS = (
    "When did Ban Ki-moon visit Libya?",
    "How far is Gharyan from Tripoli?",
    "How do I add a folder?",
)
QUESTION = QUESTIONS[0]


class CountingSession:
    """A model's session that notes what it computes: (rows, tokens of a row) of each call."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.inputs = session.inputs
        self.outputs = session.outputs
        self.shapes: list[tuple[int, int]] = []

    def run_each(self, inputs: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
        given = list(inputs)
        self.shapes += [one["input_ids"].shape for one in given]
        return self._session.run_each(given)

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.shapes)

    @property
    def tokens(self) -> int:
        return sum(rows * length for rows, length in self.shapes)


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    found = shipped_reader()
    assert found is not None
    return found


def counted(model: OnnxEmbedder | OnnxReader, monkeypatch: pytest.MonkeyPatch) -> CountingSession:
    session, tokenizer = model._parts()
    counting = CountingSession(session)
    monkeypatch.setattr(model, "_loaded", (counting, tokenizer))
    return counting


def answerer(
    library: Library, reader: OnnxReader | None = None, llm: ScriptedLlm | None = None
) -> Answerer:
    return Answerer(
        library,
        AnswerModels(shipped_models(), reader, llm),
        GenerationConfig("phrase", prompts.load("phrase"), prompts.load("compose")),
    )


@pytest.fixture
def statements(seed_library: Library) -> Iterator[list[str]]:
    connection = seed_library.document_store._connection
    assert isinstance(connection, sqlite3.Connection)
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    yield seen
    connection.set_trace_callback(None)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_asks_the_catalogue_a_few_times_however_much_it_finds(
    seed_library: Library, statements: list[str], question: str
) -> None:
    answer = answerer(seed_library).complete(question)
    assert answer.passages
    asked = [s for s in statements if not s.startswith("--")]  # FTS5's own to its tables
    # How often a term occurs, and for a rare one where.
    of_terms = [s for s in asked if "term_counts" in s or s.startswith("SELECT rowid FROM")]
    # Settings, counts, both searches, passages; languages, near-duplicates, dates, addresses.
    assert len(asked) - len(of_terms) <= 11, asked
    assert len(of_terms) <= 2 * len(question.split())


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_embedded_once_and_then_no_sentence_twice(
    seed_library: Library, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    embedder.forget()
    counting = counted(embedder, monkeypatch)
    answerer(seed_library).complete(question)
    assert 1 < counting.rows <= 1 + CANDIDATES
    assert counting.tokens <= 70 * counting.rows


@pytest.mark.parametrize("question", QUESTIONS)
def test_with_the_reader_passages_are_read_once_and_sentences_embedded_once(
    seed_library: Library,
    embedder: OnnxEmbedder,
    reader: OnnxReader,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
) -> None:
    embedder.forget()
    embedding, reading = counted(embedder, monkeypatch), counted(reader, monkeypatch)
    answerer(seed_library, reader).complete(question)
    assert 1 < embedding.rows <= 1 + CANDIDATES + READ_CANDIDATES
    assert reading.rows <= READ_AT_MOST + 1  # and the first answer once more, as a claim
    assert reading.tokens <= reading.rows * 256
    embedding.shapes.clear()
    answerer(seed_library, reader).complete(question)
    assert embedding.rows == 1  # the question; its sentences are known


def test_the_beginning_of_all_prompts_is_read_before_the_first_question(tmp_path: Path) -> None:
    with Assistant(folder=tmp_path / "library") as assistant:
        assistant.start_loading()
        for thread in threading.enumerate():
            if thread.name == "warming":
                thread.join()
        engine = assistant.llm()
        assert engine is not None
        prompt = prompts.load("phrase").messages(
            evidence="It rained.", question="Did it?", answer=""
        )
        *_, done = engine.generate(prompt, max_tokens=1, adapter=True)
        assert isinstance(done, Finished)
        assert done.cached_tokens >= 16


@pytest.mark.parametrize("question", QUESTIONS[:2])
def test_a_prompt_is_short_and_only_its_end_changes(
    seed_library: Library, reader: OnnxReader, question: str
) -> None:
    llm = ScriptedLlm("No.")
    answerer(seed_library, reader, llm).complete(question)
    (messages,) = llm.asked
    assert sum(approximate_tokens(m.content) for m in messages) <= 220
    assert messages[0] == prompts.load("phrase").messages(evidence="", question="", answer="")[0]


def test_answers_that_nobody_keeps_leave_nothing_behind(seed_library: Library) -> None:
    ours = answerer(seed_library)
    ours.complete(QUESTION)
    tracemalloc.start()
    try:
        ours.complete(QUESTION)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(3):
            ours.complete(QUESTION)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 3 < 12_000  # one that is kept takes several times that


def test_what_loads_behind_opens_no_store_of_a_closed_library(tmp_path: Path) -> None:
    assistant = Assistant(model=NO_MODEL, folder=tmp_path / "library")
    assistant.close()
    shutil.rmtree(tmp_path / "library")
    assistant._load_quietly()
    assert not (tmp_path / "library").exists()
