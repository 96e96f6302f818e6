"""Questions put otherwise: as people type them, or changed so that the text no longer answers."""

import random
import re

from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import term, words

_KEPT = frozenset("who whom whose which what when where why how many much not no".split())
_OPPOSITES = (
    "first last,most least,largest smallest,biggest smallest,highest lowest,longest shortest,"
    "oldest youngest,oldest newest,before after,increase decrease,increased decreased,"
    "above below,more fewer,north south,northern southern,east west,eastern western,"
    "began ended,begin end,start end,started ended,won lost,earliest latest,best worst,"
    "male female,men women,his her,rich poor,accept reject,accepted rejected,allowed banned,"
    "support oppose,supported opposed,maximum minimum,positive negative,win lose,left right,"
    "strong weak,high low,higher lower,larger smaller,greater lesser,older younger,"
    "built destroyed,founded dissolved,early late,inside outside,upper lower,majority minority"
)
_OPPOSITE = {
    word: other
    for pair in _OPPOSITES.split(",")
    for word, other in (pair.split(), reversed(pair.split()))
}
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)*|\b\d[\d,.]*\d\b|\b\d\b")


def names(text: str) -> list[str]:
    """Numbers and runs of capitalised words that do not begin a sentence, in order."""
    return [m.group() for m in _NAME.finditer(text)]


def swapped(question: str, here: list[str], elsewhere: list[str], rng: random.Random) -> str | None:
    """The question with one name, number or sense exchanged, or None where that cannot be done.

    A name or number that the paragraph also has (`here`) is exchanged for one of its kind that
    stands `elsewhere` and not here; a word with an opposite for its opposite.
    """
    local = " ".join(here).lower()
    options = []
    for found in _NAME.finditer(question):
        old = found.group()
        if old.lower() in local:
            likely = [
                n
                for n in elsewhere
                if n.lower() not in local
                and n[0].isdigit() == old[0].isdigit()
                and (not old[0].isdigit() or len(n) == len(old))
                and n.lower() not in STOP_WORDS
            ]
            if likely:
                options.append((found.span(), rng.choice(likely)))
    for word in words(question):
        other = _OPPOSITE.get(word.text.lower())
        if other:
            options.append(((word.start, word.end), other))
    if not options:
        return None
    (start, end), new = rng.choice(options)
    return question[:start] + new + question[end:]


def as_people_ask(question: str, paragraph: str, rng: random.Random) -> str:
    """The question, one time in three as typed in haste: keywords, typos, words left out.

    Leaving out or hiding a word that the paragraph shares teaches the reader not to lean on one
    shared word: most questions of the sets were written with the text in view.
    """
    draw = rng.random()
    if draw < 0.06:
        kept = [w.text for w in words(question) if w.text.lower() in _KEPT or not w.is_stop_word]
        return " ".join(kept) if len(kept) > 2 else question
    if draw < 0.14:
        return _typo(question, rng).rstrip(" ?")
    if draw < 0.22:
        return question.rstrip(" ?").lower()
    if draw < 0.36:
        return _hidden(question, paragraph, rng)
    return question


def _typo(question: str, rng: random.Random) -> str:
    """One letter dropped, doubled or exchanged with the next, in a word of five or more."""
    long = [w for w in words(question) if len(w.text) >= 5]
    if not long:
        return question
    word = rng.choice(long)
    at = word.start + rng.randrange(1, len(word.text) - 1)
    kind = rng.randrange(3)
    middle = ("", question[at] * 2, question[at + 1] + question[at])[kind]
    return question[:at] + middle + question[at + (2 if kind == 2 else 1) :]


def _hidden(question: str, paragraph: str, rng: random.Random) -> str:
    """The question with one content word that the paragraph shares masked."""
    present = {term(w.text) for w in words(paragraph)}
    shared = [
        w
        for w in words(question)
        if not w.is_stop_word and not w.is_number and term(w.text) in present
    ]
    if len(shared) < 2:
        return question
    word = rng.choice(shared)
    return f"{question[: word.start]}[MASK]{question[word.end :]}"
