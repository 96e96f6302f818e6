"""Tell whether a question stands by itself, and which of its words point outside of it."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.language.lexicon import (
    AUXILIARIES,
    DEMONSTRATIVES,
    PERSON_NOUNS,
    PERSON_PRONOUNS,
    SPEAKING_VERBS,
    SUBORDINATORS,
    THING_PRONOUNS,
)
from assistant.language.words import words
from assistant.query.mentions import asked_noun, content, name_texts, question_words

Points = Literal["person", "thing", "place", "event"]

# With so many words of its own, a question finds its passage without what "it" stands for.
_ENOUGH = 6
_ENOUGH_BESIDE_A_NOUN = 2
# Before these, "that" is a pronoun and no conjunction: "how far is that", "before that".
_BEFORE_THAT = AUXILIARIES | frozenset(
    "about of before after from to for with in at on like than by during since without and "
    "cause caused mean means call called why how".split()
)
_CONNECTIVE = re.compile(
    r"^\s*(?:(?:and|but|or|so|also|then|ok(?:ay)?|well|hm+)\b[,\s]*)+", re.IGNORECASE
)
_ABOUT = re.compile(r"^\s*(?:what|how) about\s+", re.IGNORECASE)
PREPOSITION = re.compile(
    r"^(in|at|on|from|to|near|by|for|of|with|under|during|between|after|before|since|until)\s+",
    re.IGNORECASE,
)
# So many words of a question that begins with a preposition and has no verb: "For pupils?".
_LED_WORDS = 4
_CORRECTION = re.compile(
    r"^\s*(?:(?:(?:no|nope|sorry|wait|actually|oops|rather)\b[,.!\s\u2013-]+)+"
    r"(?:not that(?: one)?[,.\s]+)?"
    r"(?:but\s+)?(?:i (?:mean|meant|(?:was|am) asking about|was after|was looking for)\s+)?"
    r"|i (?:mean|meant)[,\s]+|not that(?: one)?[,.\s]+)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^[\w ]*\b(?:years?|decades?) (?:later|earlier|before|after)\W*$", re.IGNORECASE
)
# "Founded by whom?" leaves out "was it".
_SHORT_PASSIVE = re.compile(
    r"^(\w+(?:ed|[^ts]en|own|ung|ought|aught)|built|made|born|held|sold|won|lost|led|sung|set)\s+"
    r"((?:by|for|to|with|from|in|on|at)\s+(?:whom|what|which)(?:\s+\w+)?|when|where|why|how)\W*$",
    re.IGNORECASE,
)
# "What about Wales, who controlled that?"
_ABOUT_IT = re.compile(
    r"^(?:what|how) about\s+([^,?]+)[,?]\s+((?:who|what|when|where|why|how|which|whose|whom)\b.+)$",
    re.IGNORECASE,
)
_SO = re.compile(r"\b(?:said|say|says|think|did|do) so\b\W*$|\bthe same\b\W*$", re.IGNORECASE)
_PERSON_NOUN = re.compile(
    rf"\b(?:who|whose|whom|someone|anyone|one|{'|'.join(PERSON_NOUNS)}|\w+(?:ist|ian|man|ee))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Anaphor:
    """A word of a question that points outside of it; `noun` what stands with it ("that town")."""

    start: int
    end: int
    points: Points
    text: str
    noun: str = ""

    @property
    def is_plural(self) -> bool:
        return self.text.lower() in {"they", "them", "their", "theirs", "these", "those"}

    @property
    def is_possessive(self) -> bool:
        return self.text.lower() in {"his", "her", "hers", "its", "their", "theirs"}


def without_opening(question: str) -> str:
    """The question without "And", "So", "But" and their like in front of it."""
    return question[m.end() :].strip() if (m := _CONNECTIVE.match(question)) else question


def completed(question: str) -> str:
    """The question with what its form leaves out: "By whom was it built?" of "Built by whom?"."""
    if re.match(r"(?:and |but )?how come\W*$", question, re.IGNORECASE):
        return "Why?"
    if found := _SHORT_PASSIVE.match(without_opening(question)):
        asking = found[2][:1].upper() + found[2][1:]
        return f"{asking} was it {found[1].lower()}?"
    return question


def told_topic(question: str) -> tuple[str, str] | None:
    """Topic and question of "What about Wales, who controlled that?"; None where none is told."""
    found = _ABOUT_IT.match(without_opening(question))
    return (found[1].strip(), found[2]) if found else None


def correction(question: str) -> str | None:
    """The question after "no, I mean …" and its like; None where the question corrects nothing."""
    found = _CORRECTION.match(question)
    return question[found.end() :].strip() if found else None


def fragment(question: str) -> str | None:
    """The phrase that "and in Paris?" or "what about X?" puts in the place of another; None if it
    asks."""
    plain = without_opening(question)
    about = _ABOUT.match(plain)
    rest = (plain[about.end() :] if about else plain).strip(" ?.!")
    own = [w.text.lower() for w in words(rest)]
    led = (
        PREPOSITION.match(rest) is not None
        and len(own) <= _LED_WORDS
        and own[-1] not in AUXILIARIES
    )
    opens = plain != question or led or _AWAY.search(plain)
    if not about and (not opens or question_words(plain)[0]):
        return None
    if not own or len(own) > 8 or any(w in AUXILIARIES for w in own[:-1]):
        return None
    return rest


def leans(question: str) -> bool:
    """Tell whether a question needs the one before it."""
    return (
        correction(question) is not None
        or completed(question) != question
        or told_topic(question) is not None
        or fragment(question) is not None
        or bool(pointers(question))
        or is_bare(question)
        or _SO.search(question) is not None
    )


def is_bare(question: str) -> bool:
    """Tell whether it has too little of its own: "Why?", "By whom?", "When was the battle?"."""
    plain = without_opening(question)
    asking, rest = question_words(plain)
    if name_texts(question):
        return False
    own = [w for w in content(rest) if w.lower() not in {"happen", "happened", "else", "exactly"}]
    if len(own) >= 2 or len(content(plain)) >= 3:
        return False
    if not own:
        return len(content(asking)) < 2
    if asks_for_more(question):
        return True
    # "What is entropy?" asks for a definition; "What was the result?" of something said before.
    return bool(asking) and bool(re.search(r"\b(?:the|same)\b", rest, re.IGNORECASE))


def asks_for_more(question: str) -> bool:
    """Tell whether it is a preposition and what it asks for alone: "On what condition?"."""
    asking, rest = question_words(without_opening(question))
    words_left = rest.strip(" ?.!").split()
    is_led = re.match(r"(?:in|on|at|by|from|to|for|with|under|against)\s", asking, re.IGNORECASE)
    return bool(is_led) and 0 < len(words_left) <= 2 and not set(words_left) & AUXILIARIES


def pointers(question: str) -> list[Anaphor]:
    """The words that point outside of the question, in order."""
    found = _pointing(question)
    own = len([w for w in content(question) if w.lower() not in SPEAKING_VERBS])
    kept: list[Anaphor] = []
    for p in found:
        if any((p.points, p.is_plural) == (k.points, k.is_plural) for k in kept):
            continue  # it points at what the first of them does
        enough = _ENOUGH_BESIDE_A_NOUN if p.noun else _ENOUGH
        if p.points not in {"thing", "event"} or own - bool(p.noun) < enough:
            kept.append(p)
    return kept


def _pointing(question: str) -> list[Anaphor]:
    found = []
    own = words(question)
    for i, word in enumerate(own):
        lower = word.text.lower()
        bare = re.sub(r"['\u2019](?:s|re|d|ll|ve)$", "", lower)
        before = question[: word.start]
        end = word.start + len(bare)
        previous = own[i - 1].text.lower() if i else ""
        following = own[i + 1].text.lower() if i + 1 < len(own) else ""
        if bare in PERSON_PRONOUNS | THING_PRONOUNS and _in_second_half(before):
            continue  # "who founded the movement and what did they do"
        if bare in PERSON_PRONOUNS and not _person_before(before, bare, previous):
            found.append(Anaphor(word.start, end, "person", bare))
        elif bare in THING_PRONOUNS and not _expletive(bare, question[word.start :]):
            if not _thing_before(before, bare, previous):
                found.append(Anaphor(word.start, end, "thing", bare))
        elif bare in DEMONSTRATIVES:
            if bare == "that" and i and following and previous not in _BEFORE_THAT:
                continue  # "said that", "the town that"
            if bare != "that" and following in {"who", "which", "whom", "whose", "of", "in", "at"}:
                continue  # "those who"
            found.append(_demonstrative(question, word.start, bare, previous))
        elif bare == "there" and previous not in AUXILIARIES and following not in AUXILIARIES:
            found.append(Anaphor(word.start, end, "place", bare))
    return found


def _in_second_half(before: str) -> bool:
    """Tell whether another question with a subject comes before this one in the same sentence."""
    halves = re.split(r"\band\s+(?=(?:what|when|where|who|why|how|which)\b)", before, maxsplit=1)
    return len(halves) > 1 and bool(content(question_words(without_opening(halves[0]))[1]))


def _demonstrative(question: str, start: int, word: str, previous: str) -> Anaphor:
    noun = ""
    tail = question[start + len(word) :]
    if (
        (m := re.match(r"\s+([\w'\u2019-]+)", tail))
        and content(m[1])
        and not re.search(r"(?:ed|ing|en)$", m[1])
    ):
        ended = re.match(r"\s+[\w'\u2019-]+\s*(?:[?.!,]|$)", tail)
        verb_like = m[1].lower() in {"happen", "work", "take", "mean", "end", "begin", "start"}
        if not verb_like and (ended or word != "that" or previous not in {"did", "does", "do"}):
            noun = m[1]
    points: Points = "thing" if noun or word in {"these", "those"} else "event"
    end = start + len(word) + (len(noun) + 1 if noun else 0)
    return Anaphor(start, end, points, question[start:end], noun)


def _person_before(before: str, pronoun: str, previous: str) -> bool:
    """Tell whether whom the pronoun can stand for comes before it in the same question."""
    rest = question_words(without_opening(before))[1]
    is_object = pronoun in {"him", "himself"} and previous not in SUBORDINATORS
    if name_texts(rest if is_object else before) or _PERSON_NOUN.search(rest):
        return True
    if _is_asked_for(before, pronoun, previous):
        return True
    opens_clause = previous in SUBORDINATORS and pronoun != "him"  # "who visited before him?"
    return bool(content(rest)) and (opens_clause or len(content(rest)) >= 3)


def _thing_before(before: str, pronoun: str, previous: str) -> bool:
    """Tell whether something that the pronoun can stand for comes before it in the same
    question."""
    asking, rest = question_words(without_opening(before))
    if name_texts(before) or _is_asked_for(before, pronoun, previous):
        return True
    told = content(rest) or (pronoun != "it" and previous not in AUXILIARIES)
    if rest and asked_noun(asking) and told:
        return True  # "which church named its …"
    if previous in SUBORDINATORS and content(rest):
        return True  # "where does water go after it enters a drain"
    determined = re.search(r"\b(?:the|a|an|some|many|most|all|two|each|every)\s+\w+", rest, re.I)
    return bool(determined) or (pronoun != "it" and len(content(rest)) >= 3)


def _is_asked_for(before: str, pronoun: str, previous: str) -> bool:
    """Tell whether the pronoun may stand for whom the question asks for: "who gave their name"."""
    if not _PERSON_NOUN.search(before) or pronoun in {"it", "its"}:
        return False
    if pronoun in {"his", "her", "their"}:
        return previous not in AUXILIARIES  # "who lost his sword", not "who was his brother"
    return previous not in AUXILIARIES and pronoun not in {"him", "them"}


def _expletive(pronoun: str, tail: str) -> bool:
    """Tell whether "it" stands for nothing: "is it possible to", "it is said that"."""
    return pronoun == "it" and bool(
        re.match(
            r"it\s+(?:(?:is|was|be|has been)\s+)?(?:generally\s+|widely\s+)?"
            r"(?:\w+(?:ed|ible|able|al|ary|ant|ful)|true|said|known|thought|common|easy|hard|"
            r"easier|harder|better|worse|difficult|clear|like|take|takes|took)\s+(?:that|to|for)\b"
            r"|it\s+(?:snows?|snowed|rains?|rained|(?:gets?|got)\s+(?:dark|light|cold|hot|warm))\b",
            tail,
            re.IGNORECASE,
        )
    )
