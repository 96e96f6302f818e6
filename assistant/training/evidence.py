"""Fits the models that rank evidence and tell how sure they are, from questions with answers.

Every file gives a library of its documents. Its own questions are answerable there; questions of
the other files are on subjects it does not cover; and its own questions, with every passage that
holds their answer taken away, are near-misses, as are those that a file calls impossible. The
model that has a reader's scores is fitted on articles alone that the reader was not trained on.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import paths
from assistant.assistant import Assistant
from assistant.engines.models import NO_MODEL
from assistant.retrieval.evidence import EvidenceSearch
from assistant.retrieval.features import FEATURES, Candidate
from assistant.retrieval.ranking import (
    READER_SIGNALS,
    SIGNALS,
    WEIGHTS_FILE,
    Linear,
    rank,
    signals,
)
from assistant.retrieval.reading import Reader
from assistant.retrieval.search import Query
from assistant.training.linear import Matrix, auroc, fit_logistic, fit_ranking
from assistant.training.split import held_out
from assistant.training.squad import Article, Asked, read, sample, write_documents

# Near-misses are told from answerable questions only in part: they take some confidence away.
_IMPORTANCE = {"inside": 1.0, "outside": 1.0, "near": 0.2, "impossible": 1.0}
_OUTSIDE_SHARE = 0.5
_SEED = 1


@dataclass(frozen=True)
class Example:
    """A question with its candidates: `right` marks those that hold the answer.

    `kind` is "inside" for an answerable question, "outside", "near" for one whose answer was taken
    away, or "impossible" for one that people wrote as a near-miss.
    """

    library: str
    kind: str
    query: Query
    candidates: tuple[Candidate, ...]
    right: tuple[bool, ...]


@dataclass(frozen=True)
class Fitter:
    """Fits one pair of models over the named features and signals.

    The threshold is set where `outside_refused` of the questions on other subjects are refused:
    what that costs of the answerable ones is among the figures. The other way round, giving up a
    fixed share of the answerable ones, refuses whoever words a question differently from the text.
    """

    features: tuple[str, ...]
    signals: tuple[str, ...]
    outside_refused: float

    def fit(self, examples: Sequence[Example]) -> dict[str, object]:
        """The fitted pair, with figures of each library's questions when fitted on the others."""
        libraries = sorted({e.library for e in examples})
        figures = {name: self._held_out(examples, name) for name in libraries}
        evidence = self._evidence(examples)
        confidence, threshold = self._confidence(examples, evidence)
        return {
            "questions": {name: sum(e.library == name for e in examples) for name in libraries},
            "figures_held_out": figures,
            "threshold": round(threshold, 4),
            "evidence": _readable(evidence),
            "confidence": _readable(confidence),
        }

    def _evidence(self, examples: Sequence[Example]) -> Linear:
        groups = [
            (
                np.array([[c.features[name] for name in self.features] for c in e.candidates]),
                np.array(e.right, dtype=float),
            )
            for e in examples
            if e.kind == "inside" and e.candidates
        ]
        return Linear(0.0, dict(zip(self.features, map(float, fit_ranking(groups)), strict=True)))

    def _signals(self, example: Example, evidence: Linear) -> list[float]:
        told = signals(example.query, rank(example.candidates, evidence))
        return [told[name] for name in self.signals]

    def _confidence(self, examples: Sequence[Example], evidence: Linear) -> tuple[Linear, float]:
        rows = np.array([self._signals(e, evidence) for e in examples])
        labels = np.array([float(e.kind == "inside") for e in examples])
        importance = np.array([_IMPORTANCE[e.kind] for e in examples])
        bias, weights = fit_logistic(rows, labels, importance)
        outside = np.array([e.kind == "outside" for e in examples])
        border = np.quantile((rows @ weights + bias)[outside], self.outside_refused)
        threshold = 1 / (1 + np.exp(-border))
        return Linear(bias, dict(zip(self.signals, map(float, weights), strict=True))), float(
            threshold
        )

    def _held_out(self, examples: Sequence[Example], name: str) -> dict[str, float]:
        others = [e for e in examples if e.library != name]
        mine = [e for e in examples if e.library == name]
        evidence = self._evidence(others)
        confidence, threshold = self._confidence(others, evidence)
        order = [_order(e, evidence) for e in mine if e.kind == "inside"]
        odds = {
            kind: np.array([confidence(self._named(e, evidence)) for e in mine if e.kind == kind])
            for kind in _IMPORTANCE
        }
        border = np.log(threshold / (1 - threshold))
        figures = {
            "first": round(float(np.mean([o[:1].any() for o in order])), 3),
            "first_three": round(float(np.mean([o[:3].any() for o in order])), 3),
            "auroc_outside": round(auroc(odds["inside"], odds["outside"]), 3),
            "auroc_near_miss": round(auroc(odds["inside"], odds["near"]), 3),
            "outside_refused": round(float((odds["outside"] < border).mean()), 3),
            "falsely_refused": round(float((odds["inside"] < border).mean()), 3),
        }
        if odds["impossible"].size:
            figures["auroc_impossible"] = round(auroc(odds["inside"], odds["impossible"]), 3)
        return figures

    def _named(self, example: Example, evidence: Linear) -> dict[str, float]:
        return dict(zip(self.signals, self._signals(example, evidence), strict=True))


