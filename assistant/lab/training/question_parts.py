"""The parts of a question: what it asks with, its auxiliary, its subject and its verb."""

import re
from dataclasses import dataclass

from assistant.lab.training import verb_forms
from assistant.language.words import terms, words

BE = frozenset("is are was were".split())
DO = frozenset("do does did".split())
HAVE = frozenset("has have had".split())
MODALS = frozenset("can could will would may might must should".split())
AUXILIARIES = BE | DO | HAVE | MODALS
PRONOUNS = frozenset("he she it they we i you there this these".split())
DETERMINERS = frozenset(
    "a an the his her its their our my your this that these those some any each every all "
    "no one two three most many several".split()
)
PREPOSITIONS = frozenset(
    "in on at of to from by for with as about into onto upon over under against between among "
    "during after before since until through throughout within without across around near "
    "toward towards like than amongst beside beyond via behind outside inside along per".split()
)
# Adjectives that may follow "is" without being part of its subject.
_ADJECTIVES = frozenset(
    "able available responsible similar famous common present important popular free open closed "
    "active visible equal equivalent native necessary possible prone subject due close "
    "capable aware home dependent independent legal illegal ready full".split()
)
_ADVERBS = frozenset(
    "first last also often sometimes still now later further once usually ever always never "
    "generally then currently previously again soon".split()
)
_CLAUSES = frozenset("that who which whom whose where when while because if although".split())
_JOINERS = PREPOSITIONS | DETERMINERS | frozenset("and or not be been being".split())
_ASKED = re.compile(
    r"(?:(?P<prep>in|on|at|of|to|from|by|for|with|during|under|through|into|against|within|near|"
    r"around|between|about|until|since|before|after|along)\s)?"
    r"(?P<wh>whom?|what|which|when|where|why|how)\s",
    re.IGNORECASE,
)
_FRONTED = re.compile(
    r"((?:in|on|at|during|after|before|according|as|by|along|besides|unlike|since|for|under|from|"
    r"until|within|with|among|like)\b[^,]*(?:, \d{4})?),\s(?=(?:\w+\s)?"
    r"(?:whom?|what|which|when|where|why|how)\s)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Parts:
    """A question in parts: "In what year | did | the war end": prep, wh, noun, auxiliary, rest.

    `auxiliary` is empty where the verb itself follows; it is then the first word of `rest`.
    `before` is what is said before the question ("In 1990, …").
    """

    before: str
    prep: str
    wh: str
    noun: tuple[str, ...]
    auxiliary: str
    rest: tuple[str, ...]

    @property
    def stranded(self) -> bool:
        """A preposition at the end: "What did he play for"."""
        return len(self.rest) > 1 and self.rest[-1] in PREPOSITIONS

    @property
    def asks_who(self) -> bool:
        return self.wh in {"who", "what", "which"} and not self.prep


@dataclass(frozen=True)
class Split:
    """The rest of a question, cut before and behind its verb."""

    subject: str
    verb: str
    tail: tuple[str, ...]


def parts(question: str) -> Parts | None:
    """The parts of a question that begins with its question word; None for other forms."""
    text = " ".join(question.split()).rstrip(" ?.")
    before = ""
    if fronted := _FRONTED.match(text):
        before, text = fronted.group(1), text[fronted.end() :]
    asked = _ASKED.match(text)
    if asked is None or re.search(r"\bnot\b|n't\b|[;:?!]", text):
        return None
    wh, tokens = asked["wh"].lower(), text[asked.end() :].split()
    border = _verb_place(wh, tokens)
    if border is None:
        return None
    noun, after = tuple(tokens[:border]), tuple(tokens[border:])
    auxiliary = after[0] if after[0] in AUXILIARIES else ""
    rest = after[1:] if auxiliary else after
    prep = (asked["prep"] or "").lower()
    return Parts(before, prep, wh, noun, auxiliary, rest) if rest else None


def _verb_place(wh: str, tokens: list[str]) -> int | None:
    """The place of the auxiliary or, without one, of the verb; None where that is not clear."""
    auxiliary = next((i for i, t in enumerate(tokens[:8]) if t in AUXILIARIES), None)
    if auxiliary == 0:
        return 0
    if wh in {"who", "what"} and tokens and _is_finite(tokens[0]):
        return 0 if wh == "who" or verb_forms.is_past(tokens[0]) or _before_object(tokens) else None
    if wh in {"who", "when", "where", "why"}:
        return None
    finite = _finite_place(wh, tokens[:auxiliary])
    if auxiliary is None:
        return finite
    return auxiliary if finite is None and not _CLAUSES & set(tokens[:auxiliary]) else None


def _before_object(tokens: list[str]) -> bool:
    return len(tokens) > 1 and (
        tokens[1] in DETERMINERS or tokens[1] in {"to", "in", "from", "for"}
    )


def _finite_place(wh: str, tokens: list[str]) -> int | None:
    found = [
        i
        for i, token in enumerate(tokens[:7])
        if i and (verb_forms.is_past(token) or (wh == "how" and _is_many(tokens[:i], token)))
    ]
    if len(found) != 1:
        return None
    (at,) = found
    return at - 1 if at > 1 and is_adverb(tokens[at - 1]) else at


def is_adverb(word: str) -> bool:
    """Tell if the lower-case word stands beside a verb: "first", "usually"."""
    return word in _ADVERBS or bool(re.fullmatch(r"[a-z]{3,}ly", word))


def _is_many(before: list[str], token: str) -> bool:
    """A plural noun's verb in the present: "How many people live"."""
    return len(before) > 1 and verb_forms.is_base(token) and before[-1] not in _JOINERS


def _is_finite(token: str) -> bool:
    return verb_forms.is_past(token) or verb_forms.is_third_person(token)


def at_verb(rest: tuple[str, ...], evidence: str) -> Split | None:
    """Cut at the verb in its base form ("the war | end | in France"); None if it is not clear.

    Where several words may be the verb, it is the one that the evidence has in a form of its own.
    """
    if rest[0].lower() in PRONOUNS:
        return _after_pronoun(rest)
    said = frozenset(terms(evidence))
    forms = {w.text.lower() for w in words(evidence)}
    found = [i for i in _places(rest) if _is_verb(rest[i], forms)]
    sure = len(found) == 1 or [i for i in found if verb_forms.related(rest[i], said)] == found[:1]
    return _cut(rest, found[0]) if found and sure else None


def _after_pronoun(rest: tuple[str, ...]) -> Split | None:
    at = 2 if len(rest) > 2 and rest[1].endswith("ly") else 1
    known = len(rest) > at and rest[at].isalpha() and rest[at] not in _JOINERS
    return _cut(rest, at) if known and not verb_forms.is_participle(rest[at]) else None


def _is_verb(token: str, forms: set[str]) -> bool:
    said = {verb_forms.past(token), verb_forms.third_person(token)} & forms
    return verb_forms.is_base(token) or (bool(said) and token.isalpha() and token.islower())


def _places(rest: tuple[str, ...]) -> list[int]:
    """The places of a possible verb: not after a determiner or preposition, nor in a clause."""
    places = []
    for i, token in enumerate(rest[1:], start=1):
        if token in _CLAUSES or rest[i - 1].endswith(","):
            break
        if rest[i - 1].lower() not in _JOINERS and not re.search(r"['\u2019]s?$", rest[i - 1]):
            places.append(i)
    return places


def at_participle(rest: tuple[str, ...]) -> Split | None:
    """Cut at the participle or adjective that follows a subject ("the tower | built | in 1889")."""
    found = [i for i in _places(rest) if begins_predicate(rest[i])]
    if len(found) > 1:
        found = [i for i in found if not verb_forms.is_base(rest[i])]
    sure = len(found) == 1 or (len(found) > 1 and found[0] == 1)
    return _cut(rest, found[0]) if sure else None


def begins_predicate(token: str) -> bool:
    """Tell if the word is a participle or an adjective that "is" takes."""
    return verb_forms.is_participle(token) or token in _ADJECTIVES


def _cut(rest: tuple[str, ...], at: int) -> Split:
    return Split(" ".join(rest[:at]), rest[at], rest[at + 1 :])


def with_auxiliary(split: Split, auxiliary: str) -> str:
    """Subject, auxiliary and verb; adverbs between the first two go behind the second."""
    subject, verb = split.subject.split(), [split.verb]
    while len(subject) > 1 and is_adverb(subject[-1]):
        verb.insert(0, subject.pop())
    return " ".join([*subject, auxiliary, *verb])


def inflected(split: Split, auxiliary: str) -> str:
    """The verb in the form that "did", "does" or "do" with its base form stands for."""
    if auxiliary == "did":
        return verb_forms.past(split.verb)
    return verb_forms.third_person(split.verb) if auxiliary == "does" else split.verb


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return f"{text[0].upper()}{text[1:].rstrip(' .,')}."
