"""The one form of a question that is answered, however its end and its capitals were typed."""

import re
from collections import Counter

from assistant.language.words import Word, term, words
from assistant.library.document_store import Passage
from assistant.library.library import Library

_END = re.compile(r"[\s?!.,;:\u2026\u203d\u061f\uff1f\u3002]+$")
_POSSESSIVE = re.compile(r"['\u2019]s$")
_SENTENCE_START = re.compile(r"[.!?:\n]\s*[\"'\u201c\u2018(*#-]*\s*$")
# Passages that are looked at for how a word is written, and the share of its places that decide.
_PASSAGES = 8
_NEARLY_ALL = 0.9


def normal_form(question: str, library: Library) -> str:
    """The question with one question mark, and with capitals if it was typed without.

    Rules, features and reader see marks and capitals; a person in haste leaves them out and means
    the same. Names get the capitals that the library gives them.
    """
    plain = _END.sub("", question)
    if not plain:
        return question
    return f"{_with_capitals(plain, library)}?"


def _with_capitals(text: str, library: Library) -> str:
    """The text as it is if it has capitals of its own within, else with those of the library."""
    if text[1:] != text[1:].lower() and not text.isupper():
        return text[0].upper() + text[1:]
    made = text.lower()
    for word in reversed(words(made)):
        if not (word.is_stop_word or word.is_number):
            made = made[: word.start] + _as_written(word, library) + made[word.end :]
    return made[0].upper() + made[1:]


def _as_written(word: Word, library: Library) -> str:
    """The word as the library writes it in sentences, if that is nearly always with capitals."""
    base = _POSSESSIVE.sub("", word.text)
    ids = [i for i, _ in library.document_store.match([term(base)], _PASSAGES)]
    forms = Counter(
        form
        for p in library.document_store.passages(ids).values()
        for form in _forms(base, _in_sentences(p))
    )
    capitals = Counter({form: n for form, n in forms.items() if form != base})
    if not capitals or capitals.total() < forms.total() * _NEARLY_ALL:
        return word.text
    return capitals.most_common(1)[0][0] + word.text[len(base) :]


def _in_sentences(passage: Passage) -> str:
    """The sentences of a passage: names of columns and keys have capitals of their own."""
    units = passage.reading.units
    return "\n".join(
        passage.reading.said(u.span) for u in units if u.kind not in {"row", "entry", "header"}
    )


def _forms(base: str, text: str) -> list[str]:
    """The spelling of `base` at its places in `text`, where that is not due to the sentence alone.

    A word that opens a sentence tells something only before another with a capital: "Ban Ki-moon".
    """
    every = words(text)
    found = []
    for place, word in enumerate(every):
        form = _POSSESSIVE.sub("", word.text)
        if form.lower() != base:
            continue
        gap = text[every[place - 1].end : word.start] if place else "\n"
        following = every[place + 1] if place + 1 < len(every) else None
        is_name = following is not None and following.is_capitalised
        beside = following is not None and text[word.end : following.start] in {" ", "-"}
        if not _SENTENCE_START.search(gap) or (is_name and beside):
            found.append(form)
    return found
