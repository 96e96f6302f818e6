"""Follow-up questions are made to stand alone, by rules, from the turns before them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.language.lexicon import AUXILIARIES
from assistant.query.anaphora import (
    Anaphor,
    asks_for_more,
    completed,
    correction,
    fragment,
    is_bare,
    leans,
    pointers,
    told_topic,
    without_opening,
)
from assistant.query.antecedents import AntecedentResolver
from assistant.query.ellipsis import other_than, re_asked, substituted
from assistant.query.mentions import content, question_words
from assistant.query.turn import Turn

__all__ = ["Turn", "leans", "rewrite"]

# What says only that something is: "When was that?" asks of the event, not of a thing.
_EVENTS = frozenset("happen happened occur occurred place mean".split())


# After these "there" is where to.
_GOING = re.compile(
    r"\b(?:go(?:es|ne|ing)?|went|come|came|travel\w*|move[ds]?|sent|send|brought|return\w*|fled|been)"
    r"\s+$",
    re.IGNORECASE,
)
# Other things of the conversation that a pronoun is tried with.
_OTHERS = 3


def rewrite(question: str, history: Sequence[Turn], passed_over: int = 0) -> str:
    """The question with what it leans on filled in; unchanged if it stands alone.

    Pronouns take what the conversation speaks of; a fragment ("And in Paris?") takes its place in
    the question before it; a bare "When?" asks that question in another way. `passed_over` is how
    many of the things that the first pronoun may stand for it does not stand for.
    """
    turns = [replace(t, question=without_opening(t.question)) for t in history if t.question]
    if not turns or not leans(question):
        return question
    return _standalone(completed(question), turns, passed_over)


def alternative_rewrites(question: str, history: Sequence[Turn]) -> Iterator[str]:
    """Other readings of a follow-up: its pronoun taken for other things, the likeliest first.

    Each is made when it is asked for: most follow-ups need none.
    """
    first = rewrite(question, history)
    if first == question:
        return
    seen = {first}
    for passed_over in range(1, 1 + _OTHERS):
        other = rewrite(question, history, passed_over)
        if other not in seen:
            seen.add(other)
            yield other


def _standalone(question: str, history: Sequence[Turn], passed_over: int) -> str:
    last = history[-1]
    corrected = correction(question)
    plain = (corrected or "").strip(" ?.!") if corrected is not None else ""
    if corrected is not None:
        if question_words(plain)[0] and not leans(corrected):
            return _ended(corrected)
        if plain and not question_words(plain)[0]:
            return _ended(other_than(plain, history) or substituted(plain, last))
        question = corrected or question
    if (told := told_topic(question)) is not None:
        topic, asked = told
        found = pointers(asked)
        place = (found[0].start, found[0].end) if found else None
        return _ended(
            f"{asked[: place[0]]}{topic}{asked[place[1] :]}"
            if place
            else f"{asked.rstrip('?!. ')} ({topic})"
        )
    if (part := fragment(question)) is not None:
        whole = _filled(part, history, passed_over) if pointers(part) else part
        return _ended(substituted(whole, last, 0 if pointers(part) else passed_over))
    return _ended(_filled(without_opening(question), history, passed_over))


def _filled(question: str, history: Sequence[Turn], passed_over: int) -> str:
    last = history[-1]
    asking, rest = question_words(question)
    found = pointers(question)
    own = [w for w in content(rest) if w.lower() not in _EVENTS]
    if asking and not own and all(p.points == "event" for p in found):
        return re_asked(asking, last)
    if asks_for_more(question):
        return re_asked(question.strip(" ?.!"), last)
    referents = AntecedentResolver(history, question, passed_over)
    filled = question
    shift = 0
    for pointer in found:
        text = _done(question, pointer, last) or referents.of(pointer)
        if not text:
            continue
        text = _inflected(text, pointer, question[: pointer.start])
        filled = filled[: pointer.start + shift] + text + filled[pointer.end + shift :]
        shift += len(text) - (pointer.end - pointer.start)
    if filled == question or (is_bare(question) and not found):
        topic = referents.topic()
        return f"{question.rstrip('?!. ')} ({topic})" if topic else re_asked(asking, last)
    return filled


def _done(question: str, pointer: Anaphor, last: Turn) -> str:
    """The predicate that "do that" repeats: that of a question that asked who did it."""
    asking, rest = question_words(last.question)
    did = re.search(r"\bdo(?:ne)?\s+$", question[: pointer.start])
    subject = asking.lower() == "who" and rest.split()[:1] and rest.split()[0] not in AUXILIARIES
    return f"that, {rest.rstrip('?!. ')}" if pointer.points == "event" and did and subject else ""


def _inflected(text: str, pointer: Anaphor, before: str) -> str:
    if pointer.is_possessive:
        return text if re.search(r"['\u2019]s?$", text) else f"{text}'" + "s" * (text[-1] != "s")
    if pointer.points == "place" and not re.search(r"\b(?:in|from|to|at|near)\s+$", before):
        return f"to {text}" if _GOING.search(before) else f"in {text}"
    return text


def _ended(question: str) -> str:
    question = question.strip().rstrip("?!. ,")
    return f"{question[:1].upper()}{question[1:]}?"
