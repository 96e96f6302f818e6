"""The kind of a question, beyond a fact: a list, a summary, a comparison, the library, a chat."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.language.answer_types import answer_type
from assistant.language.lexicon import AUXILIARIES
from assistant.language.words import words
from assistant.query.mentions import asked_noun, question_words

Kind = Literal[
    "fact",
    "yes_no",
    "list",
    "definition",
    "comparison",
    "disagreement",
    "version",
    "calculation",
    "several",
    "summary",
    "outline",
    "changes",
    "library",
    "talk",
]
Talk = Literal["greeting", "thanks", "farewell", "help", "who", "wellbeing", "praise"]

_TALK: dict[Talk, re.Pattern[str]] = {
    "greeting": re.compile(
        r"(?:hi|hello|hey|hallo|howdy|greetings|good (?:morning|afternoon|evening|day))"
        r"(?: (?:there|again|assistant|everyone|you))?"
    ),
    "thanks": re.compile(
        r"(?:(?:ok(?:ay)?|great|perfect),? )?(?:many |a lot of )?(?:thanks?|thx|thank you|cheers)"
        r"(?: (?:you|a lot|so much|very much|again|for (?:your|the) help|for (?:that|this)))*"
    ),
    "farewell": re.compile(
        r"(?:good ?)?bye(?: bye)?(?: for now)?|see you(?: later| soon)?|good night"
    ),
    "help": re.compile(
        r"/?help(?: me)?(?: please)?|(?:what|which questions) can (?:you|i) (?:do|ask)(?: you)?"
        r"(?: here| for me)?|how (?:do|can) you help(?: me)?|what do you do|commands?|usage"
    ),
    "who": re.compile(
        r"(?:who|what) are you(?: exactly)?|what(?: is|'s) your name|"
        r"are you (?:a |an )?(?:human|robot|bot|ai|person|machine|real|chatgpt|language model)"
    ),
    "wellbeing": re.compile(r"how are you(?: doing)?(?: today)?|how(?: is|'s) it going|what'?s up"),
    "praise": re.compile(
        r"(?:ok(?:ay)?|great|good|nice|cool|perfect|wonderful|excellent|awesome|got it|i see|"
        r"well done|good (?:job|work|answer)|very (?:good|nice|helpful))(?: (?:answer|job|one))?"
    ),
}

_POINTING = (
    r"(?:this|that|it|(?:the|this|that|my)(?: (?:whole|entire|same|last))? "
    r"(?:document|text|article|file|paper|report|letter|page))"
)
_SUMMARY = re.compile(
    r"(?:(?:give|write|make|show)(?: me| us)? )?(?:a |an |the |me )*(?:short |brief |quick )?"
    r"(?:summari[sz]e|summary|sum up|overview|tl;?dr|gist|key points|main points|abstract)\b"
    r"(?: of| on| for)?:? ?(?P<of>.*)"
    r"|what(?: is| are| was| were|'s) (?P<about>.+?) about"
    r"|what does (?P<says>.+?) (?:talk about|deal with|cover)"
    r"|what (?:is|are) (?:the )?(?:main |key |most important )(?:points?|ideas?|message|topics?)"
    r"(?: (?:of|in) (?P<points>.+))?",
    re.IGNORECASE,
)
_OUTLINE = re.compile(
    r"(?:(?:give|make|show|write)(?: me| us)? )?(?:an? |the )?"
    r"(?:outline|structure|table of contents|contents)(?: of| for)?:? (?P<of>.+)"
    r"|(?:list|show|what are|which are)(?: me)?(?: all)? (?:the )?(?:sections|chapters|headings)"
    r" (?:of|in) (?P<parts>.+)"
    r"|(?:which|what) (?:sections|chapters|headings) (?:does|are in) (?P<has>.+?)(?: have)?"
    r"|how is (?P<how>.+?) (?:structured|organi[sz]ed)",
    re.IGNORECASE,
)
_BETWEEN = r"(?P<{0}>.+?) (?:and|to|with|versus|vs\.?|from) (?P<{0}_other>.+)"
_CHANGES = re.compile(
    r"what(?: has| have| is|'s| was)? (?:changed|different|the (?:changes?|differences?))"
    rf" (?:between|from) {_BETWEEN.format('what')}"
    r"|(?:(?:show|list|give|tell|find)(?: me| us)?(?: all)? )?(?:the |all )*"
    rf"(?:changes?|differences?|diff) (?:between|from) {_BETWEEN.format('list')}"
    rf"|(?:compare|diff) {_BETWEEN.format('compare')}"
    r"|how (?:does|do|did) (?P<how>.+?) differ from (?P<how_other>.+)"
    r"|what(?: has| is|'s)? (?:changed|new|different) in (?P<new>.+?)"
    r"(?: (?:since|compared (?:to|with)|against) (?P<new_other>.+))?",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"(?:list|name|enumerate|give me (?:all|a list)|show (?:me )?all)\b.+"
    r"|who (?:are|were) (?:all )?the \w+s\b.*"
    r"|what (?:are|were) (?:all )?(?:the |some (?:of the )?)(?:\w+ ){0,3}?\w+s\b.*",
    re.IGNORECASE,
)
# "Which countries signed it", but not "What limits the cycle".
_PLURAL_SUBJECT = re.compile(
    r"(?:which|what) (?!(?:is|was|has|does|did|do)\b)(?:\w+(?<!s) )?"
    r"(?!(?:is|was|has|does)\b)\w+(?<![sui])s (?!(?:the|an?|in|of|to|for|on|at|by|with|from|his|"
    r"her|its|their|that|both|up|out)\b)\w+",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"(?:what(?: is| are|'s)|define|explain)(?: meant by)? (?:(?:a|an|the term|the word) )?"
    r"(?P<term>[^,?.]{2,60})"
    r"|what does (?:the (?:term|word) )?(?P<means>[^,?.]{2,60}?) (?:mean|stand for)"
    r"|what do (?:we|you|they) mean by (?P<by>[^,?.]{2,60})"
    r"|(?:the )?(?:definition|meaning) of (?P<of>[^,?.]{2,60})",
    re.IGNORECASE,
)
_NOT_A_TERM = re.compile(
    r"'s\b|\b(?:of|in|at|for|from|with|by|to|on|that|which|who|the|between)\b", re.I
)


@dataclass(frozen=True)
class Summary:
    """A wish for a summary; `target` names what of, "" for what was just spoken of."""

    target: str


@dataclass(frozen=True)
class Outline:
    """A wish for the sections of a document; `target` names it."""

    target: str


@dataclass(frozen=True)
class Changes:
    """A wish for what differs in two documents; without the `other`, in versions of one."""

    one: str
    other: str = ""


def talk(question: str) -> Talk | None:
    """The small talk or command that the whole question is; None if it asks something."""
    plain = re.sub(r"[\s!.,?:;)(\u263a-\U0001faff-]+$", "", question.strip().lower())
    plain = " ".join(plain.replace("\u2019", "'").split())
    if (kind := _talk(plain)) is not None:
        return kind
    said = [_talk(piece) for piece in re.split(r"[,.!;]+ ?", plain) if piece]
    return said[-1] if said and None not in said else None  # "ok, thanks, bye"


def _talk(plain: str) -> Talk | None:
    return next((kind for kind, form in _TALK.items() if form.fullmatch(plain)), None)


def summary(question: str) -> Summary | None:
    """The wish for a summary; None if the question asks for something else."""
    found = _SUMMARY.fullmatch(_bare(question))
    if not found:
        return None
    target = next((g for g in found.groups() if g), "").strip(" \"'\u201c\u201d")
    if re.fullmatch(_POINTING, target, re.IGNORECASE):
        return Summary("")
    return Summary(target)


def outline(question: str) -> Outline | None:
    """The wish for an outline; None if the question asks for something else."""
    found = _OUTLINE.fullmatch(_bare(question))
    target = next((g for g in found.groups() if g), "") if found else ""
    if not target:
        return None
    pointing = re.fullmatch(_POINTING, target, re.IGNORECASE)
    return Outline("" if pointing else target.strip(" \"'\u201c\u201d"))


def changes(question: str) -> Changes | None:
    """The wish for what changed; None if the question asks for something else."""
    found = _CHANGES.fullmatch(_bare(question))
    said = [g.strip(" \"'\u201c\u201d") for g in found.groups() if g] if found else []
    return Changes(*said) if said else None


def classify(question: str) -> Kind:
    """The text of a question that the evidence answers."""
    bare = _bare(question)
    asking, _ = question_words(bare)
    noun = asked_noun(asking).lower()
    if _LISTS.fullmatch(bare):
        return "list"
    plural = noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    if plural and re.match(r"(?:what|which|whose)\b", asking, re.IGNORECASE):
        return "list"
    if not noun and _PLURAL_SUBJECT.match(bare):
        return "list"
    if defined(question):
        return "definition"
    return "yes_no" if answer_type(question) == "yes_no" else "fact"


def asks_yes_no(question: str) -> bool:
    """Tell if a question opens with its auxiliary, and offers no choice."""
    first = next((w.text.lower() for w in words(question)), "")
    return first in AUXILIARIES and not re.search(r"\bor\b", question, re.IGNORECASE)


def defined(question: str) -> str:
    """The term that a question wants defined; "" if it wants something else."""
    found = _DEFINITION.fullmatch(_bare(question))
    term = next((g for g in found.groups() if g), "").strip() if found else ""
    return "" if _NOT_A_TERM.search(term) or len(term.split()) > 4 else term


def _bare(question: str) -> str:
    plain = " ".join(question.replace("\u2019", "'").split()).strip(" ?.!")
    return re.sub(
        r"^(?:please|can you|could you|would you)\s+(?:please\s+)?", "", plain, flags=re.I
    )
