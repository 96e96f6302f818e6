"""Evidence for a question: the sentences that answer it, best first, and how sure that is."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.language.sentences import Span
from assistant.library.catalogue import Passage
from assistant.library.library import Library
from assistant.retrieval.features import candidates
from assistant.retrieval.ranking import RankingModel, probability, rank, signals
from assistant.retrieval.search import ScoredPassage, prepare, search

# Passages whose sentences are looked at, and sentences that get their vectors.
PASSAGES = 8
CANDIDATES = 12


@dataclass(frozen=True)
class Evidence:
    """A sentence of a document: `quote` is the document's text[span]; `score` ranks it."""

    passage: Passage
    span: Span
    quote: str
    score: float
    features: Mapping[str, float]


@dataclass(frozen=True)
class Retrieval:
    """What was found for a question.

    `confidence` estimates the probability that the documents answer it; below `threshold` they
    are taken not to. `notice` is a sentence where something did not work as it should.
    """

    question: str
    passages: tuple[ScoredPassage, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    threshold: float
    notice: str
    milliseconds: float

    @property
    def is_answered(self) -> bool:
        return bool(self.evidence) and self.confidence >= self.threshold


def retrieve(
    library: Library, question: str, model: RankingModel, *, passages: int = PASSAGES
) -> Retrieval:
    """Search the library and rank what was found as evidence."""
    began = time.perf_counter()
    query = prepare(library, question)
    found, notice = search(library, query, passages)
    ranked = rank(candidates(query, found, library.embedder, CANDIDATES), model.evidence)
    confidence = probability(model.confidence(signals(query, ranked)))
    evidence = tuple(
        Evidence(c.passage.passage, c.span, c.text, score, c.features) for c, score in ranked
    )
    return Retrieval(
        question=question,
        passages=tuple(found),
        evidence=evidence,
        confidence=confidence if evidence else 0.0,
        threshold=model.threshold,
        notice=notice,
        milliseconds=(time.perf_counter() - began) * 1000,
    )
