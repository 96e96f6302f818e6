"""Cheap features of a sentence as evidence for a question: a short row of numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from assistant.language.answer_types import offers
from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import content_terms, terms, words
from assistant.library.ports import Embedder, Vectors
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.retriever import Query, ScoredPassage

FEATURES = (
    "passage_score",  # fused score of the passage
    "passage_first",  # whether the passage is the best one by that score
    "passage_bm25",  # its BM25 over what a passage with every term would get
    "passage_cosine",
    "passage_coverage",  # idf share of the question's terms in the passage and its headings
    "coverage",  # the same in the sentence
    "coverage_before",  # what the sentence before it adds
    "coverage_headings",  # what title and headings add
    "names",  # share of the question's names in the sentence
    "pairs",  # share of the question's neighbouring terms that are neighbours here
    "novelty",  # share of the sentence's terms that the question does not have
    "type",  # whether it holds something of the kind asked for
    "first",  # whether it opens its passage
    "length",  # ln of its words
    "short",  # whether it has fewer than five words: a heading or a fragment
    "cosine",  # of the sentence's vector
    "max_sim",  # idf-weighted mean over the question's tokens of their best cosine in it
    "weakest",  # mean of the two lowest of these cosines, over the tokens of its content words
)


# The weight of a token that is no content word's.
_FUNCTION_WORD = 0.05
_WEAKEST = 2


def sentences(query: Query, passages: Sequence[ScoredPassage]) -> list[Evidence]:
    """All sentences of the passages with the features of words, those that look best first."""
    # The features are of the fused score, as the weights that were fitted to it expect.
    best = max(passages, key=lambda p: (p.fused, -p.passage.id), default=None)
    found = [c for p in passages for c in _of_passage(query, p, p is best)]
    return sorted(found, key=lambda c: -_by_words(c.features))


def _by_words(f: Mapping[str, float]) -> float:
    return (
        f["coverage"]
        + 0.3 * f["coverage_before"]
        + 0.7 * f["passage_score"]
        + 0.2 * f["type"]
        + 0.2 * f["coverage_headings"]
        - 0.5 * f["short"]
    )


def _of_passage(query: Query, scored: ScoredPassage, is_first: bool) -> list[Evidence]:
    passage, reading = scored.passage, scored.passage.reading
    measure = _Measure(query, scored, is_first)
    found = []
    before: set[str] = set()
    for number, span in enumerate(passage.sentences):
        said = reading.said(span)
        features = measure(said, before, is_opening=number == 0)
        if reading.by_span[span].can_answer:
            found.append(Evidence(passage, span, features=features))
        before = set(terms(said, passage.language))
    return found


def lists(query: Query, passages: Sequence[ScoredPassage]) -> list[Evidence]:
    """The lists of the passages as wholes, below what leads into them, with the same features."""
    found = []
    for place, scored in enumerate(passages):
        passage, reading = scored.passage, scored.passage.reading
        measure = _Measure(query, scored, place == 0)
        for within in dict.fromkeys(u.within for u in reading.units if u.within):
            inside = passage.start <= within[0] < within[1] <= passage.end
            if not inside or within in reading.by_span:  # cut off, or of one item
                continue
            listed = Evidence(passage, within)
            features = measure(listed.said, set(), is_opening=within[0] == passage.start)
            found.append(replace(listed, features=features))
    return found


class _Measure:
    """Measures what is said in a passage by the question's words."""

    def __init__(self, query: Query, scored: ScoredPassage, is_first: bool) -> None:
        passage = scored.passage
        self._query = query
        self._weight = sum(query.idf.values()) or 1.0
        self._language = passage.language
        above = " ".join((passage.title, *passage.headings))
        self._context = set(terms(above, self._language))
        self._of_passage = {
            "passage_score": scored.fused,
            "passage_first": float(is_first),
            "passage_bm25": scored.bm25 / (self._weight * 2.2),
            "passage_cosine": scored.cosine,
            "passage_coverage": self._share(
                set(terms(passage.reading.text, self._language)) | self._context
            ),
        }

    def __call__(self, said: str, before: set[str], *, is_opening: bool) -> dict[str, float]:
        """The features of words of what is said after something with the terms `before`."""
        query, asked = self._query, self._query.question
        here = terms(said, self._language)
        have = set(here)
        content = content_terms(said, self._language)
        coverage = self._share(have)
        return self._of_passage | {
            "coverage": coverage,
            "coverage_before": self._share(have | before) - coverage,
            "coverage_headings": self._share(have | self._context) - coverage,
            "names": len(query.names & have) / len(query.names) if query.names else 0.5,
            "pairs": _pairs(query, here),
            "novelty": sum(t not in query.idf for t in content) / len(content) if content else 0.0,
            "type": offers(asked.answer_type, said, set(query.terms)),
            "first": float(is_opening),
            "length": math.log(len(here) + 1),
            "short": float(len(here) < 5),
        }

    def _share(self, present: set[str]) -> float:
        idf = self._query.idf
        return sum(idf[t] for t in self._query.terms if t in present) / self._weight


