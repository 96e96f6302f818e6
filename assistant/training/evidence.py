"""Fits the model that ranks evidence and tells how sure it is, from questions with answers.

Every file gives a library of its documents. Its own questions are answerable there; questions of
the other files are on subjects it does not cover; and its own questions, with every passage that
holds their answer taken away, are near-misses.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import paths
from assistant.assistant import NO_MODEL, Assistant
from assistant.retrieval.evidence import CANDIDATES, PASSAGES
from assistant.retrieval.features import FEATURES, Candidate, candidates
from assistant.retrieval.ranking import SIGNALS, WEIGHTS_FILE, Linear, rank, signals
from assistant.retrieval.search import Query, prepare, search
from assistant.training.linear import Matrix, auroc, fit_logistic, fit_ranking
from assistant.training.squad import Article, Asked, read, sample, write_documents

# Near-misses are told from answerable questions hardly at all by these features: they only take
# some confidence away.
_NEAR_MISS_IMPORTANCE = 0.2
_OUTSIDE_SHARE = 0.5
_SEED = 1


@dataclass(frozen=True)
class Example:
    """A question with its candidates: `right` marks those that hold the answer."""

    library: str
    kind: str
    query: Query
    candidates: tuple[Candidate, ...]
    right: tuple[bool, ...]
    near_miss: tuple[Candidate, ...] = ()

    def matrix(self) -> tuple[Matrix, Matrix]:
        """Features (candidates x FEATURES) and marks, for fitting."""
        rows = [[c.features[name] for name in FEATURES] for c in self.candidates]
        return np.array(rows), np.array(self.right, dtype=float)


def fit(files: Sequence[Path], questions: int, false_refusals: float) -> dict[str, object]:
    """Fit both models; the figures are of each file's questions, fitted on the other files."""
    sets = {path.stem: read(path) for path in files}
    examples = []
    for name, articles in sets.items():
        others = [a for other, theirs in sets.items() if other != name for a in theirs]
        examples += _examples(name, articles, others, questions)
        print(f"{name}: {len(articles)} documents", flush=True)
    figures = {name: _held_out(examples, name, false_refusals) for name in sets}
    evidence = _fit_evidence(examples)
    confidence, threshold = _fit_confidence(examples, evidence, false_refusals)
    return {
        "made_by": "python -m assistant.training evidence",
        "questions": {name: sum(e.library == name for e in examples) for name in sets},
        "false_refusals": false_refusals,
        "figures_held_out": figures,
        "threshold": round(threshold, 4),
        "evidence": _readable(evidence),
        "confidence": _readable(confidence),
    }


def write(model: dict[str, object]) -> Path:
    """Put the fitted model where the assistant reads it."""
    path = paths.shipped("models") / WEIGHTS_FILE
    path.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    return path


def _examples(
    name: str, articles: Sequence[Article], others: Sequence[Article], number: int
) -> list[Example]:
    with tempfile.TemporaryDirectory() as folder:
        write_documents(articles, Path(folder, "documents"))
        with Assistant(model=NO_MODEL, folder=Path(folder, "library")) as assistant:
            for _ in assistant.library.add([str(Path(folder, "documents"))]):
                pass
            inside = [_inside(name, assistant, q) for q in sample(articles, number, _SEED)]
            outside = [
                Example(name, "outside", query, found, (False,) * len(found))
                for q in sample(others, int(number * _OUTSIDE_SHARE), _SEED)
                for query, found in [_found(assistant, q.question)]
            ]
    return inside + outside


def _found(assistant: Assistant, question: str) -> tuple[Query, tuple[Candidate, ...]]:
    query = prepare(assistant.library, question)
    passages, _ = search(assistant.library, query, PASSAGES)
    return query, tuple(candidates(query, passages, assistant.embedder, CANDIDATES))


def _inside(name: str, assistant: Assistant, asked: Asked) -> Example:
    query, found = _found(assistant, asked.question)
    paragraph = _plain(asked.paragraph)
    right = tuple(
        _plain(c.text) in paragraph and any(_plain(a) in _plain(c.text) for a in asked.answers)
        for c in found
    )
    near = tuple(
        c
        for c in found
        if not any(_plain(a) in _plain(c.passage.passage.text) for a in asked.answers)
    )
    return Example(name, "inside", query, found, right, near)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _fit_evidence(examples: Sequence[Example]) -> Linear:
    weights = fit_ranking([e.matrix() for e in examples if e.kind == "inside" and e.candidates])
    return Linear(0.0, dict(zip(FEATURES, map(float, weights), strict=True)))


def _signals(example: Example, evidence: Linear, *, near_miss: bool = False) -> list[float]:
    found = example.near_miss if near_miss else example.candidates
    told = signals(example.query, rank(found, evidence))
    return [told[name] for name in SIGNALS]


def _fit_confidence(
    examples: Sequence[Example], evidence: Linear, false_refusals: float
) -> tuple[Linear, float]:
    rows, labels, importance = [], [], []
    for e in examples:
        rows.append(_signals(e, evidence))
        labels.append(float(e.kind == "inside"))
        importance.append(1.0)
        if e.kind == "inside":
            rows.append(_signals(e, evidence, near_miss=True))
            labels.append(0.0)
            importance.append(_NEAR_MISS_IMPORTANCE)
    x, y = np.array(rows), np.array(labels)
    bias, weights = fit_logistic(x, y, np.array(importance))
    odds = (x @ weights + bias)[y == 1]
    threshold = 1 / (1 + np.exp(-np.quantile(odds, false_refusals)))
    return Linear(bias, dict(zip(SIGNALS, map(float, weights), strict=True))), float(threshold)


def _held_out(examples: Sequence[Example], name: str, false_refusals: float) -> dict[str, float]:
    others = [e for e in examples if e.library != name]
    mine = [e for e in examples if e.library == name]
    evidence = _fit_evidence(others)
    confidence, threshold = _fit_confidence(others, evidence, false_refusals)
    order = [_order(e, evidence) for e in mine if e.kind == "inside"]
    odds = {
        kind: np.array([_odds(e, evidence, confidence) for e in mine if e.kind == kind])
        for kind in ("inside", "outside")
    }
    border = np.log(threshold / (1 - threshold))
    return {
        "first": round(float(np.mean([o[:1].any() for o in order])), 3),
        "first_three": round(float(np.mean([o[:3].any() for o in order])), 3),
        "auroc_outside": round(auroc(odds["inside"], odds["outside"]), 3),
        "outside_refused": round(float((odds["outside"] < border).mean()), 3),
        "falsely_refused": round(float((odds["inside"] < border).mean()), 3),
    }


def _order(example: Example, evidence: Linear) -> Matrix:
    marks = dict(zip(map(id, example.candidates), example.right, strict=True))
    return np.array([marks[id(c)] for c, _ in rank(example.candidates, evidence)], dtype=bool)


def _odds(example: Example, evidence: Linear, confidence: Linear) -> float:
    return confidence(dict(zip(SIGNALS, _signals(example, evidence), strict=True)))


def _readable(model: Linear) -> dict[str, object]:
    return {
        "bias": round(model.bias, 4),
        "weights": {name: round(w, 4) for name, w in model.weights.items()},
    }
