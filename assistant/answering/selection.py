"""Which evidence is shown for a question of each kind, what it says, and what leads the answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.context import DAYS, with_context
from assistant.answering.verifier import StatementCheck, Verifier, says_answer
from assistant.answering.versions import Versions
from assistant.documents.units.lists import items_of
from assistant.language.answer_types import AnswerType, answer_type, offers
from assistant.language.lexicon import (
    AUXILIARIES,
)
from assistant.language.words import content_terms, names, terms, words
from assistant.query.intent import Kind, asks_yes_no, classify, defined
from assistant.query.mentions import name_texts
from assistant.retrieval.evidence import Evidence, Retrieval

# Beside the best sentence of a list, at most this many more.
_MORE = 4
# A further sentence of a list: how far below the best its score may be, and the reader's log odds.
_LIST_SHARE = 0.4
_LIST_READER = -7.0
# Another document answers the same question otherwise: as sure of itself as the first.
_RIVAL_READER = 1.0
_RIVAL_BEHIND = 3.0
_RIVAL_COVERAGE = 0.6
_RIVAL_SIMILAR = 0.08
_COMPARABLE: frozenset[AnswerType] = frozenset({"number", "date", "person", "place"})
# A second sentence with 0.8 of the odds of the best (so far behind it) is shown too.
_CLOSE = 0.22
# A sentence that defines may be this far behind the best.
_DEFINES_BEHIND = 4.0
# A sentence that says what something is has it among its first words.
_OPENING = 8
DISAGREE = "Your documents differ:"
OF_SOMEBODY = "Your documents say of {}:"
# So many documents are shown of those that speak of somebody.
_OF_ONE = 3
# Sentences of more words are cut to the clause that answers, if that has some words itself.
_LONG_WORDS = 24
_CLAUSE_WORDS = 6
_CLAUSE_END = re.compile(r";\s+|\s[\u2013\u2014]\s|,\s+(?=(?:but|while|whereas|although|though)\b)")
# A list that the best evidence is no part of may be this far behind it where one is asked for.
_LIST_BEHIND = 1.5
# Or it has this share of the question's words, and more than the best evidence.
_LIST_COVERAGE = 0.5
# A reason or a way that is told in fewer words than this is a fragment of its sentence.
_REASON_WORDS = 5
_DAY_TERMS = frozenset(term for day in DAYS for term in terms(day))


@dataclass(frozen=True)
class Selection:
    """The evidence to show, best first, and what is said before it.

    With `words` each is said by the words in it that answer, the quote standing below; else by its
    sentence, or the clause of it that answers.
    """

    kind: Kind
    shown: tuple[Evidence, ...]
    lead: str = ""
    words: bool = True

    def said(self, number: int) -> str:
        """The text for a piece of evidence."""
        one = self.shown[number]
        if is_list(one):
            return items(one)
        return spoken(one) if self.words and one.answer_words else clause(one)


NOTHING = Selection("fact", ())


def select(found: Retrieval, verifier: Verifier, versions: Versions | None = None) -> Selection:
    """The evidence that answers, by the kind of question; `found` must have some."""
    kind = classify(found.question)
    chosen = _selected(kind, found, verifier, versions)
    return replace(chosen, shown=tuple(map(with_context, chosen.shown)))


def may_be_phrased(shown: Selection) -> bool:
    """Tell if a model's sentence may take the place of what is shown.

    Never where documents disagree, where several questions are answered, where a yes or no or a
    list was told from the sentences, or where the sentence says it better than the words in it.
    """
    one = len(shown.shown) == 1 and not shown.lead
    return one and shown.words and shown.kind not in {"comparison", "several", "version"}


def prefers_draft(checks: Sequence[StatementCheck], best: Evidence, *, around_words: bool) -> bool:
    """Tell if a draft leads: its first statement stands and, `around_words`, has all of those."""
    if not checks or not checks[0].stands:
        return any(c.stands for c in checks) and not around_words
    return not around_words or says_answer(checks[0].text, best)


def _selected(
    kind: Kind, found: Retrieval, verifier: Verifier, versions: Versions | None
) -> Selection:
    question, evidence = found.question, found.evidence
    best = evidence[0]
    if kind == "yes_no" and asks_yes_no(question):
        decided = verifier.decide(question, evidence)
        if decided is None:
            return Selection("yes_no", (best,), words=False)
        said, by = decided
        # "No, breakfast costs extra" says it itself; what depends on something says on what.
        says_it = said is None or re.match(rf"{said}\b", clause(by), re.IGNORECASE) is not None
        lead = "" if says_it else f"{said}.".capitalize()
        return Selection("yes_no", (by,), lead, words=False)
    if (listed := _listed(kind, found)) is not None:
        return Selection("list", (listed,), words=False)
    if kind == "list":
        if (value := _whole_value(best)) is not None:
            return Selection("list", (value,))
        return Selection("list", (best, *_further(question, evidence)))
    if kind == "definition":
        return Selection("definition", (_defining(defined(question), evidence),), words=False)
    if _names_only(question):
        return _of_one(question, evidence)
    told = versions.pair(question, evidence) if versions is not None else ()
    if len(told) > 1:
        return Selection("version", told, words=all(map(_reads_surely, told)))
    if told:
        best = told[0]
        evidence = (best, *(e for e in evidence if e is not best))
    if (rival := _rival(question, evidence)) is not None:
        return Selection("disagreement", (best, rival), DISAGREE)
    return Selection(kind, (best, *_close(evidence)), words=_tells(question, best))


def _tells(question: str, best: Evidence) -> bool:
    """Tell if the words that answer can stand alone: a reason that is no fragment, a date or a
    number where one is asked for ("before" answers no "when")."""
    asked = answer_type(question)
    if asked == "reason":
        return len(best.answer_words.split()) >= _REASON_WORDS
    has_type = offers(asked, best.answer_words, set(content_terms(question))) > 0
    return asked not in {"date", "number"} or has_type or not offers(asked, best.said, set())


def _listed(kind: Kind, found: Retrieval) -> Evidence | None:
    """The list or the steps that answer as a whole; None where one sentence does.

    Where a list or a way to do something is asked for, it is the list that the best evidence stands
    in, or one that is as good. Else the question must be about the list, not about an item: none of
    its words stand in the item that was found.
    """
    if not found.lists or kind in {"yes_no", "definition"}:
        return None
    best, listed = found.evidence[0], found.lists[0]
    own = next((e for e in found.lists if _holds(e, best)), None)
    if kind == "list" or _asks_way(found.question):
        return own or (listed if _is_near(listed, best) else None)
    if answer_type(found.question) != "other":
        return None
    if own is not None:
        return own if best.features["coverage"] == 0 else None
    return listed if listed.score >= best.score else None


def _is_near(listed: Evidence, best: Evidence) -> bool:
    """Tell if a list is nearly as good as the best evidence, or has more of the question: "How we
    bleed a brake" leads into the steps."""
    covered = listed.features["coverage"]
    covers = covered >= _LIST_COVERAGE and covered > best.features["coverage"]
    return covers or listed.score >= best.score - _LIST_BEHIND


