"""The fitted model over the features: which sentence first, and how sure to be.

Its weights are a small readable file, models/evidence-features.json, written by
`python -m assistant.lab.training evidence`.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from assistant import paths
from assistant.documents.units.unit import UnitKind
from assistant.language.answer_types import offers
from assistant.language.negation import negates, opposes, says_not
from assistant.language.words import terms
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.retriever import Query

WEIGHTS_FILE = "evidence-features.json"

# Told of a question from its ranked candidates: is the answer there at all?
SIGNALS = (
    "top_score",  # the ranking's score of the first sentence
    "top_share",  # its share of the softmax over all candidates
    "top_max_sim",
    "top_cosine",
    "top_coverage",
    "top_names",
    "top_type",
    "top_pairs",
    "best_max_sim",  # over all candidates
    "best_cosine",
    "best_coverage",
    "passage_cosine",  # of the best passages
    "passage_bm25",
    "passage_coverage",
    "unknown",  # idf share of the question's terms that no document has
    "names_missing",  # share of the question's names that the first sentence's passage lacks
    "numbers_missing",  # how many of the question's numbers that passage lacks
    "top_weakest",
    "terms",  # ln of the number of terms
    "names_not_here",  # as names_missing, of the first sentence and the one before it
    "numbers_not_here",
    "denied",  # whether that sentence denies what the question does not, or the other way round
    "opposed",  # whether it has the contrary of a word of the question: "last" for "first"
    "asks_yes_no",  # whether the question wants a yes or no: no words in a sentence are that
)
# Whether the words that it found answer, as it judges them once more (log odds).
ANSWER_SUPPORTED = "answer_supported"
# With a reader, from its scores (log odds of an answer against none), with few of the others: how
# much of the question's wording recurs is as high for a near-miss as for the answer.
READER_SIGNALS = (
    *(
        "top_score passage_cosine unknown names_missing numbers_missing names_not_here"
        " denied opposed asks_yes_no"
    ).split(),
    "reader_top",  # of the first sentence
    "reader_best",  # over all candidates
    "span_type",  # whether the span that it found is of the kind asked for
    ANSWER_SUPPORTED,
)
# Features and signals that need vectors; the models over words alone do without them.
_OF_VECTORS = frozenset(
    (
        "passage_cosine cosine max_sim weakest"
        " top_max_sim top_cosine top_weakest best_max_sim best_cosine"
    ).split()
)


def of_words(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the features or signals that can be told without vectors."""
    return tuple(name for name in names if name not in _OF_VECTORS)


@dataclass(frozen=True)
class Linear:
    """A linear model over named inputs: `bias + sum(weights[name] * input[name])`."""

    bias: float
    weights: Mapping[str, float]

    def __call__(self, inputs: Mapping[str, float]) -> float:
        return self.bias + sum(w * inputs[name] for name, w in self.weights.items())

    def rescaled(self, slope: float, intercept: float) -> "Linear":
        """The model whose output is `slope` times this one's, plus `intercept`."""
        weights = {name: slope * w for name, w in self.weights.items()}
        return Linear(slope * self.bias + intercept, weights)


@dataclass(frozen=True)
class RankingModel:
    """`evidence` scores a candidate's features, `confidence` a question's signals (as log odds).

    Questions whose confidence is below `threshold` are refused.
    """

    evidence: Linear
    confidence: Linear
    threshold: float


@dataclass(frozen=True)
class RankingModels:
    """The model over words and vectors, and the one that also has what a reader says, if any.

    `words` and `words_with_reader` are the same pair over words alone, where there are no vectors.
    `hash` is the sha256 of the file they are from, shortened to 16 digits.
    """

    plain: RankingModel
    with_reader: RankingModel | None = None
    hash: str = ""
    words: RankingModel | None = None
    words_with_reader: RankingModel | None = None

    def pair(self, *, vectors: bool) -> tuple[RankingModel, RankingModel | None]:
        """The models to rank with, without a reader and with one, with vectors or without."""
        if vectors or self.words is None:
            return self.plain, self.with_reader
        return self.words, self.words_with_reader


@lru_cache(maxsize=1)
def shipped_models() -> RankingModels:
    """The models that the project ships."""
    path = paths.shipped("models") / WEIGHTS_FILE
    text = path.read_bytes()
    data = json.loads(text)
    plain = _model(data["plain"])
    assert plain is not None
    return RankingModels(
        plain,
        _model(data.get("with_reader")),
        hashlib.sha256(text).hexdigest()[:16],
        _model(data.get("words")),
        _model(data.get("words_with_reader")),
    )


def _model(data: dict[str, Any] | None) -> RankingModel | None:
    if data is None:
        return None
    return RankingModel(
        evidence=Linear(data["evidence"]["bias"], data["evidence"]["weights"]),
        confidence=Linear(data["confidence"]["bias"], data["confidence"]["weights"]),
        threshold=float(data["threshold"]),
    )


