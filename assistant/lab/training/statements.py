"""Statements made by rule from a question, its answer and the sentence that holds it.

Precise rather than complete: None wherever the rules are not sure, which is most of the time.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant.lab.training import verb_forms
from assistant.lab.training.answer_phrases import (
    adverbial,
    agrees,
    counted,
    follows_verb,
    is_clean,
    is_plural,
    measured,
    noun_phrase,
    predicative,
    repeats,
    share,
    starts_evidence,
)
from assistant.lab.training.question_parts import (
    BE,
    DETERMINERS,
    DO,
    HAVE,
    MODALS,
    PREPOSITIONS,
    PRONOUNS,
    Parts,
    Split,
    at_participle,
    at_verb,
    begins_predicate,
    inflected,
    is_adverb,
    parts,
    sentence,
    with_auxiliary,
)
from assistant.lab.training.yes_no_statements import yes_no_statement

__all__ = ["statement", "yes_no_statement"]

_TIME_NOUNS = frozenset("year date day month century decade season time".split())
_PLACE_NOUNS = frozenset("city country town place state region area county village".split())
# Nouns that say of what kind something is: what they ask for is not its subject.
_KINDS = frozenset(
    "type kind sort color colour size age nationality amount number part "
    "way extent degree form role position name rank title shape religion year".split()
)
# What is a part of something else, which the answer does not name.
_PARTIAL = frozenset("part parts portion number amount proportion fraction".split())
_OF_KINDS = frozenset(
    "type types kind kinds sort sorts group style form percent percentage %".split()
)
_SHARES = frozenset("percent percentage %".split())
# Verbs without an object.
_STAYING = frozenset(
    "live die reside occur originate stay arise emerge arrive happen exist go".split()
)
# Verbs that take what is asked for beside their subject: "What was he called?"
_NAMING = frozenset("called named renamed nicknamed titled dubbed termed".split())
_GIFTS = frozenset("award prize title degree medal name nickname position rank".split())
_GIVING = frozenset("given awarded offered granted denied".split())
_IN_PLACE = re.compile(
    r"(?P<left>(?:\S+ ){2,}?)(?P<wh>what|whom|which|how many|how much|what year|which year)"
    r"(?P<noun> (?:year|century|decade|country|city|state|company|type of \w+))?"
    r"(?P<right> (?:in|at|on|by|during|for|from|to|of|with)\b.*)?",
)


@dataclass(frozen=True)
class _Case:
    """A question in parts with its answer and evidence."""

    asked: Parts
    answer: str
    evidence: str

    @property
    def noun(self) -> tuple[str, ...]:
        return tuple(n.lower() for n in self.asked.noun)

    @property
    def kind(self) -> str:
        """The kind of adverb that is asked for: when, where, why, how, "how long", or none."""
        asked, noun = self.asked, self.noun
        if asked.wh == "how":
            return {(): "how", ("long",): "how long"}.get(noun, "")
        if asked.wh in {"when", "where", "why"}:
            return asked.wh
        return "when" if noun[-1:] and noun[-1] in _TIME_NOUNS and len(noun) < 3 else ""

    @property
    def counts(self) -> bool:
        return self.asked.wh == "how" and self.noun[:1] in {("many",), ("much",)}

    def object(self) -> str | None:
        """The answer as a noun phrase, or as the number of what is counted."""
        if self.counts:
            return counted(self.answer, self.asked.noun[1:])
        if self.asked.wh == "how" or set(self.noun) & _PARTIAL:
            return None
        if set(self.noun[:1]) & _SHARES:
            return share(self.answer, self.asked.noun)
        return noun_phrase(self.answer, self.evidence)


def statement(question: str, answer: str, evidence: str) -> str | None:
    """One sentence that says what `question` asks, with `answer` in it word for word.

    `evidence` is the sentence that holds the answer. None where the rules are not sure of it.
    """
    answer = answer.strip().rstrip(".,;")
    if not answer or not is_clean(answer):
        return None
    asked = parts(question)
    if asked is None:
        return _finished(_in_place(question, answer, evidence), answer, evidence)
    if repeats(answer, asked.rest) or _is_odd(asked):
        return None
    said = _said(_Case(asked, answer, evidence))
    if said is None:
        return None
    return _finished(f"{asked.before}, {said}" if asked.before else said, answer, evidence)


def _is_odd(asked: Parts) -> bool:
    """Tell if the question has a form that the rules do not know: "known as in", "often lacks"."""
    pairs = pairwise(asked.rest)
    twice = any(a in PREPOSITIONS and b in PREPOSITIONS | {"when"} and a != "out" for a, b in pairs)
    adverb = asked.noun[:1] and (is_adverb(asked.noun[0]) or asked.noun[-1].endswith("'s"))
    verb = any(
        verb_forms.is_third_person(a) and b in PREPOSITIONS | DETERMINERS and b != "of"
        for a, b in pairwise(asked.noun)
    )
    of = "of" in asked.noun and not set(asked.noun) & _OF_KINDS
    event = {"happen", "happened", "happens"} & set(asked.rest)
    there = asked.rest[0] == "there" and asked.wh != "how"
    return bool(twice or adverb or verb or of or event or there)


def _finished(text: str | None, answer: str, evidence: str) -> str | None:
    if text is None or answer.lower() not in text.lower():
        return None
    if starts_evidence(answer, evidence) and answer in text[1:]:
        return None
    text = re.sub(r"\s+", " ", text).strip()
    if re.search(r"\b(\w+) \1\b", text) or re.search(r"[?!;]", text):
        return None
    return sentence(text)


def _said(case: _Case) -> str | None:
    auxiliary = case.asked.auxiliary
    if not auxiliary:
        return _lexical(case)
    if auxiliary in BE:
        return _with_be(case)
    if auxiliary in DO:
        return _with_do(case)
    return _with_have(case) if auxiliary in HAVE else _with_modal(case)


def _subject(case: _Case, verb: str) -> str | None:
    """The answer as the subject of `verb`."""
    found = case.object()
    return found if found is not None and agrees(found, verb) else None


def _lexical(case: _Case) -> str | None:
    """ "Who invented X": the answer takes the question word's place."""
    asked = case.asked
    if case.kind or asked.prep or asked.stranded or set(case.noun) & _KINDS:
        return None
    subject = _subject(case, asked.rest[0])
    return _joined(subject, *asked.rest)


