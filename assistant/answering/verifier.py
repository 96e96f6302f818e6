"""Holds statements against evidence: rules for names and numbers, a trained model for the rest.

The rules never err on what they stop: a number or a name that stands neither in the evidence nor in
the question is made up. What a text says of the things it names, the model judges; without one,
words and negations stand in for it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answering.answer import Support
from assistant.answering.context import leans
from assistant.answering.permissions import Ruling, ruling, statement_of
from assistant.language.negation import negates, says_not
from assistant.language.sentences import sentence_spans
from assistant.language.words import content_terms, names, term, terms, words
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.reader import StatementReader, SupportScores

YesNo = Literal["yes", "no"]

_MARKUP = re.compile(r"\*\*|__|`|(?<!\s)\s*\[\d+\]|^[ \t]*(?:[-*\u2022]|\d+[.)])\s+", re.MULTILINE)
_OPENING = re.compile(r"^(?:yes|no)\b[\s,.:;-]*", re.IGNORECASE)
# The model's probabilities at which a statement is supported, partly so, or contradicted.
_SUPPORTED = 0.7
# A sentence around the words that the reader found says little of its own: of such, 96 in 100 that
# are right pass this, and 78 the other.
_PHRASE_SUPPORTED = 0.6
_PARTLY = 0.3
_CONTRADICTED = 0.7
# Evidence that is looked at for a statement.
_LOOKED_AT = 4
# The same for a statement that nobody wrote from the evidence: more of it contradicts by chance.
_HELD_AGAINST = 2
_LIKELIER = 0.5
_BEFORE_CHARS = 240
# Evidence for a yes or no may be this far behind the best, and have this share of the words of the
# question that any of it has.
_NEAR = 3.0
_SUBJECT = 0.7
# The share of the question's words that evidence must have for the model to judge by it.
_ON_SUBJECT = 0.5
# From this probability on a denial elsewhere in a sentence ("without asking") is no denial of it.
_SURELY = 0.9
# Evidence is clearly the best if its score, a log odds, is so far above the second's.
_CLEAR = 1.5


@dataclass(frozen=True)
class StatementCheck:
    """A statement's support, the evidence (index) that it rests on, the reason if it has none."""

    text: str
    support: Support
    evidence: int | None
    reason: str = ""

    @property
    def stands(self) -> bool:
        return self.support in {"exact", "supported"}


def statements(draft: str) -> list[str]:
    """The sentences of a draft, its markup and any markers of its own removed."""
    plain = _MARKUP.sub("", draft).strip()
    return [plain[a:b] for a, b in sentence_spans(plain)]


