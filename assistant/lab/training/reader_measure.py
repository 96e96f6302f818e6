"""The worth of a reader on a question set: alone, beside the features, and with them.

The questions are asked of a library of the set's documents, as in the product: the reader sees the
best passages that the search returns, of whatever document.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.assistant import Assistant
from assistant.engines import catalog
from assistant.engines.models import NO_MODEL
from assistant.engines.reader import OnnxReader
from assistant.evaluation.dataset import EvalQuestion, read
from assistant.evaluation.statistics import mcnemar
from assistant.evaluation.text_matching import contains, exact_match, f1, normalise
from assistant.lab.training.linear import auroc
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.evidence_search import EvidenceSearch
from assistant.retrieval.reader import Reader, judge
from assistant.retrieval.reranker import rank, shipped_models, signals
from assistant.wiring import shipped_reader

# Gold evidence of fewer characters is a phrase, not a sentence.
_SENTENCE = 15


@dataclass(frozen=True)
class Asked:
    """A question's sentences in the order of each ranking, and its scores, each by its name."""

    question: EvalQuestion
    orders: Mapping[str, Sequence[Evidence]]
    scores: Mapping[str, float]
    read_ms: float

    def is_right(self, name: str, first: int) -> bool:
        """Tell whether one of the `first` sentences of a ranking holds the answer."""
        return any(_is_right(self.question, c.quote) for c in self.orders[name][:first])


def _is_right(question: EvalQuestion, text: str) -> bool:
    """Marked evidence where the set has it and its answers are long; else a gold answer."""
    if all(len(answer.split()) > 12 for answer in question.answers) and question.evidence:
        mine = normalise(text)
        marked = map(normalise, question.evidence)
        return len(text) > _SENTENCE and any(mine in e or e in mine for e in marked)
    return contains(text, question.answers)


def measure(assistant: Assistant, questions: Sequence[EvalQuestion], reader: Reader) -> list[Asked]:
    """Ask all questions; only those of `questions` that stand alone are meant for this."""
    return [_asked(assistant, question, reader) for question in questions]


def _asked(assistant: Assistant, question: EvalQuestion, reader: Reader) -> Asked:
    models = shipped_models()
    search = EvidenceSearch(assistant.library, Question(question.question))
    shortlist = search.shortlist()
    began = time.perf_counter()
    reread, _ = search.reread(reader)
    spent = (time.perf_counter() - began) * 1000
    plain = rank(shortlist, models.plain.evidence)
    orders = {"features": plain, "reader": reread}
    scores = {
        "features": models.plain.confidence(signals(search.query, plain)),
        "reader": max((c.features["reader"] for c in reread), default=-100.0),
    }
    if models.with_reader is not None and reread:
        both = rank(reread, models.with_reader.evidence)
        if statements := reader.statement_reader():
            both[0] = judge(search.query.question, both[0], statements)
            scores["judge"] = both[0].features["supported"]
        orders["both"] = both
        scores["both"] = models.with_reader.confidence(signals(search.query, both))
    return Asked(question, orders, scores, spent)


def figures(asked: Sequence[Asked], outside: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """The figures of each ranking: sentences and spans right, AUROC of its score."""
    answerable = [a for a in asked if a.question.answerable and a.question.answers]
    others = [a for a in asked if not a.question.answerable]
    found: dict[str, dict[str, float]] = {}
    for name in ("features", "reader", "both"):
        known = [a for a in answerable if name in a.orders]
        own = found[name] = {
            "first": _mean([a.is_right(name, 1) for a in known]),
            "first_three": _mean([a.is_right(name, 3) for a in known]),
        }
        if name != "features":
            spans = [(a.question.answers, a.orders[name][0].answer_words) for a in known]
            own["span_em"] = _mean([exact_match(text, gold) for gold, text in spans])
            own["span_f1"] = _mean([f1(text, gold) for gold, text in spans])
        own |= _aurocs(known, name, others, outside)
    found["judge"] = _aurocs(answerable, "judge", others, outside)
    for name in ("reader", "both"):
        found[name] |= _paired(answerable, name)
    found["reader"]["read_ms"] = round(float(np.median([a.read_ms for a in asked])), 1)
    return found


def _aurocs(
    known: Sequence[Asked], name: str, others: Sequence[Asked], outside: Sequence[Asked]
) -> dict[str, float]:
    """AUROC of a score against questions that are not answered here, and on other subjects."""
    found = {}
    for title, group in (("auroc_unanswerable", others), ("auroc_outside", outside)):
        sides = [np.array([a.scores[name] for a in g if name in a.scores]) for g in (known, group)]
        if all(side.size for side in sides):
            found[title] = round(auroc(*sides), 3)
    return found


def _paired(asked: Sequence[Asked], name: str) -> dict[str, float]:
    """First sentences won from and lost to the features alone, with McNemar's exact p."""
    sides = [(a.is_right(name, 1), a.is_right("features", 1)) for a in asked if name in a.orders]
    won, lost = sides.count((True, False)), sides.count((False, True))
    return {"won": won, "lost": lost, "p": round(mcnemar(won, lost), 4)}


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 3) if values else 0.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("questions", type=Path, help="a question set, JSON lines")
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--outside", type=Path, help="questions on subjects no document covers")
    parser.add_argument("--reader", type=Path, help="reader.onnx; the shipped one if not given")
    parser.add_argument(
        "--library", type=Path, help="folder to keep the library in; else it is made anew"
    )
    parser.add_argument("--show", type=int, default=0, help="wrong first sentences to print")


def command(options: argparse.Namespace) -> int:
    """Measure as the options say and print the figures as JSON."""
    questions = [q for q in read(options.questions) if not q.history]
    outside = read(options.outside) if options.outside else []
    with (
        tempfile.TemporaryDirectory() as place,
        Assistant(model=NO_MODEL, folder=options.library or Path(place)) as assistant,
    ):
        for _ in assistant.library.add([str(options.documents)]):
            pass
        reader = reader_at(options.reader)
        asked = measure(assistant, questions, reader)
        away = measure(assistant, outside, reader)
    print(json.dumps(figures(asked, away), indent=1))
    wrong = [a for a in asked if a.question.answerable and not a.is_right("reader", 1)]
    for one in wrong[: options.show]:
        q = one.question
        print(f"{q.question} | {q.answers[:1]} | {one.orders['reader'][0].answer_words}")
    return 0


def reader_at(path: Path | None) -> OnnxReader:
    """The reader of a file, or the shipped one."""
    if path is not None:
        return OnnxReader(path, catalog.embedder().tokenizer)
    shipped = shipped_reader()
    assert shipped is not None
    return shipped