def _joined(*pieces: str | None) -> str | None:
    return None if None in pieces else " ".join(p for p in pieces if p)


def _with_do(case: _Case) -> str | None:
    asked = case.asked
    split = at_verb(asked.rest, case.evidence)
    if split is None or split.verb in {"do", "happen"} or "do" in split.tail:
        return None
    if case.noun == ("long",) and (split.subject.lower(), split.verb) == ("it", "take"):
        if split.tail[:1] != ("to",):
            return None
        return _joined("it", inflected(split, asked.auxiliary), case.answer, *split.tail)
    return _clause(case, split, f"{split.subject} {inflected(split, asked.auxiliary)}")


def _clause(case: _Case, split: Split, core: str) -> str | None:
    """The subject and verb (`core`) with the answer behind them in its place."""
    asked, tail = case.asked, " ".join(split.tail)
    if asked.prep:
        return _joined(core, tail, _after(asked.prep, case))
    if case.kind:
        if asked.stranded:
            return None
        return _joined(core, tail, adverbial(case.kind, case.answer, case.evidence, case.noun))
    if asked.stranded:
        return _joined(core, tail, case.object()) if split.tail else None
    if case.noun[-1:] and case.noun[-1] in _PLACE_NOUNS and split.verb in _STAYING:
        return _joined(core, tail, adverbial("where", case.answer, case.evidence))
    if split.verb in _STAYING:
        return None
    if split.tail[:1] == ("to",) and len(split.tail) == 2 and split.tail[1].islower():
        return _joined(core, tail, case.object())
    if split.tail[:1] == ("to",) and len(split.tail) > 2 and verb_forms.is_base(split.tail[1]):
        return None
    return _joined(core, case.object(), tail) if follows_verb(split.tail) else None


def _after(prep: str, case: _Case) -> str | None:
    """The answer after the question's preposition."""
    answer = case.answer
    if answer.lower().startswith(f"{prep} "):
        return answer
    if case.kind == "when":
        found = adverbial("when", answer, case.evidence, case.noun)
        return found if found is not None and found.startswith(prep) else None
    if set(case.noun) & _KINDS or case.asked.wh == "how":
        return None
    return _joined(prep, noun_phrase(answer, case.evidence))


def _with_be(case: _Case) -> str | None:
    asked = case.asked
    first = asked.rest[0]
    asks_subject = (asked.asks_who or case.counts) and not asked.prep
    ongoing = first.islower() and re.search(r"..ing$", first) and len(asked.rest) > 1
    if asks_subject and (
        begins_predicate(first)
        or is_adverb(first)
        or ongoing
        or (case.noun and first in PREPOSITIONS)
    ):
        return _predicated(case)
    if asked.rest[:1] == ("there",) and case.counts:
        return _joined("there", asked.auxiliary, case.object(), *asked.rest[1:])
    split = at_participle(asked.rest)
    if split is not None and not _is_copula(case, split):
        return _passive(case, split)
    return _copula(case)


def _predicated(case: _Case) -> str | None:
    """ "Who was killed in 1990": the answer takes the question word's place."""
    asked = case.asked
    if asked.stranded or set(case.noun) & _KINDS or case.kind:
        return None
    return _joined(_subject(case, asked.auxiliary), asked.auxiliary, *asked.rest)


def _is_copula(case: _Case, split: Split) -> bool:
    """Tell if the participle belongs to the subject: "What is the name given to X"."""
    asked = case.asked
    if asked.prep or case.kind or asked.stranded:
        return False
    return split.verb not in (_GIVING if set(case.noun) & _GIFTS else _NAMING)


