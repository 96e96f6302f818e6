"""A question that wants a column of a table counted, summed up or compared."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.language.words import content_terms
from assistant.query.intent import asks_yes_no

Operation = Literal["sum", "mean", "count", "least", "most", "first", "last", "below", "above"]

# What asks for each, in the order in which they are looked for.
_CUES: tuple[tuple[Operation, str], ...] = (
    ("mean", r"\b(?:on )?average\b|\bmean\b(?! by)"),
    ("sum", r"\btotal\b|\bsum\b|\badds? up\b(?: to)?|\baltogether\b|\bin all\b|\bcombined\b"),
    ("below", r"\b(?:below|under|less than|fewer than|lower than|smaller than)\b"),
    ("above", r"\b(?:above|over|more than|higher than|larger than)\b"),
    ("least", r"\b(?:least|lowest|smallest|cheapest|shortest|fewest)\b"),
    ("most", r"\b(?:most|highest|largest|biggest|dearest|longest)\b"),
    ("first", r"\b(?:first|earliest|oldest)\b"),
    ("last", r"\b(?:last|latest|newest|most recent(?:ly)?)\b"),
    # "the number of members", but not "the phone number of the carpenter".
    ("count", r"\bhow many\b|\b(?:the|what) number of\b"),
)
_FORMS = {operation: re.compile(form, re.IGNORECASE) for operation, form in _CUES}
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")


@dataclass(frozen=True)
class Calculation:
    """The operation on a column; `terms` are the question's other words of content.

    `after` are those behind the word that asks: what is counted, or the column that is a `limit`
    where that is no number.
    """

    operation: Operation
    terms: tuple[str, ...]
    after: tuple[str, ...] = ()
    limit: str = ""


def calculation(question: str) -> Calculation | None:
    """The calculation that a question may ask for; None if nothing in it asks for one."""
    if asks_yes_no(question):
        return None
    question = re.sub(r"\b(what|who|which)['\u2019]s\b", r"\1 is", question, flags=re.IGNORECASE)
    for operation, form in _FORMS.items():
        if found := form.search(question):
            before, after = question[: found.start()], question[found.end() :]
            limit = _NUMBER.search(after) if operation in {"below", "above"} else None
            # What follows the number is its unit: "more than 50 euros".
            rest = re.sub(r"^\W*\w+", "", after[limit.end() :]) if limit else after
            return Calculation(
                operation,
                tuple(dict.fromkeys(content_terms(f"{before} {rest}"))),
                tuple(content_terms(rest)),
                limit[0] if limit else "",
            )
    return None
