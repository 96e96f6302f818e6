"""Mentions in a question, by its form alone: names, noun phrases, the words that ask."""

import re
from dataclasses import dataclass, replace

from assistant.language.lexicon import AUXILIARIES, STOP_WORDS, VERB_AUXILIARIES
from assistant.language.words import words

_AUX = "|".join(sorted(AUXILIARIES))
# The words that ask, with what belongs to them: "in which town", "how many of the".
WH = re.compile(
    r"^\s*(?P<wh>(?:(?:in|on|at|by|from|to|for|with|under|of|about|against|near|between)\s+)?"
    r"(?:how(?:\s+(?:many|much|far|long|old|tall|high|large|big|deep|fast|often|wide|heavy|few|"
    r"soon|late|early|hot|cold|expensive))?|who|whom|whose|what|which|when|where|why)\b)",
    re.IGNORECASE,
)
_WORD = r"[A-Z\u00c0-\u00de][\w'\u2019.&-]*|\d{3,4}(?=\s+[A-Z])"
_NAME = re.compile(
    rf"(?<![\w'])(?:{_WORD})(?:[^\S\n]+(?:(?:of|the|de|al|and|von|van|for)[^\S\n]+){{0,2}}"
    rf"(?:{_WORD}))*(?:[^\S\n]+\d+(?!\w))?"
)
_PLACED = re.compile(
    r"\b(?:in|at|near|from|to|on|inside|outside|across|through|into)\s+(?:the\s+)?$", re.IGNORECASE
)
_DETERMINED = re.compile(
    r"\b(the|a|an|his|her|its|their|my|our|this|these|those)\s+"
    r"((?:[\w\u00c0-\u024f'\u2019-]+\s+){0,4}?[\w\u00c0-\u024f'\u2019-]+)"
    rf"(?=\s+(?:{_AUX}|{'|'.join(sorted(STOP_WORDS - AUXILIARIES))})\b|\s*[?.,;:!]|\s*$)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(rf"({_AUX})\s+(?:the\s+)?", re.IGNORECASE)
_ADVERB = re.compile(r"(?:ly|first|ever|also|later|last)$")
_FINITE = re.compile(r"(?:ed|ing|built|made|held|known|founded|born|done|lost|won|sold)$")


# "What's", "He'll": a function word with the verb that it has swallowed.
_CONTRACTED = re.compile(r"['\u2019](?:s|re|d|ll|ve)$")
_NO_NAMES = STOP_WORDS | {"so", "no", "ok", "okay", "thanks"}


@dataclass(frozen=True)
class Mention:
    """A name or noun phrase of a question, with its place there.

    `placed` says that it comes after "in", "at" and their like, `is_subject` after the auxiliary.
    """

    text: str
    start: int
    end: int
    placed: bool
    is_name: bool
    is_subject: bool = False


def question_words(question: str) -> tuple[str, str]:
    """The words that ask and the rest: "Which town", "did they take?"; ("", question) if none."""
    found = WH.match(question)
    if not found:
        return "", question
    asking, rest = found["wh"].strip(), question[found.end() :].strip()
    last = asking.split()[-1].lower()
    if last in {"what", "which", "whose", "many", "much"}:
        # "which town did": up to the auxiliary, where one follows soon.
        head = re.match(rf"((?:(?!(?:{_AUX})\b)[\w.'\u2019-]+\s+){{0,5}}?)(?=(?:{_AUX})\b)", rest)
        if head and head[1]:
            return f"{asking} {head[1].strip()}", rest[head.end() :]
    return asking, rest


def asked_noun(asking: str) -> str:
    """The noun that "which town" or "how many judges" asks for: "town", "judges"; "" for a bare
    "who"."""
    found = WH.match(asking)
    return asking[found.end() :].strip() if found else ""


def mentions(question: str) -> list[Mention]:
    """Names and determined noun phrases of a question, in order, none within another."""
    asking, rest = question_words(question)
    offset = len(question) - len(rest)
    named = [m for m in _names(question) if m.start >= offset or not asking]
    named += [m for m in _names(question) if m not in named and " " in asking]
    phrases = [p for p in _phrases(question, rest, offset) if not _within(p, named)]
    found = [_whole(m, question, offset) for m in named + phrases]
    return sorted((m for m in found if not _inside(m, found)), key=lambda m: m.start)


def _whole(m: Mention, question: str, offset: int) -> Mention:
    """A mention after the auxiliary is the subject, with the nouns that follow its name."""
    first = _AUXILIARY.match(question, offset)
    is_subject = first is not None and m.start == first.end()
    if not m.is_name:
        return replace(_with_place(m, question), is_subject=is_subject)
    nouns = _nouns_after(question[m.end :])
    if is_subject and first and first[1].lower() in VERB_AUXILIARIES:
        nouns = nouns[:-1]
    elif not is_subject and not (nouns and nouns[-1].endswith("s")):
        nouns = []  # a verb may follow; "Huguenot refugees" is safe
    end = m.end + sum(len(n) + 1 for n in nouns)
    return replace(m, text=question[m.start : end], end=end, is_subject=is_subject)


def _nouns_after(tail: str) -> list[str]:
    """The plain words right after a name, up to a function word, a participle or an adverb."""
    nouns: list[str] = []
    for word in (re.match(r"(?:\s+[a-z][\w'\u2019-]*)*", tail) or [""])[0].split():
        if word in STOP_WORDS or _FINITE.search(word) or _ADVERB.search(word):
            break
        nouns.append(word)
    return nouns


def _with_place(m: Mention, question: str) -> Mention:
    """A thing that was named first by the question keeps where it is: "a settlement in Ohio"."""
    if not re.match(r"an?\s", m.text):
        return m
    place = re.match(r"\s+(?:in|at|near|of|on)\s+[^?.,;]+", question[m.end :])
    text = "the " + m.text.split(None, 1)[1] + (place[0] if place else "")
    return replace(m, text=text)


def name_texts(text: str) -> list[str]:
    """The names in a text, without what only opens its sentence."""
    return [m.text for m in _names(text)]


def _names(text: str) -> list[Mention]:
    found = []
    for match in _NAME.finditer(text):
        start, name = match.start(), match.group()
        parts = name.split()
        while parts and _CONTRACTED.sub("", parts[0].lower()) in _NO_NAMES:
            start += len(parts[0]) + 1
            parts = parts[1:]
        while parts and (parts[-1].lower() in STOP_WORDS):
            parts = parts[:-1]
        if not parts:
            continue
        name = " ".join(parts).rstrip(".'\u2019")
        # The first word is capitalised anyway, and may be a verb: "Name", "List".
        if not text[:start].strip() and len(parts) == 1 and name.lower() in _OPENERS:
            continue
        name = re.sub(r"['\u2019]s$", "", name)
        placed = bool(_PLACED.search(text[:start]))
        found.append(Mention(name, start, start + len(name), placed, True))
    return found


def with_article(mention: Mention, question: str) -> str:
    """The mention as it is said elsewhere: "the Duchy of Normandy", its article with it."""
    article = re.search(r"\bthe\s+$", question[: mention.start], re.IGNORECASE)
    return f"the {mention.text}" if article else mention.text


_OPENERS = frozenset(
    "name list tell give explain describe define show find compare summarise summarize please "
    "according other along aside during besides".split()
)


def _phrases(question: str, rest: str, offset: int) -> list[Mention]:
    found = []
    inverted = re.match(r"(?:do|does|did|can|could|will|would|should)\b\s+", rest, re.IGNORECASE)
    for match in _DETERMINED.finditer(question, max(0, offset)):
        noun = match[2].split()
        while len(noun) > 1 and _FINITE.search(noun[-1].lower()):
            noun = noun[:-1]
        # "did the old bridge cost": the subject's verb follows it.
        if inverted and match.start() <= offset + inverted.end() and len(noun) > 1:
            noun = noun[:-1]
        if not noun or noun[0].lower() in STOP_WORDS:
            continue
        text = " ".join((match[1], *noun))
        start = match.start()
        placed = bool(_PLACED.search(question[:start]))
        found.append(Mention(text, start, start + len(text), placed, False))
    return found


def _within(phrase: Mention, named: list[Mention]) -> bool:
    """Tell whether a phrase is no more than a name with its article."""
    return any(
        phrase.start <= n.start and phrase.end <= n.end + 2 and n.start < phrase.end for n in named
    )


def _inside(one: Mention, found: list[Mention]) -> bool:
    return any(
        m is not one and m.start <= one.start and one.end <= m.end and len(m.text) > len(one.text)
        for m in found
    )


def content(text: str) -> list[str]:
    """The words that are no function words."""
    return [w.text for w in words(text) if w.text.lower() not in STOP_WORDS]