def _asks_way(question: str) -> bool:
    """Tell if a question asks how something is done: "how do I …", "how to …"."""
    first, second = [*(w.text.lower() for w in words(question)), "", ""][:2]
    return first == "how" and (second in AUXILIARIES or second == "to")


def _holds(listed: Evidence, one: Evidence) -> bool:
    inside = listed.span[0] <= one.span[0] < listed.span[1]
    return inside and listed.passage.id == one.passage.id


def is_list(evidence: Evidence) -> bool:
    """Tell if a piece of evidence is a whole list."""
    return evidence.span not in evidence.passage.sentences and bool(
        evidence.passage.reading.items(evidence.span)
    )


def items(evidence: Evidence) -> str:
    """The items of a list, one below the other, each once and in order, as they stand there."""
    return "\n".join(items_of(evidence.quote))


def _whole_value(evidence: Evidence) -> Evidence | None:
    """The evidence with all that stands under its label, if it is an entry."""
    reading = evidence.passage.reading
    unit = reading.by_span.get(evidence.span)
    if unit is None or unit.kind not in {"entry", "row"} or evidence.answer is None:
        return None
    runs = reading.runs[evidence.span]
    held = [run.span for run in runs if run.span[0] <= evidence.answer[0] < run.span[1]]
    return replace(evidence, answer=held[0]) if held else None


def _names_only(question: str) -> bool:
    """Tell if it asks what somebody or something is that it names: "Who is Lotte Mayer?"."""
    asked = set(content_terms(question))
    return bool(asked) and asked <= names(question) and answer_type(question) in {"person", "place"}


