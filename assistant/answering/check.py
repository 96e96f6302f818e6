"""Holds each statement of a draft against the evidence: exact, supported or unsupported.

Rules, not a model: what they let through must be true, what they stop costs only a quote.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.answer import Support
from assistant.language.negation import negates, says_not
from assistant.language.sentences import sentence_spans
from assistant.language.words import content_terms, names, term, terms, words
from assistant.retrieval.evidence import Evidence

_MARKUP = re.compile(r"\*\*|__|`|\s*\[\d+\]")
# Words that change what is claimed though they carry no subject: they may not be added.
_CLAIMS = frozenset(
    (
        "all every each only always never must will more most less least fewer before after "
        "until since first last next because if unless except both either about almost nearly "
        "over under than between may might could would should likely"
    ).split()
)
# Words by which a text says less than that it is so: who repeats it without them says too much.
HEDGES = frozenset(
    "would could should may might must perhaps possibly probably likely unlikely almost "
    "nearly about hardly rarely seldom sometimes some partly mostly usually often "
    "expected planned plans proposed suggested wants wanted hoped hopes tried attempted "
    "refused failed offered promised claimed claims alleged said says told according reported "
    "reportedly believed thought considered supposed formerly once used either "
    "invited intended aimed".split()
)
_RESERVES = HEDGES | frozenset(
    "several many most few much part criticism accused argued argues warned allegedly "
    "if unless or".split()
)
_IS, _WAS = frozenset(("is", "are")), frozenset(("was", "were"))
# Of the evidence's meaning-bearing words, how many a statement may leave out in one place; and how
# near to a number must stand there what stands beside it in the statement.
_LEFT_OUT = 1
_BESIDE = 2
# "X is a …", "X was Y's …", "the aim is to …": says what something is, not what is done to it.
_COPULA = re.compile(r"\b(?:is|are|was|were)\b")
_SAYS_WHAT = re.compile(
    r"\b(?:is|are|was|were)\s+(?:not\s+)?(?=(?:an?|the|one|his|her|its|their|to)\s|[A-Z]|\w+['\u2019]s\b)"
)
# Of a statement's meaning-bearing words in the evidence, how many must stand in its order.
_ORDER = 0.6


@dataclass(frozen=True)
class Verdict:
    """How a statement stands to the evidence: its support, and the evidence (index) that backs."""

    text: str
    support: Support
    evidence: int | None
    reason: str = ""


def statements(draft: str) -> list[str]:
    """The sentences of a draft, its markup and any markers of its own removed."""
    plain = _MARKUP.sub("", draft).strip()
    return [plain[a:b] for a, b in sentence_spans(plain)]


def check(statement: str, question: str, evidence: Sequence[Evidence]) -> Verdict:
    """The best support that any one sentence of the evidence gives the statement."""
    reasons = []
    for number, found in enumerate(evidence):
        if _plain(statement).rstrip(".") in _plain(found.quote) and len(terms(statement)) > 1:
            return Verdict(statement, "exact", number)
    for number, found in enumerate(evidence):
        reason = _objection(statement, question, found)
        if not reason:
            return Verdict(statement, "supported", number)
        reasons.append(reason)
    return Verdict(statement, "unsupported", None, reasons[0] if reasons else "no evidence")


def _objection(statement: str, question: str, evidence: Evidence) -> str:
    """Why the evidence does not support the statement, in a few words; "" if it does."""
    passage = evidence.passage
    here = terms(evidence.quote)
    context = set(here) | set(terms(" ".join((passage.title, *passage.headings))))
    said = content_terms(statement)
    # What only the question says is no evidence, not even where a reader found words that answer:
    # "Sergei Lavrov is the prime minister of …" restates the question around a wrong name.
    if missing := (names(statement, skip_first=False) | set(said)) - context:
        return f"{_example(statement, missing)} is not in the evidence"
    if Counter(said) - (Counter(here) | Counter(context)):
        return "it repeats what the evidence says once"
    if added := _claims(statement) - _claims(evidence.quote) - _claims(question):
        return f"{sorted(added)[0]!r} is not in the evidence"
    if says_not(statement) != negates(evidence.quote, set(said)):
        return "one of the two is negated"
    if _order(said, here) < _ORDER:
        return "its words stand in another order"
    own, quoted = _words(statement), _words(evidence.quote)
    reserves = _words(words_until(evidence.quote, set(said))) & _RESERVES
    if reserved := reserves - own - _words(question):
        return f"the evidence says {sorted(reserved)[0]!r}"
    if _IS & own and _WAS & quoted and not _IS & quoted:
        return "the evidence says that it was so"
    quoted_terms = content_terms(evidence.quote)
    if _leaves_out(said, quoted_terms) or _moves_a_number(said, quoted_terms):
        return "the evidence says something between its words"
    if not _says_what_is_said(statement, evidence.quote, context - set(here)):
        return "the evidence does not say that the one is the other"
    if not set(said) & set(here) - set(terms(question)):
        return "it says nothing that the question does not"
    return ""


def _says_what_is_said(statement: str, quote: str, headings: set[str]) -> bool:
    """Whether what the statement says that something is, the quote says of the same thing.

    The quote must have such a verb too, with the subject before it (or in the headings) and the
    rest after it: "built at the wish of Ann Lee, a network …" does not say that she was one.
    """
    found = _SAYS_WHAT.search(statement)
    if found is None:
        return True
    subject = set(content_terms(statement[: found.start()]))
    rest = content_terms(statement[found.end() :])
    if not rest or set(rest) <= subject:
        return False
    return any(
        subject <= set(terms(quote[: verb.start()])) | headings
        and rest[0] in terms(quote[verb.end() :])
        for verb in _COPULA.finditer(quote)
    )


def _words(text: str) -> set[str]:
    return {w.text.lower() for w in words(text)}


def words_until(quote: str, said: set[str]) -> str:
    """The quote up to the last word that a statement of these terms has too."""
    return quote[: max((w.end for w in words(quote) if term(w.text) in said), default=0)]


def _leaves_out(said: Sequence[str], here: Sequence[str]) -> bool:
    """Whether the evidence says more than a word between two that the statement puts together.

    "The highest court in the Union" leaves out what matters of "the highest court able to interpret
    the Union's law". Numbers may be left out, and a phrase may be put in front.
    """
    at: int | None = None
    for t in said:
        places = _places(t, here)
        if not places:
            continue  # from the headings
        following = [i for i in places if at is None or i >= at]
        if at is not None and following:
            between = set(here[at + 1 : following[0]]) - set(said)
            if sum(not other[:1].isdigit() for other in between) > _LEFT_OUT:
                return True
        at = following[0] if following else places[0]
    return False


def _moves_a_number(said: Sequence[str], here: Sequence[str]) -> bool:
    """Whether a number stands by other words in the statement than in the evidence."""
    for place, t in enumerate(said):
        beside = {*said[max(0, place - 1) : place], *said[place + 1 : place + 2]}
        if not t[:1].isdigit() or not beside:
            continue
        near = [here[max(0, i - _BESIDE) : i + _BESIDE + 1] for i in _places(t, here)]
        if near and all(beside.isdisjoint(around) for around in near):
            return True
    return False


def _places(wanted: str, here: Sequence[str]) -> list[int]:
    return [i for i, other in enumerate(here) if other == wanted]


def says_answer(statement: str, evidence: Evidence) -> bool:
    """Whether a reader found words that answer in the evidence, and the statement has them all."""
    answer = terms(evidence.answer_words)
    said = terms(statement)
    return bool(answer) and any(
        said[i : i + len(answer)] == answer for i in range(len(said) - len(answer) + 1)
    )


def _claims(text: str) -> set[str]:
    return _words(text) & _CLAIMS


def _order(said: Sequence[str], here: Sequence[str]) -> float:
    """The share of the statement's words in the evidence that stand in the evidence's order.

    The longest increasing run of their positions: swapping who did what to whom breaks it.
    """
    positions = [here.index(t) for t in said if t in here]
    if len(positions) < 3:
        return 1.0
    longest: list[int] = []
    for i, position in enumerate(positions):
        best = max((longest[j] for j in range(i) if positions[j] <= position), default=0)
        longest.append(best + 1)
    return max(longest) / len(positions)


def _example(statement: str, missing: set[str]) -> str:
    found = next((w.text for w in words(statement) if term(w.text) in missing), "a word")
    return repr(found)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'")
    folded = folded.replace("\u201c", '"').replace("\u201d", '"')
    return " ".join(folded.split())