class Verifier:
    """Says of a statement whether evidence supports it, contradicts it, or does not say it."""

    def __init__(self, model: StatementReader | None = None) -> None:
        """Without a `model`, words and negations are compared."""
        self._model = model

    def check(
        self,
        statement: str,
        question: Question,
        evidence: Sequence[Evidence],
        *,
        is_phrase: bool = False,
    ) -> StatementCheck:
        """The best support that the evidence gives the statement, which is perhaps a phrase around
        the reader's words."""
        for number, one in enumerate(evidence):
            if _plain(statement).rstrip(".") in _plain(one.quote) and len(terms(statement)) > 1:
                return StatementCheck(statement, "exact", number)
        said = _OPENING.sub("", statement)
        if not set(content_terms(said)) - set(terms(question.text)) and said == statement:
            return _unsupported(statement, "it says nothing that the question does not")
        if statement.rstrip().endswith("?") or _repeats(said, question.text, evidence):
            return _unsupported(statement, "it repeats the question, or itself")
        looked_at = _by_overlap(said, evidence)
        missing = [_made_up(said, question.text, evidence[n]) for n in looked_at]
        possible = [n for n, made_up in zip(looked_at, missing, strict=True) if not made_up]
        if not possible:
            reason = f"{missing[0]!r} is not in the evidence" if missing else "there is no evidence"
            return _unsupported(statement, reason)
        if self._model is None:
            return _by_words(statement, question.text, evidence, possible)
        least = _PHRASE_SUPPORTED if is_phrase else _SUPPORTED
        return self._judged(statement, said, evidence, possible, least)

    def _judged(
        self,
        statement: str,
        said: str,
        evidence: Sequence[Evidence],
        possible: Sequence[int],
        least: float,
    ) -> StatementCheck:
        scores = self._scores(said, [evidence[n] for n in possible])
        best = max(range(len(scores)), key=lambda i: scores[i].supported)
        if scores[best].supported >= least:
            return StatementCheck(statement, "supported", possible[best])
        denying = max(range(len(scores)), key=lambda i: scores[i].contradicted)
        if scores[denying].contradicted >= _CONTRADICTED:
            return StatementCheck(
                statement, "contradicted", possible[denying], "the evidence says otherwise"
            )
        if scores[best].supported >= _PARTLY:
            return StatementCheck(statement, "partly", possible[best], "only part of it is said")
        return _unsupported(statement, "the evidence does not say it")

    def _scores(self, statement: str, evidence: Sequence[Evidence]) -> list[SupportScores]:
        """Of each evidence the best of its readings; its passage, where the name may stand that it
        leaves out, contradicts nothing."""
        return [
            SupportScores(
                max(s.supported for s in (near, alone, wide)),
                max(s.contradicted for s in (near, alone)),
            )
            for near, alone, wide in self._read(statement, evidence)
        ]

    def _read(
        self, statement: str, evidence: Sequence[Evidence], readings: int = 3
    ) -> list[Sequence[SupportScores]]:
        """The model's scores of each evidence in the first `readings` of its readings."""
        assert self._model is not None
        texts = [text for e in evidence for text in _readings(e)[:readings]]
        scores = self._model.support([(statement, text) for text in texts])
        return [scores[i : i + readings] for i in range(0, len(scores), readings)]

    def hold(self, statement: str, evidence: Sequence[Evidence]) -> StatementCheck:
        """A statement that was not written from the evidence, held against it.

        Other than a draft's, it may say again what it says, and be contradicted by a number.
        """
        whole = _plain(statement).rstrip(".")
        for number, one in enumerate(evidence):
            if len(terms(statement)) > 1 and _plain(one.quote).rstrip(".") == whole:
                return StatementCheck(statement, "exact", number)
        looked_at = _by_overlap(statement, evidence)[:_HELD_AGAINST]
        if not looked_at or not content_terms(statement):
            return _unsupported(statement, "there is no evidence")
        missing = {n: _made_up(statement, "", evidence[n]) for n in looked_at}
        possible = [n for n in looked_at if not missing[n]]
        if self._model is None:
            strange = _unsupported(statement, f"{missing[looked_at[0]]!r} is not in the evidence")
            return _by_words(statement, "", evidence, possible) if possible else strange
        return self._held(statement, evidence, looked_at, possible)

    def _held(
        self,
        statement: str,
        evidence: Sequence[Evidence],
        looked_at: Sequence[int],
        possible: Sequence[int],
    ) -> StatementCheck:
        """By the model: what is likelier than all else, of the evidence that says it best."""
        read = self._read(statement, [evidence[n] for n in looked_at])
        own = dict(zip(looked_at, read, strict=True))
        supported = {n: max(s.supported for s in own[n]) for n in possible}
        # A sentence out of its context denies much that its document does not.
        contradicted = {
            n: max(own[n][0].contradicted, own[n][2].contradicted)
            for n in looked_at
            if _is_on_subject(statement, evidence[n])
        }
        best = _highest(supported)
        backing, against = supported.get(best, 0.0), max(contradicted.values(), default=0.0)
        if backing >= max(_LIKELIER, against):
            return StatementCheck(statement, "supported", best)
        if against >= _LIKELIER:
            sure = [n for n, score in contradicted.items() if score >= _LIKELIER]
            cited = _nearest(statement, evidence, sure)
            return StatementCheck(statement, "contradicted", cited, "the evidence says otherwise")
        return _unsupported(statement, "the evidence does not say it")

    def contradict(self, one: Evidence, other: Evidence) -> bool:
        """Tell if each of two pieces of evidence denies what the other says."""
        if self._model is None:
            return False
        said = [" ".join(e.said.split()) for e in (one, other)]
        scores = self._model.support([(said[0], said[1]), (said[1], said[0])])
        return all(s.contradicted >= _CONTRADICTED for s in scores)

    def decide(
        self, question: Question, evidence: Sequence[Evidence]
    ) -> tuple[YesNo | None, Evidence] | None:
        """Yes or no, with the evidence that says so; None where none does, or two say otherwise.

        It rests on what is clearly the best evidence, if that permits or forbids; else on the
        evidence with most of the question's words. What ties a permission to a
        condition says neither: the first of the pair is None.
        """
        if self._model is None or not evidence:
            return None
        if _is_clear(evidence) and (ruled := ruling(question.text, evidence[0], is_clear=True)):
            return _said(ruled), evidence[0]
        looked_at = [
            e
            for e in evidence[:_LOOKED_AT]
            if e.score >= evidence[0].score - _NEAR and not e.quote.rstrip().endswith("?")
        ]
        read = self._read(question.text, looked_at, 2)
        told = [
            (ruling(question.text, e) or _judged(question, e, s), e, s[1])
            for e, s in zip(looked_at, read, strict=True)
        ]
        most = max((_covered(e) for e in looked_at), default=0.0)
        near = [each for each in told if each[0] and _covered(each[1]) >= _SUBJECT * most]
        if len({said for said, _, _ in near}) != 1:
            return None
        # What says it by itself goes before what only stands beside that.
        said, one, _ = max(near, key=lambda each: (_covered(each[1]), _strength(each[0], each[2])))
        return _said(said), one