@dataclass(frozen=True)
class Fold:
    """A reader, and the titles of the articles that it did not see in training."""

    reader: Reader
    titles: frozenset[str]


def fit(
    files: Sequence[Path],
    questions: int,
    outside_refused: float,
    reader: Reader | None,
    folds: Sequence[Fold] = (),
) -> dict[str, object]:
    """Fit the model without a reader, and with one the model that has its scores too.

    `folds` are readers of the same making that stand in for `reader` on articles that it saw.
    """
    sets = {path.stem: read(path) for path in files}
    plain: list[Example] = []
    reread: list[Example] = []
    for name, articles in sets.items():
        others = [a for other, theirs in sets.items() if other != name for a in theirs]
        with _library(articles) as assistant:
            plain += _examples(name, assistant, articles, others, questions, None)
            if reader is not None:
                strange = [a for a in others if held_out(a.title)]
                parts = _folds(articles, reader, folds)
                for part in parts:
                    unseen = [a for a in articles if a.title in part.titles]
                    number = questions // len(parts)
                    reread += _examples(name, assistant, unseen, strange, number, part.reader)
        print(f"{name}: {len(articles)} documents", flush=True)
    fitted: dict[str, object] = {
        "made_by": "python -m assistant.training evidence",
        "outside_refused": outside_refused,
        "plain": Fitter(FEATURES, SIGNALS, outside_refused).fit(plain),
    }
    if reader is not None:
        with_reader = Fitter((*FEATURES, "reader"), READER_SIGNALS, outside_refused)
        fitted["with_reader"] = {"reader": reader.describe()} | with_reader.fit(reread)
    return fitted


def _folds(articles: Sequence[Article], reader: Reader, folds: Sequence[Fold]) -> list[Fold]:
    titles = {a.title for a in articles}
    own = [fold for fold in folds if fold.titles & titles]
    return own or [Fold(reader, frozenset(filter(held_out, titles)))]


def write(model: dict[str, object]) -> Path:
    """Put the fitted models where the assistant reads them."""
    path = paths.shipped("models") / WEIGHTS_FILE
    path.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    return path


@contextmanager
def _library(articles: Sequence[Article]) -> Iterator[Assistant]:
    with tempfile.TemporaryDirectory() as folder:
        write_documents(articles, Path(folder, "documents"))
        with Assistant(model=NO_MODEL, folder=Path(folder, "library")) as assistant:
            for _ in assistant.library.add([str(Path(folder, "documents"))]):
                pass
            yield assistant


def _examples(  # noqa: PLR0913, PLR0917 - a question set and what it is asked of
    name: str,
    assistant: Assistant,
    articles: Sequence[Article],
    others: Sequence[Article],
    number: int,
    reader: Reader | None,
) -> list[Example]:
    examples = []
    for asked in sample(articles, number, _SEED):
        query, found = _candidates(assistant, asked.question, reader)
        right = tuple(_holds(asked, c) for c in found)
        examples.append(Example(name, "inside", query, found, right))
        near = tuple(c for c in found if not _names_answer(asked, c.passage.passage.text))
        examples.append(Example(name, "near", query, near, (False,) * len(near)))
    for asked in sample(articles, number, _SEED, answerable=False):
        query, found = _candidates(assistant, asked.question, reader)
        examples.append(Example(name, "impossible", query, found, (False,) * len(found)))
    for asked in sample(others, int(number * _OUTSIDE_SHARE), _SEED):
        query, found = _candidates(assistant, asked.question, reader)
        examples.append(Example(name, "outside", query, found, (False,) * len(found)))
    return examples


def _candidates(
    assistant: Assistant, question: str, reader: Reader | None
) -> tuple[Query, tuple[Candidate, ...]]:
    search = EvidenceSearch(assistant.library, question)
    found = search.shortlist() if reader is None else search.reread(reader)
    return search.query, tuple(found)


def _holds(asked: Asked, candidate: Candidate) -> bool:
    in_paragraph = _plain(candidate.text) in _plain(asked.paragraph)
    return in_paragraph and _names_answer(asked, candidate.text)


def _names_answer(asked: Asked, text: str) -> bool:
    return any(_plain(answer) in _plain(text) for answer in asked.answers)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _order(example: Example, evidence: Linear) -> Matrix:
    marks = dict(zip((c.key for c in example.candidates), example.right, strict=True))
    return np.array([marks[c.key] for c, _ in rank(example.candidates, evidence)], dtype=bool)


def _readable(model: Linear) -> dict[str, object]:
    return {
        "bias": round(model.bias, 4),
        "weights": {name: round(w, 4) for name, w in model.weights.items()},
    }
