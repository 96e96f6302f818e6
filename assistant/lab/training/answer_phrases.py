"""An answer as a part of a sentence: with its article, its preposition, or the noun it counts."""

import re
from itertools import pairwise

from assistant.lab.training import verb_forms
from assistant.lab.training.question_parts import AUXILIARIES, DETERMINERS, PREPOSITIONS, is_adverb
from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import term, terms, words

_ARTICLES = frozenset("a an the his her its their our".split())
_PLACES = (
    "in|on|at|near|to|from|into|outside|inside|within|across|through|under|behind|around|along"
)
_TIMES = "in|on|at|by|during|from|around|before|after|between|about|throughout"
_BEFORE_PLACE = re.compile(rf"\b((?:{_PLACES})\s(?:(?:the|a|an|his|her|its|their)\s)?)$", re.I)
_BEFORE_TIME = re.compile(
    rf"\b((?:{_TIMES})\s(?:(?:the|early|late|mid|about|around)\s){{0,2}})$", re.IGNORECASE
)
_OWN = {
    "where": re.compile(rf"(?:{_PLACES}|throughout|between|above|below|beneath)\s", re.IGNORECASE),
    "when": re.compile(rf"(?:{_TIMES}|since|until|when|while|as|as early as)\s", re.IGNORECASE),
    "why": re.compile(r"(?:because|due to|to|in order to|as a result|so that|for|owing to)\s"),
    "how": re.compile(r"(?:by|through|with|via|using|from|in|on|as)\s"),
    "how long": re.compile(r"(?:for|since|until|from|about|over|between)\s"),
}
_BEFORE = {
    "where": _BEFORE_PLACE,
    "when": _BEFORE_TIME,
    "why": re.compile(r"\b((?:because of|because|due to|in order to|to|owing to)\s(?:the\s)?)$"),
    "how": re.compile(r"\b((?:by|through|via|with|using)\s(?:the\s|a\s|an\s)?)$"),
    "how long": re.compile(r"\b((?:for|after|until)\s(?:the\s|a\s|an\s|about\s|over\s)?)$"),
}
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
# What is put before a bare date.
_DATES = (
    (
        re.compile(
            rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:, \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?"
        ),
        "on",
    ),
    (re.compile(rf"(?:early |late |mid-)?(?:{_MONTH},? )?\d{{4}}|{_MONTH}"), "in"),
    (re.compile(r"(?:the )?(?:early |late |mid-)?\d{4}s"), "in the"),
    (re.compile(r"(?:the )?\d{1,2}(?:st|nd|rd|th)[ -]century"), "in the"),
)
_NUMBER = re.compile(
    r"(?:(?:about|around|over|under|nearly|almost|approximately|roughly|some|at least|only|just|"
    r"more than|less than|up to|fewer than|an estimated)\s)?(?:[$\u00a3\u20ac]\s?)?"
    r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|sixteen|twenty|thirty|forty|fifty|sixty|hundreds|thousands)"
    r"(?:[ -](?:hundred|thousand|million|billion|trillion|one|two|three|four|five|six|seven))*",
    re.IGNORECASE,
)
_MEASURES = frozenset("tall high long wide deep old thick".split())
_PLURALS = frozenset("people men women children police majority both".split())


def is_clean(answer: str) -> bool:
    """Tell if it is one phrase: no other sentence in it, no stray mark, and not too long."""
    balanced = answer.count("(") == answer.count(")") and answer.count('"') % 2 == 0
    return balanced and len(answer.split()) <= 14 and not re.search(r"[.!?;:](?:\s|$)", answer)


def noun_phrase(answer: str, evidence: str) -> str | None:
    """The answer with the article that it has in the evidence; None if it is no whole phrase."""
    first = answer.split(maxsplit=1)[0].lower()
    if first in PREPOSITIONS - {"over", "about", "around", "under"} or first in STOP_WORDS - (
        _ARTICLES | DETERMINERS | {"both", "more", "other", "few", "such", "only"} | PREPOSITIONS
    ):
        return None
    around = _around(answer, evidence)
    if around is None or not is_clean(answer):
        return None
    before, after = around
    if _goes_on(answer, after) or _was_begun(answer, before) or _is_clause(answer):
        return None
    if not before and first in _ARTICLES:
        return answer[0].lower() + answer[1:]
    article = before.rsplit(maxsplit=1)[-1] if before.split() else ""
    if article.lower() not in _ARTICLES or first in DETERMINERS:
        return answer
    # "Rumble the [Bison]", "an [ABET] accredited school": not whole.
    named = re.search(r"[A-Z][\w'\u2019-]*\s\w+$", before)
    return None if named or re.match(r"\s[a-z]+ed\b", after) else f"{article.lower()} {answer}"


