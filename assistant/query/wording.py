"""Questions without the courtesies around them; several in one, taken apart."""

import re

from assistant.language.lexicon import AUXILIARIES
from assistant.language.sentences import sentence_spans
from assistant.language.words import words
from assistant.query.anaphora import leans
from assistant.query.mentions import WH, content

# More questions than this in one are answered as one.
MOST_PARTS = 3

_GREETING = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening)|ok(?:ay)?|please|"
    r"excuse me|quick question)\b[\s,.!:]*(?:there|assistant|again)?[\s,.!:]*)+",
    re.IGNORECASE,
)
# "could you perhaps tell me", "I was wondering": what comes after it is the question.
_ASKING = re.compile(
    r"\b(?:(?:could|can|would|will) you (?:(?:please|perhaps|maybe|kindly|also|possibly) )*"
    r"(?:tell|explain|show|say|remind|let)(?: to)?(?: (?:me|us))?(?: know)?"
    r"|(?:please )?(?:tell|remind) (?:me|us)|do you (?:happen to |perhaps )?know"
    r"|(?:i|we)(?: would|'d|\u2019d)(?: really)? (?:like|love|want) to (?:know|ask|find out|learn)"
    r"|(?:i|we) (?:want|need|have) to (?:know|find out)"
    r"|(?:i|we)(?: am| was| are| were|'m|\u2019m|'re)(?: just)? (?:wondering|curious|asking myself)"
    r"|i wonder|any idea|my question is)\b[,:]?\s*(?:please\b[,\s]*)?(?:if|whether)?\s*",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"[\s,.]*(?:,|\.|\b)\s*(?:please|thanks(?: a lot)?|thank you(?: very much)?|if you can|"
    r"if possible)\s*([?.!]*)\s*$",
    re.IGNORECASE,
)
_WH = r"how|who|whom|whose|what|which|when|where|why"
_AND = re.compile(
    r"[,;]?\s+(?:and|but|plus|as well as)\s+(?:also\s+)?"
    rf"(?=(?:(?:by|for|to|with|from|in|on|at)\s+)?(?:{_WH})\b)",
    re.IGNORECASE,
)
_MARK = re.compile(r"\?+\s+(?=\S)")


def core(question: str) -> str:
    """The question without greetings, courtesies and what is told before it.

    Unchanged where nothing is wrapped around it, or where what would be left is no question.
    """
    plain = _ENDING.sub(r"\1", _GREETING.sub("", question)).strip()
    wrapped = list(_ASKING.finditer(plain))
    if wrapped and _is_question(tail := plain[wrapped[-1].end() :].strip()):
        return _capital(tail)
    asked = [plain[a:b] for a, b in sentence_spans(plain)]
    questions = [s for s in asked if s.endswith("?")]
    told = bool(questions) and len(questions) < len(asked)
    if told and _is_question(questions[0]) and not leans(questions[0]):
        return " ".join(questions)
    return plain if content(plain) and plain != question else question


def parts(question: str) -> list[str]:
    """The questions that are asked in one; later ones may lean on those before them."""
    pieces = [p.strip() for p in _MARK.split(question) if p.strip(" ?.!,")]
    found: list[str] = []
    for piece in pieces:
        found += _joined(piece)
    if not 1 < len(found) <= MOST_PARTS or not _is_question(found[0]):
        return [question]
    return [_capital(p.rstrip("?. ")) + "?" for p in found]


def _joined(piece: str) -> list[str]:
    """The parts of "Who built it and when was it opened": each must ask by itself."""
    for joint in _AND.finditer(piece):
        head, tail = piece[: joint.start()], piece[joint.end() :]
        if len(content(head)) >= 2 and WH.match(head) and _asks(tail):
            return [head, *_joined(tail)]
    return [piece]


def _asks(tail: str) -> bool:
    """Tell whether it is a question of its own: an auxiliary comes soon, or it is the bare word."""
    own = [w.text.lower() for w in words(tail)]
    bare = len(own) == 1 or (len(own) == 2 and own[1] in _WH.split("|"))
    return bare or any(w in AUXILIARIES for w in own[1:5])


def _is_question(text: str) -> bool:
    first = next((w.text.lower() for w in words(text)), "")
    opens = bool(WH.match(text)) or first in AUXILIARIES | {"the", "list", "name"}
    return opens and bool(content(text))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