def _passive(case: _Case, split: Split) -> str | None:
    asked = case.asked
    if split.tail[:1] == ("to",) and not case.kind:
        return None
    core = with_auxiliary(split, asked.auxiliary)
    if asked.asks_who and not case.kind and not asked.stranded:
        found = case.object() if split.verb in _GIVING or asked.wh == "what" else None
        return _joined(core, found, *split.tail) if follows_verb(split.tail) else None
    return _clause(case, split, core)


def _copula(case: _Case) -> str | None:
    asked = case.asked
    subject = " ".join(asked.rest)
    if asked.wh == "how" and not asked.prep:
        return measured(asked.rest, asked.auxiliary, case.noun, case.answer)
    if asked.prep or asked.stranded or not _is_noun_phrase(asked.rest):
        return None
    if case.kind in {"when", "where"}:
        if any(re.fullmatch(r"[a-z]+ing|there|together", token) for token in asked.rest):
            return None
        return _joined(subject, asked.auxiliary, adverbial(case.kind, case.answer, case.evidence))
    if asked.wh == "who" or (case.noun and not set(case.noun) & _KINDS):
        return _joined(_subject(case, asked.auxiliary), asked.auxiliary, _role(asked.rest))
    if asked.wh != "what" or case.noun:
        return None
    return _joined(_defined(asked.rest), asked.auxiliary, _definition(case))


def _role(rest: tuple[str, ...]) -> str | None:
    """A noun phrase that says who somebody is: "the king of F", "Canada's largest city"."""
    named = rest[0].lower() in DETERMINERS or re.search(r"['\u2019]s?$", rest[0])
    return " ".join(rest) if named else None


def _defined(rest: tuple[str, ...]) -> str | None:
    first = rest[0].lower()
    known = first in DETERMINERS | {"another"} or re.search(r"['\u2019]s?$", rest[0])
    named = not rest[0].islower() or len(rest) == 1
    return " ".join(rest) if (known or named) and first not in PRONOUNS else None


def _definition(case: _Case) -> str | None:
    """The answer to "What is X": a bare X needs an article in it, lest it be no definition."""
    found = predicative(case.answer, case.evidence)
    if found is not None and is_plural(found) == (case.asked.auxiliary in {"is", "was"}):
        return None
    if found is None or not case.asked.rest[0].islower():
        return found if found and re.match(r"(?:an?|the|one)\s", found) else None
    return found


def _is_noun_phrase(rest: tuple[str, ...]) -> bool:
    """Tell if nothing in it looks like a predicate of its own."""
    last = rest[-1]
    return not (
        last.endswith("ing")
        or begins_predicate(last)
        or last in PREPOSITIONS
        or re.search(r"(?:ed|en) to \w+$|\bto [a-z]+ (?:in|on|at|for|with)$", " ".join(rest))
        or (last.islower() and re.search(r"(?:able|ible|ful|ous|ive)$", last))
    )


def _with_have(case: _Case) -> str | None:
    asked = case.asked
    first = asked.rest[0]
    if (asked.asks_who or case.counts) and (
        verb_forms.is_participle(first) or (asked.wh == "who" and first in DETERMINERS)
    ):
        return _predicated(case)
    split = at_participle(asked.rest)
    if split is None or not verb_forms.is_participle(split.verb):
        return None
    return _clause(case, split, with_auxiliary(split, asked.auxiliary))


def _with_modal(case: _Case) -> str | None:
    asked = case.asked
    if asked.auxiliary not in MODALS:
        return None
    if asked.asks_who and (verb_forms.is_base(asked.rest[0]) or asked.rest[0] == "be"):
        return _predicated(case)
    if "be" in asked.rest:
        return None
    split = at_verb(asked.rest, case.evidence)
    if split is None or split.verb == "do":
        return None
    return _clause(case, split, with_auxiliary(split, asked.auxiliary))


def _in_place(question: str, answer: str, evidence: str) -> str | None:
    """ "X is called what in Y": the answer takes the question words' place."""
    text = " ".join(question.split()).rstrip(" ?.")
    found = _IN_PLACE.fullmatch(text)
    if found is None or "," in found["left"] or repeats(answer, tuple(text.split())):
        return None
    left = found["left"].split()
    if re.search(r"\b(?:what|whom|which)\b", found["right"] or ""):
        return None
    if left[0].lower() in BE | HAVE | MODALS or DO & set(left) or found["wh"].startswith("how"):
        return None
    if (found["noun"] or "").strip() in _TIME_NOUNS:
        dated = re.fullmatch(r"(?:\d{4}|\d{4}s|\d\d?th)", answer) and left[-1] == "in"
        return _joined(*left, answer, found["right"]) if dated else None
    return _joined(*left, noun_phrase(answer, evidence), found["right"] or "")
