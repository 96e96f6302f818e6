"""Decides what leads an answer: the LLM's checked draft, or the evidence itself."""

from collections.abc import Sequence

from assistant.answering.check import Verdict
from assistant.language.questions import answer_type, offers
from assistant.language.words import terms

# A draft the model itself was unsure of (mean log probability a token) does not lead.
_SURE = -0.6


def draft_leads(
    question: str, verdicts: Sequence[Verdict], mean_log_probability: float, answering: str
) -> bool:
    """Whether the draft is at least as likely to hold the answer as the best quote.

    `answering` is the model's mode in the catalogue: "quote" never lets it lead, "compose" does so
    with any statement that stood the check, "auto" asks for more: the first statement stood, it
    rests on the best sentence, it holds something of the kind asked for, and the model was sure.
    """
    standing = [v for v in verdicts if v.support != "unsupported"]
    if answering == "quote" or not standing:
        return False
    if answering == "compose":
        return True
    first = verdicts[0]
    kind = answer_type(question)
    return (
        first.evidence == 0
        and offers(kind, first.text, set(terms(question))) >= 0.5
        and kind not in {"reason", "yes_no"}
        and mean_log_probability >= _SURE
    )