def _pairs(query: Query, here: Sequence[str]) -> float:
    asked = list(pairwise(query.terms))
    if not asked:
        return 0.0
    content = [t for t in here if t not in STOP_WORDS]
    present = set(pairwise(content))
    return sum(pair in present for pair in asked) / len(asked)


def with_vectors(query: Query, found: Sequence[Evidence], embedder: Embedder) -> list[Evidence]:
    """The evidence with the features of vectors too: 4 ms a sentence, so only for the best."""
    if query.vector is None or query.token_vectors is None or not found:
        plain = {"cosine": 0.0, "max_sim": 0.0, "weakest": 0.0}
        return [_adding(e, plain) for e in found]
    weights = token_weights(query)
    embedded = embedder.embed_tokens([e.said for e in found])
    return [
        _adding(
            e,
            {
                "cosine": float(query.vector @ vector),
                "max_sim": max_sim(query.token_vectors, tokens, weights),
                "weakest": weakest(query.token_vectors, tokens, weights),
            },
        )
        for e, (_, tokens, vector) in zip(found, embedded, strict=True)
    ]


def _adding(one: Evidence, more: Mapping[str, float]) -> Evidence:
    return replace(one, features={**one.features, **more})


def token_weights(query: Query) -> Vectors:
    """A weight for each token of the question: its word's idf; word pieces share theirs."""
    weights = np.full(len(query.tokens), _FUNCTION_WORD, dtype=np.float32)
    position = 0
    while position < len(query.tokens):
        end = position + 1
        while end < len(query.tokens) and query.tokens[end].startswith("##"):
            end += 1
        word = query.tokens[position] + "".join(t[2:] for t in query.tokens[position + 1 : end])
        found = words(word)
        if found:
            idf = query.idf.get(query.term_of(found[0].text), 0.0)
            weights[position:end] += idf / (end - position)
        position = end
    return weights


def max_sim(question: Vectors, sentence: Vectors, weights: Vectors) -> float:
    """Late interaction (Khattab & Zaharia 2020), weighted: the mean over the question's tokens of
    their best cosine among the sentence's; both are unit vectors, shape (tokens, dimension)."""
    if not len(question) or not len(sentence):
        return 0.0
    best = (question @ sentence.T).max(axis=1)
    return float((best * weights).sum() / weights.sum())


def weakest(question: Vectors, sentence: Vectors, weights: Vectors) -> float:
    """The mean of the lowest best cosines of the question's content tokens: what is least matched.

    A near-miss matches all but one word. Without content tokens 1.
    """
    content = weights > _FUNCTION_WORD
    if not content.any() or not len(sentence):
        return 1.0
    best = np.sort((question[content] @ sentence.T).max(axis=1))
    return float(best[:_WEAKEST].mean())
