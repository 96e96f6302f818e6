"""Evidence for a question: the sentences that answer it, best first, and how sure that is."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.errors import EngineError, WeightsError
from assistant.language.sentences import Span
from assistant.library.catalogue import Passage
from assistant.library.library import Library
from assistant.retrieval.features import Candidate, sentences, with_vectors, words_at
from assistant.retrieval.ranking import RankingModel, RankingModels, probability, rank, signals
from assistant.retrieval.reading import Reader, read
from assistant.retrieval.search import Part, ScoredPassage, prepare
from assistant.retrieval.search import search as search_passages

# Passages whose sentences are looked at, and sentences that get their vectors.
PASSAGES = 8
CANDIDATES = 12
# Sentences that the reader may add to those.
READ_CANDIDATES = 5


@dataclass(frozen=True)
class Evidence:
    """A sentence of a document: `quote` is the document's text[span]; `score` ranks it.

    `answer` is the span of the words that answer, also in the document, where a reader found them.
    """

    passage: Passage
    span: Span
    quote: str
    score: float
    features: Mapping[str, float]
    answer: Span | None = None

    @property
    def answer_words(self) -> str:
        """The words that answer, on one line; "" where no reader found them."""
        return words_at(self.answer, self.span, self.quote)


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
    reader_failed: bool = False

    @property
    def is_answered(self) -> bool:
        return bool(self.evidence) and self.confidence >= self.threshold


def retrieve(
    library: Library, question: str, models: RankingModels, reader: Reader | None = None
) -> Retrieval:
    """Search the library and rank what was found as evidence, by all that there is."""
    *_, best = stages(library, question, models, reader)
    return best


def stages(
    library: Library,
    question: str,
    models: RankingModels,
    reader: Reader | None = None,
    without: Collection[Part] = (),
) -> Iterator[Retrieval]:
    """The evidence as soon as words and vectors have ranked it, then as the reader ranks it.

    Without a reader, or where it fails, the first is all there is. `without` leaves parts out.
    """
    search = EvidenceSearch(library, question, without)
    shortlist = search.shortlist()
    first = search.ranked(shortlist, models.plain)
    yield first
    if reader is None or models.with_reader is None or not shortlist:
        return
    try:
        candidates = search.reread(shortlist, reader)
    except (EngineError, WeightsError) as error:
        notice = f"{first.notice} {error} Words and vectors rank the evidence.".strip()
        yield replace(first, notice=notice, reader_failed=True)
        return
    yield search.ranked(candidates, models.with_reader)


class EvidenceSearch:
    """One question's way from passages to ranked evidence."""

    def __init__(self, library: Library, question: str, without: Collection[Part] = ()) -> None:
        self._began = time.perf_counter()
        self._embedder = library.embedder
        self._without = without
        self.query = prepare(library, question, dense="dense" not in without)
        self.passages, self._notice = search_passages(library, self.query, PASSAGES, without)
        self._every = sentences(self.query, self.passages)

    def shortlist(self) -> list[Candidate]:
        """The sentences that look best by words, with the features of vectors."""
        return with_vectors(self.query, self._every[:CANDIDATES], self._embedder)

    def reread(self, shortlist: Sequence[Candidate], reader: Reader) -> list[Candidate]:
        """The shortlist, and the sentences the reader adds to it, with the reader's feature."""
        by_reader = read(self.query.text, self.passages, self._every, reader)
        vectors = {c.key: c for c in shortlist}
        missing = [c for c in by_reader[:READ_CANDIDATES] if c.key not in vectors]
        vectors |= {c.key: c for c in with_vectors(self.query, missing, self._embedder)}
        return [
            replace(c, features=vectors[c.key].features | c.features)
            for c in by_reader
            if c.key in vectors
        ]

    def ranked(self, candidates: Sequence[Candidate], model: RankingModel) -> Retrieval:
        """The candidates as evidence, with the model's confidence."""
        ordered = rank(candidates, model.evidence)
        if "reranker" in self._without:  # the candidates come in the order that they had before
            scores = {c.key: score for c, score in ordered}
            ordered = [(c, scores[c.key]) for c in candidates]
        told = signals(self.query, ordered)
        return Retrieval(
            question=self.query.text,
            passages=tuple(self.passages),
            evidence=tuple(
                Evidence(c.passage.passage, c.span, c.text, score, c.features, c.answer)
                for c, score in ordered
            ),
            confidence=probability(model.confidence(told)) if ordered else 0.0,
            threshold=model.threshold,
            notice=self._notice,
            milliseconds=(time.perf_counter() - self._began) * 1000,
        )
