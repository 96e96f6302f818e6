"""Which evidence is shown for a question of each kind, what it says, and what leads the answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.context import apart, with_context
from assistant.answering.verifier import StatementCheck, Verifier, says_answer
from assistant.answering.versions import Versions
from assistant.documents.units.lists import items_of
from assistant.language.answer_types import AnswerType, offers
from assistant.language.words import content_terms, terms
from assistant.query.intent import Kind
from assistant.query.mentions import name_texts
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence, Retrieval

# The reader is sure of a sentence from these log odds on.
_SURE = 1.0
# Two sentences that contradict each other have as much of the question as this.
_OF_THE_SAME = 0.6
_COMPARABLE: frozenset[AnswerType] = frozenset({"number", "date", "person", "place"})
# A second sentence with 0.8 of the odds of the best (so far behind it) is shown too; of a list one
# with two thirds.
_CLOSE, _CLOSE_IN_LIST = 0.22, 0.4
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
# The second sentence of an explanation may be this far behind the best.
_EXPLAINS = 2.0


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
    labels: tuple[str, ...] = ()

    def said(self, number: int) -> str:
        """The text for a piece of evidence."""
        one = self.shown[number]
        if self.labels:
            return f"{self.labels[number]}{clause(one)}"
        if one.is_list:
            return items(one)
        return spoken(one) if self.words and one.answer_words else clause(one)

    def beside(self, number: int) -> str:
        """The text for a piece of evidence after a model's sentence on the first."""
        return f"{'Also' if self.kind == 'list' else 'Or'}: {self.said(number)}."


NOTHING = Selection("fact", ())


def select(found: Retrieval, verifier: Verifier, versions: Versions | None = None) -> Selection:
    """The evidence that answers, by the kind of question; `found` must have some."""
    chosen = _selected(found, verifier, versions)
    return replace(chosen, shown=tuple(map(with_context, chosen.shown)))


def may_be_phrased(shown: Selection) -> bool:
    """Tell if a model's sentence may take the place of the first that is shown.

    Never where documents or their versions disagree, where a yes or no or a whole list is told, or
    where the sentence says it better than the words in it.
    """
    return shown.words and not shown.lead and shown.kind != "version"


def led_by(found: Retrieval, shown: Selection) -> Retrieval:
    """The retrieval, its evidence led by what is shown first: the newest version goes before the
    one that was found first. A draft is written from the first."""
    first = shown.shown[0]
    place = (first.passage.id, first.span[1])
    ordered = sorted(found.evidence, key=lambda e: (e.passage.id, e.span[1]) != place)
    return replace(found, evidence=tuple(ordered))


def prefers_draft(checks: Sequence[StatementCheck], best: Evidence, *, around_words: bool) -> bool:
    """Tell if a draft leads: its first statement stands and, `around_words`, has all of those."""
    if not checks or not checks[0].stands:
        return any(c.stands for c in checks) and not around_words
    return not around_words or says_answer(checks[0].text, best)


def _selected(found: Retrieval, verifier: Verifier, versions: Versions | None) -> Selection:
    question, evidence = found.question, found.evidence
    kind, best = question.kind, evidence[0]
    if question.is_yes_no:
        decided = verifier.decide(question, evidence)
        if decided is None:
            return Selection("yes_no", (best,), words=False)
        said, by = decided
        # "No, breakfast costs extra" says it itself; what depends on something says on what.
        says_it = said is None or re.match(rf"{said}\b", clause(by), re.IGNORECASE) is not None
        lead = "" if says_it else f"{said}.".capitalize()
        return Selection("yes_no", (by,), lead, words=False)
    if (listed := _listed(found)) is not None:
        return Selection("list", (listed,), words=False)
    if kind == "list":
        if (value := _whole_value(best)) is not None:
            return Selection("list", (value,))
        return Selection("list", (best, *_close(question, evidence, _CLOSE_IN_LIST)))
    if _names_only(question):
        return _of_one(question, evidence)
    told = versions.pair(question, evidence) if versions is not None else ()
    if len(told) > 1:
        return Selection("version", told, words=all(map(_reads_surely, told)))
    if told:
        best = told[0]
        evidence = (best, *(e for e in evidence if e is not best))
    if (rival := _rival(question, evidence, verifier)) is not None:
        return Selection("disagreement", (best, rival), DISAGREE)
    if question.wants_explanation:
        return Selection(kind, _explaining(question, evidence), words=False)
    tells = _has_type(question, best) and (kind != "definition" or _ends_clause(best))
    return Selection(kind, (best, *_close(question, evidence, _CLOSE)), words=tells)


