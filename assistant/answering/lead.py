"""Decides what leads an answer: the LLM's checked draft, or the evidence itself."""

import re
from collections.abc import Sequence

from assistant.answering.check import Verdict, says_answer
from assistant.conversation.mentions import AUXILIARIES
from assistant.language.questions import answer_type, offers
from assistant.language.words import terms, words
from assistant.retrieval.evidence import Retrieval
from assistant.retrieval.outcome import LIKELY

# A draft the model itself was unsure of (mean log probability a token) does not lead.
_SURE = -0.6
# Fewer words than this are a fragment: out of its sentence it can answer another question.
_SENTENCE_WORDS = 4
_ENDED = re.compile(r"[.!?][\"'\u201d\u2019)]*$")


def draft_leads(
    found: Retrieval, verdicts: Sequence[Verdict], mean_log_probability: float, answering: str
) -> bool:
    """Whether the draft is at least as likely to hold the answer as the best quote.

    `answering` is the model's mode in the catalogue: "quote" never lets it lead, "compose" does so
    with any statement that stood the check, "auto" asks for more: the documents surely answer, the
    first statement stood, is a sentence, rests on the best evidence, and has the words that the
    reader found there; without a reader, it holds something of the kind asked for, and the model
    was sure.
    """
    standing = [v for v in verdicts if v.support != "unsupported"]
    if answering == "quote" or not standing:
        return False
    if answering == "compose":
        return True
    first, best = verdicts[0], found.evidence[0]
    if first.text.split() == best.quote.split():
        return False  # it is the quote
    if (
        first.evidence != 0
        or found.confidence < LIKELY  # the whole quote leads: one sees what it does not say
        or len(words(first.text)) < _SENTENCE_WORDS
        or not _is_sentence(first.text)
    ):
        return False
    if best.answer is not None:
        return says_answer(first.text, best) and answer_type(found.question) != "yes_no"
    kind = answer_type(found.question)
    return (
        offers(kind, first.text, set(terms(found.question))) >= 0.5
        and kind not in {"reason", "yes_no"}
        and mean_log_probability >= _SURE
    )


def _is_sentence(text: str) -> bool:
    """Whether it ends as one, or has at least a verb that can be told for one: "Ford, Chrysler, and
    GM" is none, though it stands in one."""
    own = {w.text.lower() for w in words(text)}
    return _ENDED.search(text) is not None or bool(own & (AUXILIARIES | {"said", "says"}))
