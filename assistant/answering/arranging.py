"""What of the evidence is shown for a question of each kind, and what is said before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.asking import Kind, defined, kind_of
from assistant.answering.deciding import asks_yes_no, decides
from assistant.answering.leaning_quotes import whole
from assistant.language.questions import AnswerType, answer_type
from assistant.language.words import content_terms, terms
from assistant.retrieval.evidence import Evidence, Retrieval

# Beside the best sentence of a list, at most this many more.
_MORE = 4
# A further sentence of a list: how far below the best its score may be, and the reader's log odds.
_LIST_SHARE = 0.5
_LIST_READER = -7.0
# Another document answers the same question otherwise: as sure of itself as the first.
_RIVAL_READER = 1.0
_RIVAL_BEHIND = 3.0
_RIVAL_COVERAGE = 0.6
_RIVAL_SIMILAR = 0.08
_COMPARABLE: frozenset[AnswerType] = frozenset({"number", "date", "person", "place"})
# A second sentence with 0.8 of the odds of the best (so far behind it) is shown too: to one
# question in 20. What is shown then holds the answer of 0.89 of the questions, the best sentence
# alone of 0.88.
_CLOSE = 0.22
# A sentence that defines may be this far behind the best.
_DEFINES_BEHIND = 4.0
# A sentence that says what something is has it among its first words.
_OPENING = 8
DISAGREE = "Your documents differ:"


@dataclass(frozen=True)
class Arrangement:
    """The sentences to show, best first, and what is said before them."""

    kind: Kind
    shown: tuple[Evidence, ...]
    lead: str = ""


NOTHING = Arrangement("fact", ())


def arrange(found: Retrieval) -> Arrangement:
    """The evidence that answers, by the kind of question; `found` must have some."""
    kind = kind_of(found.question)
    chosen = _arranged(kind, found.question, found.evidence)
    return replace(chosen, shown=tuple(map(whole, chosen.shown)))


def may_be_phrased(shown: Arrangement, found: Retrieval, answering: str) -> bool:
    """Whether a draft may take the place of the quotes.

    Never where documents disagree or several questions are answered; where a list or a yes or no
    was told from the sentences, only if the model is one that always composes.
    """
    if shown.kind in {"disagreement", "comparison", "several"}:
        return False
    if answering == "compose":
        return True
    first = shown.shown[0].span[1] == found.evidence[0].span[1]
    return first and not shown.lead and len(shown.shown) == 1


def _arranged(kind: Kind, question: str, evidence: Sequence[Evidence]) -> Arrangement:
    best = evidence[0]
    if kind == "yes_no" and asks_yes_no(question):
        return _decided(question, evidence)
    if kind == "list":
        return Arrangement("list", (best, *_further(question, evidence)))
    if kind == "definition":
        return Arrangement("definition", (_defining(defined(question), evidence),))
    if (rival := _rival(question, evidence)) is not None:
        return Arrangement("disagreement", (best, rival), DISAGREE)
    return Arrangement(kind, (best, *_close(evidence)))


def _close(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The second sentence where it is nearly as likely to answer as the best, and otherwise."""
    best = evidence[0]
    said = set(terms(best.quote))
    return [
        e
        for e in evidence[1:2]
        if e.score >= best.score - _CLOSE and not set(terms(e.answer_words or e.quote)) <= said
    ]


def _decided(question: str, evidence: Sequence[Evidence]) -> Arrangement:
    """Yes or no where the best sentence decides it and none of the next says the opposite."""
    verdict = decides(question, evidence[0])
    if verdict is None:
        return Arrangement("yes_no", (evidence[0],))
    for other in evidence[1:3]:
        if decides(question, other) not in {None, verdict}:
            return Arrangement("disagreement", (evidence[0], other), DISAGREE)
    return Arrangement("yes_no", (evidence[0],), f"{verdict.capitalize()}.")


def _further(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """More sentences with items of the list: they share a word of the question with the best one,
    a reader found something new in them, and they are not far behind."""
    best = evidence[0]
    shared = set(content_terms(question)) & set(terms(best.quote))
    seen = set(terms(best.quote))
    found: list[Evidence] = []
    for e in evidence[1:]:
        new = set(content_terms(e.answer_words)) - seen - set(content_terms(question))
        if (
            len(found) < _MORE
            and e.score >= _LIST_SHARE * best.score
            and e.features.get("reader", _LIST_READER - 1) >= _LIST_READER
            and shared & set(terms(e.quote))
            and new
        ):
            found.append(e)
            seen |= set(terms(e.quote))
    return found


def _defining(term: str, evidence: Sequence[Evidence]) -> Evidence:
    """The best sentence that says what the term is, else the best sentence."""
    wanted = [t for t in terms(term) if t]
    for e in evidence:
        if e.score < evidence[0].score - _DEFINES_BEHIND:
            break
        if _says_what_is(wanted, e):
            return e
    return evidence[0]


def _says_what_is(wanted: Sequence[str], evidence: Evidence) -> bool:
    """Whether a sentence opens with the term and goes on to say what it is or means.

    "It is a …" does, in a document of that title.
    """
    here = terms(evidence.quote)
    if here[:3] in (["it", "is", "a"], ["it", "is", "an"]):
        return set(wanted) <= set(terms(evidence.passage.title))
    for start in range(min(_OPENING, len(here))):
        end = start + len(wanted)
        if here[start:end] != list(wanted):
            continue
        after = [*here[end : end + 3], "", ""]
        if after[0] in {"is", "was", "a", "an"}:
            return "a" in after[:1] or after[1] in {"a", "an", "the", "ani", "one"}
        if after[0] in {"are", "were"}:
            return after[1] not in {"also", "not", "no"}
        return after[0] in {"mean", "refer", "denot", "describ"} or after[:2] == ["we", "mean"]
    return False


def _rival(question: str, evidence: Sequence[Evidence]) -> Evidence | None:
    """A sentence of another document that gives another number, date, name or place for the same.

    Both have what the question speaks of, and a reader is sure of both; a fact that one of them
    only says more exactly ("2014", "October 2014") is the same.
    """
    best, kind = evidence[0], answer_type(question)
    if kind not in _COMPARABLE or not _is_sure(best) or not best.answer_words:
        return None
    for e in evidence[1:]:
        if (
            e.passage.source != best.passage.source
            and _is_sure(e)
            and e.features["reader"] >= best.features["reader"] - _RIVAL_BEHIND
            and e.features["coverage"] >= best.features["coverage"] * 0.95
            and abs(e.features["max_sim"] - best.features["max_sim"]) <= _RIVAL_SIMILAR
            and _differs(kind, best.answer_words, e.answer_words)
        ):
            return e
    return None


def _is_sure(e: Evidence) -> bool:
    sure = e.features.get("reader", _RIVAL_READER - 1) >= _RIVAL_READER
    return sure and e.features["coverage"] >= _RIVAL_COVERAGE


def _differs(kind: AnswerType, one: str, other: str) -> bool:
    """Whether two answers cannot both be right: neither says all that the other says."""
    mine, theirs = set(content_terms(one)), set(content_terms(other))
    if kind in {"number", "date"}:
        mine, theirs = ({t for t in said if t[:1].isdigit()} for said in (mine, theirs))
        return bool(mine and theirs) and not (mine <= theirs or theirs <= mine)
    return bool(mine and theirs) and not mine & theirs
