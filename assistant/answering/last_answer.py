"""Replies to a request on the last answer: its place, its certainty, more of it, less of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from assistant.answering.direct import DirectAnswer
from assistant.answering.selection import Selection
from assistant.language.words import words
from assistant.library.document_store import Passage
from assistant.library.library import Library
from assistant.query.last_answer import Request
from assistant.query.turn import Turn
from assistant.retrieval.evidence import Evidence, Retrieval
from assistant.retrieval.outcome import HIGH, LIKELY

NO_ANSWER_YET = (
    "There is no answer yet that this could be about. Ask me something about your documents."
)
NO_MORE = "Your documents say no more about it there."
# Sentences that are shown at once as more, and the fewest words of one.
_MORE = 4
_MORE_WORDS = 5
# Other documents say something on the matter from this share of the question's words on.
_ON_THE_MATTER = 0.5


def asked_last(history: Sequence[Turn]) -> Turn | None:
    """The last turn that asked something; None where there is none."""
    return next((turn for turn in reversed(history) if turn.question), None)


def on_reply(wish: Request, reply: DirectAnswer) -> DirectAnswer:
    """The same for what the library itself answers."""
    if wish == "check":
        return replace(
            reply, lead=f"Yes, so it stands in the catalogue of your library. {reply.lead}"
        )
    return replace(reply, shown=reply.shown[:1]) if wish == "shorter" else reply


def on_evidence(
    wish: Request, found: Retrieval, shown: Selection, history: Sequence[Turn], library: Library
) -> Selection:
    """The evidence to show for the request, from the evidence `found` again and `shown` for its
    answer."""
    if wish == "source":
        places = " and ".join(dict.fromkeys(_place(e) for e in shown.shown))
        return replace(shown, lead=f"It says so in {places}:", words=False)
    if wish == "check":
        return _checked(found, shown)
    if wish == "shorter":
        first = shown.shown if shown.kind in {"list", "disagreement"} else shown.shown[:1]
        return replace(shown, shown=first, words=False)
    question = found.question.text
    told = " ".join(turn.answer for turn in history if turn.question == question)
    more = _more(found, shown, " ".join(told.split()), library)
    return Selection(shown.kind, tuple(more), "" if more else NO_MORE, words=False)


def _checked(found: Retrieval, shown: Selection) -> Selection:
    """The sentences that the answer rests on, after how sure it is; others that say the same."""
    sure = "I am quite sure" if found.confidence >= HIGH else "I am fairly sure"
    if found.confidence < LIKELY:
        sure = "No, I am not sure"
    says = f": {shown.lead[:1].lower()}{shown.lead[1:]}" if shown.lead else ". It says:"
    best = shown.shown[0]
    words_said = best.answer_words
    same = [
        e
        for e in found.evidence
        if words_said and words_said in e.quote and e.passage.source != best.passage.source
    ]
    every = {e.key: e for e in (*shown.shown, *same[:1])}
    return Selection(shown.kind, tuple(every.values()), f"{sure}{says}", words=False)


def _place(evidence: Evidence) -> str:
    """The place of a quote: file, page, lines, the heading above it."""
    passage = evidence.passage
    first, last = passage.lines_of(evidence.span)
    where = [PurePath(passage.source).name]
    if passage.page is not None:
        where.append(f"page {passage.page}")
    where.append(f"line {first}" if first == last else f"lines {first} to {last}")
    if passage.headings:
        where.append(f"under \u201c{passage.headings[-1]}\u201d")
    return ", ".join(where)


def _more(found: Retrieval, shown: Selection, told: str, library: Library) -> list[Evidence]:
    """Sentences on the matter that were not told yet: those that follow the quote and stand before
    it, those of the passages below the same heading, then the best of other documents."""
    quoted = [e.span for e in shown.shown if e.passage.source == shown.shown[0].passage.source]
    kept: list[Evidence] = []
    for one in _on_the_matter(found, shown.shown[0], library):
        plain = " ".join(one.quote.split())
        overlaps = any(one.span[0] < end and start < one.span[1] for start, end in quoted)
        again = overlaps and one.passage.source == shown.shown[0].passage.source
        new = plain not in told and one.key not in {e.key for e in kept}
        if new and not again and len(words(plain)) >= _MORE_WORDS:
            kept.append(one)
    return kept[:_MORE]


def _on_the_matter(found: Retrieval, best: Evidence, library: Library) -> Iterator[Evidence]:
    own = best.passage
    yield from (e for e in _sentences(own) if e.span[0] >= best.span[1])
    yield from (e for e in _sentences(own) if e.span[0] < best.span[1])
    ids = library.document_store.passage_ids(own.source)
    below = library.document_store.passages(ids[ids.index(own.id) + 1 :] if own.id in ids else [])
    for passage in sorted(below.values(), key=lambda p: p.start):
        if passage.headings == own.headings:
            yield from _sentences(passage)
    yield from (
        e for e in found.evidence if e.passage.source != own.source and e.coverage >= _ON_THE_MATTER
    )


def _sentences(passage: Passage) -> list[Evidence]:
    return [Evidence(passage, span) for span in passage.sentences]