def _of_one(question: str, evidence: Sequence[Evidence]) -> Selection:
    """The evidence on the one who is named, a sentence each; the best alone if only one does.

    They tell different things of one subject, which is no contradiction. What describes goes first:
    "Lotte Mayer (tenant)", "Name: Lotte Mayer; Role: …".
    """
    asked, named = names(question), name_texts(question)[0]
    describes = re.compile(rf"{re.escape(named)}\s*(?:[(;]|,? (?:is|was)\b)", re.IGNORECASE)
    ordered = sorted(evidence, key=lambda e: describes.search(e.quote) is None)
    speaking: dict[str, Evidence] = {}
    for e in ordered:
        if asked <= set(terms(e.quote)):
            speaking.setdefault(e.passage.source, e)
    if len(speaking) < 2:
        return Selection("fact", tuple(evidence[:1]))
    shown = tuple(speaking.values())[:_OF_ONE]
    return Selection("definition", shown, OF_SOMEBODY.format(named), words=False)


def _close(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The second sentence where it is nearly as likely to answer as the best, and otherwise."""
    best = evidence[0]
    said = set(terms(best.quote))
    return [
        e
        for e in evidence[1:2]
        if e.score >= best.score - _CLOSE
        and not set(content_terms(e.answer_words or e.quote)) & said
    ]


def spoken(evidence: Evidence) -> str:
    """The words that answer, without what is left of their sentence: commas, half a pair."""
    text = evidence.answer_words.strip(" ,;:.\u2013\u2014-")
    rest = evidence.quote.partition(text)[2]
    for left, right in ("()", "\u201c\u201d", "[]", '""'):
        half = text.count(left) != text.count(right) if left != right else text.count(left) % 2
        if half and rest.startswith(right) and not text.startswith(right):
            return f"{text}{right}"
        if half:
            text = text.strip(left + right)
    return text


def clause(evidence: Evidence) -> str:
    """The words of the evidence on one line; of a long sentence the clause with the words that
    answer.

    A question with its answer says the answer alone.
    """
    unit = evidence.passage.reading.by_span.get(evidence.span)
    if unit is not None and unit.pieces:
        runs = evidence.passage.reading.runs[evidence.span]
        return " ".join((runs[-1].text if unit.kind == "answered" else evidence.said).split())
    quote = evidence.quote
    if evidence.answer is None or len(quote.split()) <= _LONG_WORDS:
        return " ".join(quote.split())
    start, end = (place - evidence.span[0] for place in evidence.answer)
    borders = [0, *(m.end() for m in _CLAUSE_END.finditer(quote)), len(quote)]
    left = max(b for b in borders if b <= start)
    right = min(b for b in borders if b >= end)
    part = quote[left:right].strip(" ,;:\u2013\u2014\n")
    return " ".join((part if len(part.split()) >= _CLAUSE_WORDS else quote).split())


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
            and (_is_name(best, e) or e.features.get("reader", -100.0) >= _LIST_READER)
            and shared & set(terms(e.quote))
            and new
        ):
            found.append(e)
            seen |= set(terms(e.quote))
    return found


def _is_name(best: Evidence, other: Evidence) -> bool:
    """Tell if both have words that answer which begin as names do: items of a list are alike."""
    return best.answer_words[:1].isupper() and other.answer_words[:1].isupper()


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
    """Tell whether a sentence opens with the term and goes on to say what it is or means.

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
            and _of_the_same(question, best, e)
        ):
            return e
    return None


def _of_the_same(question: str, one: Evidence, other: Evidence) -> bool:
    """Tell if neither sentence names a subject of its own: "Paul's rent", "Anna's rent"."""
    asked = set(terms(question))
    mine, theirs = (
        {n for n in names(e.quote) if n.isalpha()} - asked - set(terms(e.answer_words)) - _DAY_TERMS
        for e in (one, other)
    )
    return not (mine and theirs) or bool(mine & theirs)


def _is_sure(e: Evidence) -> bool:
    return _reads_surely(e) and e.features["coverage"] >= _RIVAL_COVERAGE


def _reads_surely(e: Evidence) -> bool:
    return e.features.get("reader", _RIVAL_READER - 1) >= _RIVAL_READER


def _differs(kind: AnswerType, one: str, other: str) -> bool:
    """Tell whether two answers cannot both be right: neither says all that the other says."""
    mine, theirs = set(content_terms(one)), set(content_terms(other))
    if kind in {"number", "date"}:
        mine, theirs = ({t for t in said if t[:1].isdigit()} for said in (mine, theirs))
        return bool(mine and theirs) and not (mine <= theirs or theirs <= mine)
    return bool(mine and theirs) and not mine & theirs
