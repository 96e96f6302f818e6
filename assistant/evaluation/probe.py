"""A cautious estimate of the threshold where a person has no questions: from the library itself.

Questions on many other subjects should be refused; questions made of the library's own sentences
should not. Both are easier than what people ask: they can show that a threshold lets too much
through, but not that it refuses too much. So the estimate never loosens it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Literal

import numpy as np

from assistant import paths
from assistant.evaluation.answer_candidates import candidates
from assistant.evaluation.calibration import Labels, Rate, share
from assistant.evaluation.statistics import Array
from assistant.evaluation.template import Sentences, slots
from assistant.language.words import content_terms, terms, words
from assistant.library.library import Library
from assistant.query.question import Question
from assistant.retrieval.evidence_search import EvidenceSearch
from assistant.retrieval.reader import Reader
from assistant.retrieval.reranker import RankingModel

SUBJECTS_FILE = "other-subjects.txt"
# Questions that are asked on other subjects, and made from the library itself.
OTHER, OWN = 40, 40
Kind = Literal["own", "removed", "other"]

# What the threshold should refuse of questions on other subjects, and at most of those made of the
# library's own sentences.
_REFUSED = 0.95
_OWN_REFUSED = 0.02
# So many other questions move the threshold half the way to where they would put it.
_HALF_WAY = 30
# One word in so many of a sentence does not come into its question.
_LEFT_OUT = 3
_MATCHES = 20


@dataclass(frozen=True)
class Probe:
    """A question; `answer` are the words of the library that answer it, "" for none."""

    question: str
    answer: str = ""


@dataclass(frozen=True)
class Probed:
    """The models' confidences: of a question "on other subjects", of one of its "own" sentences,
    or of one whose passages with the answer were "removed"."""

    kind: Kind
    confidence: float


@dataclass(frozen=True)
class Estimate:
    """The threshold (log odds) that would be cautious, and the shares that it and the one in force
    refuse by kind; `number` of each kind."""

    threshold: float
    number: dict[Kind, int]
    before: dict[Kind, Rate]
    after: dict[Kind, Rate]


def own_questions(documents: Sequence[Sentences], number: int, seed: int = 1) -> list[Probe]:
    """Questions made of sentences all over the documents: a name, date or number asked for by the
    words around it, of which some are left out, as people do not know the sentence."""
    made = []
    for slot in slots(documents, number * 2, seed):
        found = candidates(slot.sentence)
        if found and (question := _asking(slot.sentence, found[0], Random(f"{seed}{slot.id}"))):
            made.append(Probe(question, found[0]))
    return made[:number]


def other_questions(library: Library) -> list[Probe]:
    """The shipped questions on many subjects that no passage of the library has all words of."""
    path = paths.shipped("models") / SUBJECTS_FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    certain = (line for line in lines if line.strip() and not _is_covered(line, library))
    return [Probe(line) for line in islice(certain, OTHER)]


def confidences(
    library: Library, probes: Sequence[Probe], model: RankingModel, reader: Reader | None
) -> Iterator[Probed]:
    """Ask each question; one with an answer is told a second time without the passages that hold
    it."""
    for probe in probes:
        search = EvidenceSearch(library, Question(probe.question))
        found = search.shortlist() if reader is None else search.reread(reader)[0]
        kind: Kind = "own" if probe.answer else "other"
        yield Probed(kind, search.ranked(found, model).confidence)
        if probe.answer:
            answer = set(terms(probe.answer))
            left = [c for c in found if not answer <= set(terms(c.passage.text))]
            yield Probed("removed", search.ranked(left, model).confidence)


def estimate(odds: dict[Kind, Array], in_force: float) -> Estimate:
    """A cautious threshold, by log odds of each kind, beside the threshold in force.

    It is raised only where clearly fewer of the other questions are refused than should be; the
    fewer there are, the less.
    """
    other, own = odds["other"], odds["own"]
    before = {kind: refused(values, in_force) for kind, values in odds.items()}
    threshold = in_force
    if len(other) and len(own) and before["other"].high < _REFUSED:
        wanted = min(float(np.quantile(other, _REFUSED)), float(np.quantile(own, _OWN_REFUSED)))
        trust = len(other) / (len(other) + _HALF_WAY)
        threshold = max(in_force, in_force + trust * (wanted - in_force))
    after = {kind: refused(values, threshold) for kind, values in odds.items()}
    return Estimate(threshold, {kind: len(v) for kind, v in odds.items()}, before, after)


def refused(odds: Array, threshold: float) -> Rate:
    """The share below the threshold."""
    below: Labels = odds < threshold
    return share(below, np.ones(len(odds), dtype=bool))


def _asking(sentence: str, answer: str, random: Random) -> str:
    """A question for `answer`; "" where too little of the sentence is left to ask by."""
    lead = "When" if any(c.isdigit() for c in answer) and not answer[0].isdigit() else "What"
    if answer[0].isdigit():
        lead = "When" if len(answer) == 4 and answer.isdigit() else "How many"
    around = [w for w in words(sentence.replace(answer, " ")) if not w.is_stop_word]
    kept = [w.text for w in around if random.randrange(_LEFT_OUT)]
    return f"{lead} {' '.join(kept)}?" if len(kept) >= 3 else ""


def _is_covered(question: str, library: Library) -> bool:
    wanted = set(content_terms(question))
    found = library.document_store.passages(
        [i for i, _ in library.document_store.match(tuple(wanted), _MATCHES)]
    )
    return any(wanted <= set(terms(p.text)) for p in found.values())