def _strength(ruled: Ruling | None, alone: SupportScores) -> float:
    """The probability with which a sentence by itself says so."""
    return alone.contradicted if ruled == "no" else alone.supported


def _said(ruled: Ruling | None) -> YesNo | None:
    return None if ruled == "depends" else ruled


def _is_clear(evidence: Sequence[Evidence]) -> bool:
    """Tell if ranking holds the first for the answer, clearly above all others."""
    return len(evidence) > 1 and evidence[0].score - evidence[1].score >= _CLEAR


def _covered(evidence: Evidence) -> float:
    """The share of the question's words that the evidence itself has."""
    return evidence.features.get("coverage", 1.0)


def _judged(question: Question, one: Evidence, own: Sequence[SupportScores]) -> Ruling | None:
    """Yes or no by the model, on what has the subject.

    Evidence that has all words of the question says yes, or, where it denies them, no; an answer to
    this question says which it begins with.
    """
    if _covered(one) + one.features.get("coverage_headings", 0.0) < _ON_SUBJECT:
        return None  # that it does not run on one system says nothing of another
    said = statement_of(one)
    opening = _OPENING.match(said)
    if opening and said != one.said and _covered(one) >= 1:
        return "yes" if opening.group().lower().startswith("yes") else "no"
    # What stands before it tells of another thing, unless it leans on that.
    alone = own[1]
    read = own if leans(one.quote) else (alone,)
    supported = max(s.supported for s in read)
    contradicted = max(s.contradicted for s in read)
    # "Anglers need no permit" has all the words of the question, and denies it.
    denied = negates(one.quote, question.content) != says_not(question.text)
    settled = max(supported, contradicted, _covered(one))
    if contradicted >= _CONTRADICTED or (denied and settled >= _SUPPORTED):
        return "no"
    surely = alone.supported >= _SURELY and not opening
    alike = surely or says_not(one.said) == says_not(question.text)
    return "yes" if supported >= _SUPPORTED and alike else None