def _has_type(question: Question, best: Evidence) -> bool:
    """Tell if the words that answer hold a date or a number where one is asked for and the
    sentence has one: "before" answers no "when"."""
    asked = question.answer_type
    if asked not in {"date", "number"} or not offers(asked, best.said, set()):
        return True
    return offers(asked, best.answer_words, set(question.content)) > 0


def _listed(found: Retrieval) -> Evidence | None:
    """The list or the steps that answer as a whole; None where one sentence does.

    Where a list or a way to do something is asked for, it is the list that the best evidence stands
    in, or one that is as good. Else the question must be about the list, not about an item: none of
    its words stand in the item that was found.
    """
    question = found.question
    if not found.lists or question.kind in {"yes_no", "definition"}:
        return None
    best, listed = found.evidence[0], found.lists[0]
    own = next((e for e in found.lists if _holds(e, best)), None)
    if question.kind == "list" or question.asks_way:
        return own or (listed if _is_near(listed, best) else None)
    if question.answer_type != "other":
        return None
    if own is not None:
        return own if best.coverage == 0 else None
    return listed if listed.score >= best.score else None


def _is_near(listed: Evidence, best: Evidence) -> bool:
    """Tell if a list is nearly as good as the best evidence, or has more of the question: "How we
    bleed a brake" leads into the steps."""
    covers = listed.coverage >= _LIST_COVERAGE and listed.coverage > best.coverage
    return covers or listed.score >= best.score - _LIST_BEHIND


def _holds(listed: Evidence, one: Evidence) -> bool:
    inside = listed.span[0] <= one.span[0] < listed.span[1]
    return inside and listed.passage.id == one.passage.id


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


def _names_only(question: Question) -> bool:
    """Tell if it asks what somebody or something is that it names: "Who is Lotte Mayer?"."""
    asked = question.content
    named_alone = bool(asked) and asked <= question.names
    return named_alone and question.answer_type in {"person", "place"}


def _of_one(question: Question, evidence: Sequence[Evidence]) -> Selection:
    """The evidence on the one who is named, a sentence each; the best alone if only one does.

    They tell different things of one subject, which is no contradiction. What describes goes first:
    "Lotte Mayer (tenant)", "Name: Lotte Mayer; Role: …".
    """
    asked, named = question.names, name_texts(question.text)[0]
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


def _explaining(question: Question, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The best sentence and the next best of its passage, in their order there.

    A way to do something is told by the best alone: beside it stands another way, to do another.
    """
    best = evidence[0]
    beside = [e for e in evidence[1:] if e.passage.id == best.passage.id]
    second = [e for e in beside[:1] if e.score >= best.score - _EXPLAINS]
    if question.asks_what_to_do:
        second = []
    ordered = sorted((best, *second), key=lambda e: e.span)
    return tuple(apart([with_context(e) for e in ordered]))


def _ends_clause(evidence: Evidence) -> bool:
    """Tell if the words that answer go on to the end of their clause: a definition that stops
    before "in which" says less."""
    if evidence.answer is None:
        return False
    rest = evidence.passage.slice((evidence.answer[1], evidence.span[1])).lstrip()
    return not rest[:1].isalnum()


def _close(question: Question, evidence: Sequence[Evidence], behind: float) -> list[Evidence]:
    """The second sentence where it is nearly as likely to answer as the best, and otherwise."""
    best, said = evidence[0], set(terms(evidence[0].quote))
    new = [set(content_terms(e.answer_words or e.quote)) - question.content for e in evidence[1:2]]
    return [
        e
        for e, own in zip(evidence[1:2], new, strict=True)
        if e.score >= best.score - behind and own and not own & said
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


def _rival(question: Question, evidence: Sequence[Evidence], verifier: Verifier) -> Evidence | None:
    """A sentence of another document that contradicts the best, where a reader is sure of both.

    Both have what the question speaks of: the years of two bridges are no contradiction.
    """
    best = evidence[0]
    comparable = question.answer_type in _COMPARABLE and best.coverage >= _OF_THE_SAME
    if not comparable or not _reads_surely(best):
        return None
    others = (e for e in evidence if e.passage.source != best.passage.source)
    same = (e for e in others if _reads_surely(e) and e.coverage >= best.coverage)
    return next((e for e in same if verifier.contradict(best, e)), None)


def _reads_surely(e: Evidence) -> bool:
    return e.reader_score is not None and e.reader_score >= _SURE