def _is_clause(answer: str) -> bool:
    """Tell if the answer has a verb of its own: "prices were high", "it means a lot"."""
    tokens = answer.split()
    verb = any(verb_forms.is_third_person(a) and b in DETERMINERS for a, b in pairwise(tokens[1:]))
    told = any(
        verb_forms.is_past(b) and (not verb_forms.is_participle(b) or is_adverb(a))
        for a, b in pairwise(tokens)
    )
    subordinate = {"that", "who", "which", "where", "when"} & set(tokens)
    return verb or bool((told or AUXILIARIES & set(tokens)) and not subordinate)


def starts_evidence(answer: str, evidence: str) -> bool:
    """Tell if only its place at a sentence's start may have given the answer its capital."""
    return evidence.startswith(answer) and not re.search(r"\s[A-Z]|^[A-Z]+\b|\d", answer)


def _around(answer: str, evidence: str) -> tuple[str, str] | None:
    """The text before and behind the answer in its evidence."""
    found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", evidence)
    return (evidence[: found.start()].rstrip(), evidence[found.end() :]) if found else None


def _goes_on(answer: str, after: str) -> bool:
    """Tell if the phrase is cut: more of it follows at once."""
    following = re.match(r"(?:\s|-)([\w'\u2019-]+)|['\u2019]s?\b", after)
    if following is None:
        return False
    word = following.group(1)
    if word is None or after.startswith("-"):
        return True
    if word[0].isupper() or word[0].isdigit():
        return answer.rsplit(maxsplit=1)[-1][0].isupper() or answer[-1].isdigit()
    return not (
        word in STOP_WORDS
        or word in PREPOSITIONS
        or word.endswith("ly")
        or verb_forms.is_past(word)
        or verb_forms.is_participle(word)
        or (verb_forms.is_third_person(word) and answer[0].isupper())
    )


def _was_begun(answer: str, before: str) -> bool:
    """Tell if words that belong to the phrase stand before it: "new [houses]", "King [John]"."""
    word = before.rsplit(maxsplit=1)[-1] if before.split() else ""
    if not word or not re.search(r"[\w'\u2019]$", word):
        return False
    if word.lower() in STOP_WORDS or word.lower() in PREPOSITIONS:
        return False
    if word[0].isupper():
        return len(before.split()) > 1 or answer[0].isupper()
    return not (
        word.endswith("ly")
        or verb_forms.base_of(word) is not None
        or verb_forms.is_past(word)
        or word.endswith("ing")
    )


def predicative(answer: str, evidence: str) -> str | None:
    """The answer as what something is: a noun phrase, or "to" with a verb."""
    if re.match(r"to [a-z]+\b", answer) and is_clean(answer):
        return answer if not re.match(r"to (?:the|a|an|his|her|its|their)\b", answer) else None
    return noun_phrase(answer, evidence)


def agrees(answer: str, verb: str) -> bool:
    """Tell if the answer may be the subject of this form of a verb."""
    singular = verb in {"is", "was", "has", "does"} or verb_forms.is_third_person(verb)
    plural = verb in {"are", "were", "have", "do"} or verb_forms.is_base(verb)
    if verb_forms.is_past(verb) or not (singular or plural):
        return True
    named = bool(re.search(r"(?:^|\s)[A-Z][\w'-]*[^s]s$", answer)) and not answer.endswith("States")
    return is_plural(answer) if plural else not (is_plural(answer) or named)


def is_plural(answer: str) -> bool:
    """Tell if the phrase seems to name several things."""
    head = re.split(r" (?:of|in|for|to|from|with|that|on|by) ", answer)[0].split()[-1]
    listed = re.search(r"\band\b|, ", answer) is not None
    ends = re.search(r"[^su\u2019']s$", head) and not head[0].isupper()
    number = re.match(r"\d|two|three|four|five|six|many|most|several", answer) is not None
    return bool(listed or ends or head in _PLURALS or (number and head[-1] == "s"))