def _readings(evidence: Evidence) -> list[str]:
    """The quote after what stands before it, alone, and with its passage, each on one line."""
    texts = (in_context(evidence), evidence.said, evidence.passage.reading.text)
    return [" ".join(text.split()) for text in texts]


def _is_on_subject(statement: str, evidence: Evidence) -> bool:
    """Tell if the evidence's passage has half of the statement's words: less denies nothing."""
    said = set(content_terms(statement))
    passage = evidence.passage
    here = set(terms(" ".join((passage.title, *passage.headings, passage.text))))
    return 2 * len(said & here) >= len(said)


def _nearest(statement: str, evidence: Sequence[Evidence], among: Sequence[int]) -> int:
    """Of the evidence (indices) the one that itself has most of the statement's words.

    A sentence read after the one before it contradicts what only that one denies.
    """
    said = set(content_terms(statement))
    return max(among, key=lambda n: len(said & set(terms(evidence[n].said))))


def _highest(scores: Mapping[int, float]) -> int:
    """The key of the highest score; -1 of none."""
    return max(scores, key=lambda n: scores[n], default=-1)


def _repeats(statement: str, question: str, evidence: Sequence[Evidence]) -> bool:
    """Tell if a word stands twice in the statement, and in neither question nor any quote."""
    said = content_terms(statement)
    known = Counter(set(said)) | Counter(content_terms(question))
    for one in evidence:
        known |= Counter(content_terms(one.quote))
    return bool(Counter(said) - known)


def _unsupported(statement: str, reason: str) -> StatementCheck:
    return StatementCheck(statement, "unsupported", None, reason)


def in_context(evidence: Evidence) -> str:
    """The quote on one line, after its document's title and the sentence before it."""
    passage = evidence.passage
    before = ""
    for start, end in passage.sentences:
        if start < evidence.span[0] and evidence.span[0] - start <= _BEFORE_CHARS:
            before = passage.slice((start, max(end, evidence.span[0])))
            break
    title = passage.headings[-1] if passage.headings else passage.title
    return " ".join(f"{title}{'.' if title else ''} {before} {evidence.said}".split())


def _by_overlap(statement: str, evidence: Sequence[Evidence]) -> list[int]:
    """The evidence (indices) that shares most words with the statement, at most `_LOOKED_AT`."""
    said = set(content_terms(statement))
    shared = [len(said & set(terms(in_context(e)))) for e in evidence]
    return sorted(range(len(evidence)), key=lambda n: (-shared[n], n))[:_LOOKED_AT]


def _made_up(statement: str, question: str, evidence: Evidence) -> str:
    """A name or number of the statement that neither the evidence nor the question has; or ""."""
    passage = evidence.passage
    context = " ".join((passage.title, *passage.headings, passage.text, evidence.quote, question))
    strange = names(statement) - set(terms(context))
    return next((w.text for w in words(statement) if term(w.text) in strange), "")


def _by_words(
    statement: str, question: str, evidence: Sequence[Evidence], possible: Sequence[int]
) -> StatementCheck:
    """By words alone: all that is said stands in the evidence, and neither is negated alone."""
    reason = ""
    for number in possible:
        one = evidence[number]
        said = set(content_terms(statement))
        here = set(terms(in_context(one))) | set(terms(question))
        if strange := said - here:
            odd = next(w.text for w in words(statement) if term(w.text) in strange)
            reason = reason or f"{odd!r} is not in the evidence"
        elif says_not(statement) != negates(one.quote, said):
            reason = reason or "one of the two is negated"
        else:
            return StatementCheck(statement, "supported", number)
    return _unsupported(statement, reason)


def says_answer(statement: str, evidence: Evidence) -> bool:
    """Tell if the statement has the words that the reader marked, in their order."""
    answer, said = terms(evidence.answer_words), terms(statement)
    return bool(answer) and any(
        said[i : i + len(answer)] == answer for i in range(len(said) - len(answer) + 1)
    )


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'")
    folded = folded.replace("\u201c", '"').replace("\u201d", '"')
    return " ".join(folded.split())
