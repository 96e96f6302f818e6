"""Evidence: the sentence that answers comes first, and confidence tells when there is none."""

import numpy as np
import pytest

from assistant.library.library import Library
from assistant.query.question import Question
from assistant.retrieval.evidence_search import EvidenceSearch, retrieve
from assistant.retrieval.features import FEATURES, max_sim, token_weights, weakest
from assistant.retrieval.reranker import SIGNALS, rank, shipped_models, signals
from assistant.retrieval.retriever import prepare


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("When did Ban Ki-moon visit Libya?", "October 2014"),
        ("How far is Gharyan from Tripoli?", "31 miles"),
        ("Who ordered the march on Tripoli?", "Khalifa Hifter"),
        ("How do I add a folder?", "assistant add PATH"),
        ("What is the exit status if there was an error?", "2 if there was an error"),
    ],
)
def test_the_answering_sentence_comes_first(
    seed_library: Library, question: str, part: str
) -> None:
    found = retrieve(seed_library, Question(question), shipped_models())
    assert part in found.evidence[0].quote
    assert found.is_answered


@pytest.mark.parametrize(
    "question",
    [
        "Who won the world cup in 1998?",
        "what is the boiling point of mercury",
        "How do plants make sugar?",
    ],
)
def test_another_subject_is_refused(seed_library: Library, question: str) -> None:
    assert not retrieve(seed_library, Question(question), shipped_models()).is_answered


def test_a_quote_is_its_document_s_text(seed_library: Library) -> None:
    for e in retrieve(
        seed_library, Question("What did Guterres say about war?"), shipped_models()
    ).evidence:
        assert seed_library.document_store.text(e.passage.source)[slice(*e.span)] == e.quote


def test_the_shipped_model_knows_every_feature_and_signal() -> None:
    model = shipped_models().plain
    assert set(model.evidence.weights) == set(FEATURES)
    assert set(model.confidence.weights) == set(SIGNALS)
    assert 0 < model.threshold < 1


@pytest.mark.parametrize(
    ("question", "signal", "value"),
    [
        ("When did Ban Ki-moon visit?", "denied", 0),
        ("When did Ban Ki-moon not visit?", "denied", 1),
        ("Did Ban Ki-moon not visit?", "denied", 0),  # who denies it answers
        ("Which U.N. chief was the first to visit Libya since the 2011 uprising?", "opposed", 1),
        ("Which U.N. chief was the second to visit Libya since the 2011 uprising?", "opposed", 0),
        ("When did Ban Ki-moon visit in 1850?", "numbers_not_here", 1),
        ("When did Ban Ki-moon visit in October 2014?", "numbers_not_here", 0),
        ("When did Ban Ki-moon visit Sweden?", "names_not_here", 1 / 3),
    ],
)
def test_signals_tell_what_the_first_sentence_says_otherwise(
    seed_library: Library, question: str, signal: str, value: float
) -> None:
    search = EvidenceSearch(seed_library, Question(question))
    ranked = rank(search.shortlist(), shipped_models().plain.evidence)
    assert signals(search.query, ranked)[signal] == pytest.approx(value)


def test_max_sim_is_the_weighted_mean_of_the_best_matches() -> None:
    question = np.eye(3, dtype=np.float32)[:2]
    sentence = np.eye(3, dtype=np.float32)[[0, 2]]
    assert max_sim(question, sentence, np.array([3, 1], np.float32)) == pytest.approx(0.75)
    assert max_sim(question[:0], sentence, np.array([], np.float32)) == 0


def test_the_weakest_match_counts_content_words_alone() -> None:
    question = np.eye(4, dtype=np.float32)[:3]
    sentence = np.array([[1, 0, 0, 0], [0, 0.4, 0, 0]], np.float32)
    weights = np.array([2, 3, 0.05], np.float32)
    assert weakest(question, sentence, weights) == pytest.approx(0.7)
    assert weakest(question, sentence, np.full(3, 0.05, np.float32)) == 1


def test_rare_words_weigh_more_than_function_words(seed_library: Library) -> None:
    query = prepare(seed_library, Question("Who is Guterres?"))
    weights = dict(zip(query.tokens, token_weights(query), strict=True))
    assert weights["gut"] > 10 * weights["is"]


def test_an_empty_library_answers_nothing(library: Library) -> None:
    found = retrieve(library, Question("Who is it?"), shipped_models())
    assert (found.evidence, found.passages, found.is_answered) == ((), (), False)
