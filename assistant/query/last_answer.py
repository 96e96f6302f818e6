"""Short requests that are about the last answer itself: where it stands, more of it, how sure."""

import re
from typing import Literal

from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import words
from assistant.query.wording import core

Request = Literal["source", "check", "more", "shorter"]


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words that make a request, and others that may stand in it beside function words.
_CUES: dict[Request, tuple[frozenset[str], frozenset[str]]] = {
    "source": (
        _words(
            "say says said stand stands written read source sources cite citation quote "
            "passage know proof evidence document file page line reference"
        ),
        _words("come comes got get exactly text sentence section show give please find see place"),
    ),
    "check": (
        _words("sure certain really true correct right serious positive accurate"),
        _words("absolutely quite completely honestly answer totally"),
    ),
    "more": (
        _words("more else elaborate expand explain detail details continue further"),
        _words("tell give say go please anything something little bit say explanation"),
    ),
    "shorter": (
        _words("short shorter brief briefly sentence nutshell concise concisely"),
        _words("one make keep say give answer please say single version put tell word words"),
    ),
}
_GO_ON = _words("go on")
# What asks of somebody, of a time or of a number asks the documents.
_OF_OTHERS = _words(
    "who whom whose when why he she they his her him them their we us our my i how many much "
    "between than was were"
)
# "Where is that?" asks for a place; only these words ask where an answer stands.
_ASKS_WHERE = _words("where which what how")
_NOUNS = _words("source sources citation quote passage proof evidence reference")
_MOST_WORDS = 9


def request(question: str) -> Request | None:
    """The request on the last answer that the whole question is; None if it asks otherwise."""
    said = [re.sub(r"['\u2019]s$", "", w.text.lower()) for w in words(core(question))]
    said = [word for word in said if word not in {"and", "but", "ok", "so", "please"}]
    if not 0 < len(said) <= _MOST_WORDS:
        return None
    if set(said) == _GO_ON:
        return "more"
    for wish, (cues, beside) in _CUES.items():
        allowed = cues | beside | (STOP_WORDS - _OF_OTHERS) | _allowed_here(wish, said)
        if set(said) & cues and set(said) <= allowed and _asks(wish, said):
            return wish
    return None


def _allowed_here(wish: Request, said: list[str]) -> frozenset[str]:
    """Function words that a request has in one place only: "how do you know", "says who"."""
    if wish == "source" and said[:1] == ["how"] and {"you", "know"} <= set(said):
        return _words("how")
    if wish == "source" and said == ["says", "who"]:
        return _words("who")
    return _words("me us i") if wish in {"source", "more"} and said[0] in _ADDRESSED else _words("")


_ADDRESSED = _words("tell give show can could explain is are where which what")


def _asks(wish: Request, said: list[str]) -> bool:
    first = next(iter(said))
    if wish == "source":
        leads = set(said[:2]) & _ASKS_WHERE or first in _words("says show give cite quote")
        return bool(leads or set(said) <= _NOUNS | _words("your the"))
    if wish == "check":
        return not set(said) & _ASKS_WHERE
    return first not in _words("where which")
