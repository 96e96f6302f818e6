"""Fits the models that rank evidence and tell how sure they are, from questions with answers.

Every file gives a library of its documents. Its own questions are answerable there; questions of
the other files are on subjects it does not cover; and its own questions, with every passage that
holds their answer taken away, are near-misses, as are those that a file calls impossible. All
are of articles that the reader was not trained on. Files in SQuAD's JSON shape are paragraphs;
question sets in JSON lines have documents of all formats.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant import paths
from assistant.assistant import Assistant
from assistant.engines.models import NO_MODEL
from assistant.evaluation.calibration import fit_scale
from assistant.evaluation.statistics import calibration_error
from assistant.lab.training import plan, question_set
from assistant.lab.training.linear import Matrix, auroc, fit_logistic, fit_ranking
from assistant.lab.training.split import held_out
from assistant.lab.training.squad import Article, Asked, read, sample, stem, write_documents
from assistant.library.library import Library
from assistant.query.normal_form import normal_form
from assistant.query.question import Question
from assistant.retrieval.calibration import Scale
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.evidence_search import EvidenceSearch
from assistant.retrieval.features import FEATURES
from assistant.retrieval.reader import Reader, judge
from assistant.retrieval.reranker import (
    READER_SIGNALS,
    SIGNALS,
    WEIGHTS_FILE,
    Linear,
    of_words,
    probability,
    rank,
    rows_in_order,
    signals,
    with_list,
)
from assistant.retrieval.retriever import Part, Query

_KINDS = ("inside", "outside", "near", "impossible")
_OUTSIDE_SHARE = 0.5
# What a near-miss counts that is made by taking the answer away: there are many of them, and they
# are easier than what people write and ask.
_MADE_COUNTS = 0.3
# Of the candidates that are read best, one of these is the first by all features.
_JUDGED = 5
_SEED = 1


@dataclass(frozen=True)
class Example:
    """A question with its candidates, and the lists: `right` marks those that hold the answer.

    `kind` is "inside" for an answerable question, "outside", "near" for one whose answer was taken
    away, or "impossible" for one that people wrote as a near-miss.
    """

    library: str
    kind: str
    query: Query
    candidates: tuple[Evidence, ...]
    right: tuple[bool, ...]
    lists: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Fitter:
    """Fits one pair of models over the named features and signals.

    The confidence is calibrated: a scale on its log odds (Platt 1999), fitted to what the models of
    the other libraries say of each library's questions, so that 0.8 means 8 in 10 of a mix in which
    answerable questions, near-misses and questions on other subjects are a third each. A third and
    not a half are near-misses, because people ask both kinds in vain; and as many as are
    answerable, because among questions on the documents' own subjects, where the confidence lies
    between, the odds are even then. Real mixes hold fewer near-misses: it errs to the low side.

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
        held_out = {name: self._held_out(examples, name) for name in libraries}
        evidence = self._evidence(examples)
        confidence, border = self._confidence(examples, evidence)
        scale, off = calibrated([odds for _, odds in held_out.values()])
        threshold = probability(scale.slope * border + scale.intercept)
        return {
            "questions": {name: sum(e.library == name for e in examples) for name in libraries},
            "figures_held_out": {name: figures for name, (figures, _) in held_out.items()},
            "calibration_error_held_out": round(off, 3),
            "threshold": round(threshold, 4),
            "evidence": _readable(evidence),
            "confidence": _readable(confidence.rescaled(scale.slope, scale.intercept)),
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
        ordered = rows_in_order(rank(example.candidates, evidence))
        told = signals(example.query, with_list(ordered, rank(example.lists, evidence)))
        return [told[name] for name in self.signals]

    def _confidence(self, examples: Sequence[Example], evidence: Linear) -> tuple[Linear, float]:
        """The model of confidence, not yet calibrated, and the threshold in its log odds."""
        rows = np.array([self._signals(e, evidence) for e in examples])
        labels = np.array([float(e.kind == "inside") for e in examples])
        counts = np.array([_MADE_COUNTS if e.kind == "near" else 1.0 for e in examples])
        bias, weights = fit_logistic(rows, labels, counts)
        outside = np.array([e.kind == "outside" for e in examples])
        border = np.quantile((rows @ weights + bias)[outside], self.outside_refused)
        weighed = dict(zip(self.signals, map(float, weights), strict=True))
        return Linear(bias, weighed), float(border)

    def _held_out(
        self, examples: Sequence[Example], name: str
    ) -> tuple[dict[str, float], dict[str, Matrix]]:
        """A library's figures, and its log odds by kind, by what was fitted on the others."""
        others = [e for e in examples if e.library != name]
        mine = [e for e in examples if e.library == name]
        evidence = self._evidence(others)
        confidence, border = self._confidence(others, evidence)
        order = [_order(e, evidence) for e in mine if e.kind == "inside"]
        odds = {
            kind: np.array([confidence(self._named(e, evidence)) for e in mine if e.kind == kind])
            for kind in _KINDS
        }
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
        return figures, odds

    def _named(self, example: Example, evidence: Linear) -> dict[str, float]:
        return dict(zip(self.signals, self._signals(example, evidence), strict=True))


def calibrated(held_out: Sequence[dict[str, Matrix]]) -> tuple[Scale, float]:
    """The scale for log odds by kind of question, and the calibration error (ECE) that is left.

    Each library counts the same, and in it each third of the mix. Its near-misses are those that
    people wrote, if it has any, else those made by taking the answer away: the other libraries'
    would be held against answerable questions of another difficulty.
    """
    odds, labels, weights = [], [], []
    for of_kind in held_out:
        near = of_kind["impossible"] if of_kind["impossible"].size else of_kind["near"]
        for third, label in ((of_kind["inside"], 1.0), (near, 0.0), (of_kind["outside"], 0.0)):
            odds.append(third)
            labels.append(np.full(len(third), label))
            weights.append(np.full(len(third), 1 / max(1, len(third))))
    z, y, w = (np.concatenate(parts) for parts in (odds, labels, weights))
    scale = fit_scale(z, y, w * len(z) / w.sum())
    said = np.array([probability(scale.slope * each + scale.intercept) for each in z])
    error = calibration_error(said, y).compute(w[None, :])
    return scale, float(error[0])


def fit(
    files: Sequence[Path], questions: int, outside_refused: float, reader: Reader | None
) -> dict[str, object]:
    """Fit the model without a reader, and with one the model that has its scores too.

    Both are fitted a second time over words alone, on what is found without vectors, with half of
    the questions. Of each file the articles are used that the reader was not trained on.
    """
    sets = {_name(path): _unseen(path) for path in files}
    plain: dict[bool, list[Example]] = {True: [], False: []}  # with vectors, without
    reread: dict[bool, list[Example]] = {True: [], False: []}
    for name, articles in sets.items():
        others = [a for other, theirs in sets.items() if other != name for a in theirs]
        with _library(articles) as library:
            for vectors in plain:
                asked_of = Searched(name, library, vectors=vectors)
                wanted = questions if vectors else questions // 2
                plain[vectors] += _examples(asked_of, articles, others, wanted)
                if reader is not None:
                    read_by = replace(asked_of, reader=reader)
                    reread[vectors] += _examples(read_by, articles, others, wanted)
        print(f"{name}: {len(articles)} documents", flush=True)
    fitted: dict[str, object] = {
        "made_by": "python -m assistant.lab.training evidence",
        "outside_refused": outside_refused,
    }
    for vectors, name in ((True, "plain"), (False, "words")):
        fitted[name] = _fitter(FEATURES, SIGNALS, outside_refused, vectors).fit(plain[vectors])
    if reader is not None:
        named = (*FEATURES, "reader")
        for vectors, name in ((True, "with_reader"), (False, "words_with_reader")):
            found = _fitter(named, READER_SIGNALS, outside_refused, vectors).fit(reread[vectors])
            fitted[name] = {"reader": reader.describe()} | found
    return fitted


def _fitter(
    features: tuple[str, ...], signals_: tuple[str, ...], outside_refused: float, vectors: bool
) -> Fitter:
    if not vectors:
        features, signals_ = of_words(features), of_words(signals_)
    return Fitter(features, signals_, outside_refused)


def _name(path: Path) -> str:
    """The name of a set: its file's, or of a question set its folder's."""
    return path.parent.name if path.suffix == ".jsonl" else stem(path.name)


def _unseen(path: Path) -> list[Article]:
    """The articles of a file that no reader is trained on: all, where none of it is."""
    if path.suffix == ".jsonl":
        return question_set.read(path)
    name, articles = stem(path.name), read(path)
    if name not in plan.names():
        return articles
    return [a for a in articles if held_out(a.title, name)]


def write(model: dict[str, object]) -> Path:
    """Put the fitted models where the assistant reads them."""
    path = paths.shipped("models") / WEIGHTS_FILE
    path.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    return path


@dataclass(frozen=True)
class Searched:
    """A library under a name, and how it is searched: with vectors or by words alone; read by."""

    name: str
    library: Library
    reader: Reader | None = None
    vectors: bool = True

    def example(self, kind: str, asked: Asked) -> Example:
        """The question, in the form in which it is answered, with what is found for it."""
        without: tuple[Part, ...] = () if self.vectors else ("dense",)
        question = Question(normal_form(asked.question, self.library))
        search = EvidenceSearch(self.library, question, without)
        if self.reader is None:
            found, lists = search.shortlist(), search.lists()
        else:
            found, lists = search.reread(self.reader)
            if statements := self.reader.statement_reader():
                for some in (found, lists):
                    some[:_JUDGED] = [judge(question, e, statements) for e in some[:_JUDGED]]
        right = tuple(_holds(asked, e) for e in found)
        return Example(self.name, kind, search.query, tuple(found), right, tuple(lists))


@contextmanager
def _library(articles: Sequence[Article]) -> Iterator[Library]:
    with tempfile.TemporaryDirectory() as folder:
        write_documents(articles, Path(folder, "documents"))
        with Assistant(model=NO_MODEL, folder=Path(folder, "library")) as assistant:
            for _ in assistant.library.add([str(Path(folder, "documents"))]):
                pass
            yield assistant.library


def _examples(
    searched: Searched, articles: Sequence[Article], others: Sequence[Article], number: int
) -> list[Example]:
    examples = []
    for asked in sample(articles, number, _SEED):
        inside = searched.example("inside", asked)
        examples += [inside, _without_answer(inside, asked)]
    for asked in sample(articles, number, _SEED, answerable=False):
        examples.append(searched.example("impossible", asked))
    for asked in sample(others, int(number * _OUTSIDE_SHARE), _SEED):
        examples.append(replace(searched.example("outside", asked), right=()))
    return examples


def _without_answer(example: Example, asked: Asked) -> Example:
    """The question as a near-miss: without the passages that hold its answer."""
    left, lists = (
        tuple(e for e in found if not _names_answer(asked, e.passage.text))
        for found in (example.candidates, example.lists)
    )
    return replace(example, kind="near", candidates=left, right=(), lists=lists)


def _holds(asked: Asked, found: Evidence) -> bool:
    here, told = _plain(found.quote), _plain(asked.paragraph)
    return (here in told or told in here) and _names_answer(asked, found.quote)


def _names_answer(asked: Asked, text: str) -> bool:
    return any(_plain(answer) in _plain(text) for answer in asked.answers)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _order(example: Example, evidence: Linear) -> Matrix:
    marks = dict(zip((c.key for c in example.candidates), example.right, strict=True))
    ordered = rows_in_order(rank(example.candidates, evidence))
    return np.array([marks[e.key] for e in ordered], dtype=bool)


def _readable(model: Linear) -> dict[str, object]:
    return {
        "bias": round(model.bias, 4),
        "weights": {name: round(w, 4) for name, w in model.weights.items()},
    }