def adverbial(kind: str, answer: str, evidence: str, nouns: tuple[str, ...] = ()) -> str | None:
    """The answer as when, where, why, how or how long: with the word before it in the evidence.

    `nouns` are those of the question ("what century"), which an answer may lack ("19th").
    """
    if not is_clean(answer) or (around := _around(answer, evidence)) is None:
        return None
    if _OWN[kind].match(answer):
        return answer[0].lower() + answer[1:]
    before, after = around
    whole = _with_noun(answer, after, nouns)
    if whole is None or (kind in {"when", "where"} and _was_begun(answer, before)):
        return None
    if found := _BEFORE[kind].search(f"{before} "):
        return found.group(1).lower() + whole
    return _dated(whole) if kind == "when" else None


def _with_noun(answer: str, after: str, nouns: tuple[str, ...]) -> str | None:
    following = re.match(r"[\s-]([a-z]+)", after)
    if following and nouns and term(following.group(1)) == term(nouns[-1]):
        return answer + following.group()
    return None if _goes_on(answer, after) else answer


def _dated(answer: str) -> str | None:
    for form, prep in _DATES:
        if form.fullmatch(answer):
            return f"{prep} {answer.removeprefix('the ')}"
    return None


def counted(answer: str, noun: tuple[str, ...]) -> str | None:
    """A number with what it counts: "3" and "copies" as "3 copies"; None if that is not clear."""
    number = _NUMBER.match(answer)
    if number is None or not is_clean(answer):
        return None
    left = answer[number.end() :].strip()
    if not left and noun == ("money",):
        return answer
    if not left:
        return " ".join([answer, *noun]) if not answer.lower().startswith("one") else None
    if set(terms(left)) <= {term(n) for n in noun}:
        return " ".join([number.group(), *noun])
    return answer if len(noun) == 1 and term(noun[0]) in terms(left) else None


def share(answer: str, noun: tuple[str, ...]) -> str | None:
    """A percentage with what it is of: "22%" and "percentage of the people"; None if unclear."""
    marked = re.fullmatch(r"\D{0,20}\d[\d.,]*(?:\s?%|\spercent|\sper cent)", answer)
    return " ".join([answer, *noun[1:]]) if marked and noun[1:2] == ("of",) else None


def repeats(answer: str, question: tuple[str, ...]) -> bool:
    """Tell if a word of the answer stands in the words of the question that are kept."""
    kept = {term(w.text) for w in words(" ".join(question)) if not w.is_stop_word}
    return any(term(w.text) in kept for w in words(answer) if not w.is_stop_word)


def follows_verb(tail: tuple[str, ...]) -> bool:
    """Tell if an object may stand before these words."""
    return (
        not tail
        or (tail[0] in PREPOSITIONS | {"when", "while", "because"})
        or tail[0] in {"back", "first", "together", "today"}
    )


def measured(
    rest: tuple[str, ...], auxiliary: str, noun: tuple[str, ...], answer: str
) -> str | None:
    """The sentence for "How long is X", "How old was X when …": the answer with its measure."""
    if not is_clean(answer) or not re.match(r"\D{0,20}\d", answer) or len(noun) != 1:
        return None
    subject, clause = _cut_at(" ".join(rest), "when")
    place, other = _cut_at(subject, "from")
    if noun == ("far",):
        return f"{place} {auxiliary} {answer} {other}" if other else None
    size = _size(noun[0], answer)
    return f"{subject} {auxiliary} {size} {clause}".rstrip() if size else None


def _cut_at(text: str, word: str) -> tuple[str, str]:
    before, found, after = text.partition(f" {word} ")
    return before, f"{word} {after}" if found else ""


def _size(measure: str, answer: str) -> str | None:
    if measure in {"much", "large", "big"}:
        return answer
    if measure == "old":
        return f"{answer} years old" if answer.isdigit() else _with_word(answer, "old")
    united = measure in _MEASURES and re.search(r"[a-z\u00b0\u2032]$", answer)
    return _with_word(answer, measure) if united else None


def _with_word(answer: str, measure: str) -> str:
    return answer if answer.endswith(measure) else f"{answer} {measure}"