def rank(found: Sequence[Evidence], model: Linear) -> list[Evidence]:
    """Evidence with its score, best first."""
    scored = [replace(e, score=model(e.features)) for e in found]
    return sorted(scored, key=lambda e: (-e.score, e.passage.id, e.span))


def rows_in_order(ranked: Sequence[Evidence]) -> list[Evidence]:
    """The same, rows of a table and values under keys in the order of how many of the question's
    words they have.

    They are alike but for those: "inner tube 28 inch" reads nearly as well as the 20 inch one that
    was asked for. Those of a passage change places among themselves alone.
    """
    ordered = list(ranked)
    tables: dict[tuple[int, UnitKind], list[int]] = {}
    for place, e in enumerate(ordered):
        kind = e.passage.reading.by_span[e.span].kind
        if kind in {"row", "entry"}:
            tables.setdefault((e.passage.id, kind), []).append(place)
    for places in tables.values():
        rows = sorted((ordered[i] for i in places), key=lambda e: -e.coverage)
        for place, row in zip(places, rows, strict=True):
            ordered[place] = replace(row, score=ordered[place].score)
    return ordered


def with_list(ranked: Sequence[Evidence], lists: Sequence[Evidence]) -> list[Evidence]:
    """The ranked units, below the best of the ranked lists where that scores above all of them.

    Of "the open points" no item tells that it is one; the list below its heading does.
    """
    is_first = bool(lists and ranked) and lists[0].score > ranked[0].score
    return [*lists[:is_first], *ranked]


def signals(query: Query, ranked: Sequence[Evidence]) -> dict[str, float]:
    """The SIGNALS of a question; all 0 where nothing was found."""
    if not ranked:
        return dict.fromkeys((*SIGNALS, *READER_SIGNALS), 0.0) | {"unknown": 1.0}
    top = ranked[0]
    rows = [e.features for e in ranked]
    weight = sum(query.idf.values()) or 1.0
    passage = top.passage
    present = set(terms(" ".join((passage.title, *passage.headings, passage.reading.text))))
    near = _said_around(top)
    # "Do anglers need a permit?": who denies it answers.
    may_deny = query.question.answer_type == "yes_no"
    total = sum(math.exp(e.score - top.score) for e in ranked)
    return {
        "top_score": top.score,
        "top_share": 1 / total,
        "top_max_sim": top.features["max_sim"],
        "top_cosine": top.features["cosine"],
        "top_coverage": top.features["coverage"],
        "top_names": top.features["names"],
        "top_type": top.features["type"],
        "top_pairs": top.features["pairs"],
        "best_max_sim": max(r["max_sim"] for r in rows),
        "best_cosine": max(r["cosine"] for r in rows),
        "best_coverage": max(r["coverage"] for r in rows),
        "passage_cosine": max(r["passage_cosine"] for r in rows),
        "passage_bm25": max(r["passage_bm25"] for r in rows),
        "passage_coverage": top.features["passage_coverage"],
        "unknown": sum(query.idf[t] for t in query.unknown) / weight,
        "names_missing": _names_missing(query, present),
        "numbers_missing": float(len(_numbers(query) - present)),
        "top_weakest": top.features["weakest"],
        "terms": math.log(len(query.terms) + 1),
        "names_not_here": _names_missing(query, near),
        "numbers_not_here": float(len(_numbers(query) - near)),
        "denied": float(not may_deny and _denies(query, top)),
        "opposed": float(not may_deny and opposes(query.question.text, set(terms(top.said)))),
        "asks_yes_no": float(may_deny),
    } | _of_reader(query, top, rows)


def _of_reader(
    query: Query, top: Evidence, rows: Sequence[Mapping[str, float]]
) -> dict[str, float]:
    """The reader's signals; the first of the rows is the first sentence's."""
    if "reader" not in rows[0]:
        return {}
    asked = query.question
    return {
        "reader_top": rows[0]["reader"],
        "reader_best": max(row["reader"] for row in rows),
        "span_type": offers(asked.answer_type, top.answer_words, set(query.terms)),
        ANSWER_SUPPORTED: rows[0].get("supported", 0.0),
    }


def _said_around(top: Evidence) -> set[str]:
    """The terms of a unit, of the one before it, and of what stands above both."""
    passage = top.passage
    above = [span for span in passage.sentences if span[0] < top.span[0]]
    before = passage.reading.said(above[-1]) if above else ""
    return set(terms(" ".join((passage.title, *passage.headings, before, top.said))))


def _names_missing(query: Query, present: set[str]) -> float:
    names = query.names
    return len(names - present) / len(names) if names else 0.0


def _denies(query: Query, top: Evidence) -> bool:
    asked = query.question
    return says_not(asked.text) != negates(top.said, asked.content)


def _numbers(query: Query) -> set[str]:
    return {term for term in query.terms if any(c.isdigit() for c in term)}


def probability(log_odds: float) -> float:
    """The probability of log odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
