"""Who leads: the draft only where it is at least as sure to hold the answer as the quote."""

from dataclasses import replace

import pytest
from fakes import evidence

from assistant.answering.verifier import Verdict
from assistant.answering.selection import draft_leads
from assistant.retrieval.evidence import Retrieval

WHEN = "When did Ban Ki-moon visit?"
QUOTE = "In October 2014 the former chief, Ban Ki-moon, visited for two days."


def found(question: str, answer: str = "") -> Retrieval:
    """A retrieval whose only evidence is the quote; `answer` are words of it a reader found."""
    best = evidence(QUOTE)
    if answer:
        start = QUOTE.index(answer)
        best = replace(best, answer=(start, start + len(answer)))
    return Retrieval(question, (), (best,), 0.9, 0.5, "", 1.0)


SOUND = Verdict("In October 2014 Ban Ki-moon visited.", "supported", 0)


@pytest.mark.parametrize(
    ("verdicts", "mean", "answering", "leads"),
    [
        ([SOUND], -0.2, "auto", True),
        ([SOUND], -0.2, "compose", True),
        ([SOUND], -0.2, "quote", False),
        ([SOUND], -1.5, "auto", False),
        ([SOUND], -1.5, "compose", True),
        ([Verdict(SOUND.text, "unsupported", None)], -0.2, "compose", False),
        ([Verdict(SOUND.text, "supported", 1)], -0.2, "auto", False),
        ([Verdict("Ban Ki-moon visited.", "supported", 0)], -0.2, "auto", False),
        ([Verdict("No.", "unsupported", None), SOUND], -0.2, "auto", False),
        ([Verdict("In October 2014 the former chief", "exact", 0)], -0.2, "auto", False),
        ([Verdict(QUOTE, "exact", 0)], -0.2, "auto", False),
        ([], -0.2, "compose", False),
    ],
)
def test_the_draft_leads_only_where_it_may(
    verdicts: list[Verdict], mean: float, answering: str, leads: bool
) -> None:
    assert draft_leads(found(WHEN), verdicts, mean, answering) is leads


def test_reasons_and_yes_or_no_are_left_to_the_quote() -> None:
    verdict = Verdict("He came because of the war.", "exact", 0)
    assert not draft_leads(found("Why did he come?"), [verdict], -0.1, "auto")
    assert not draft_leads(found("Did he come?"), [verdict], -0.1, "auto")


def test_with_a_reader_the_draft_leads_if_it_has_the_words_that_answer() -> None:
    sound, other = (
        Verdict("He visited for two days.", "supported", 0),
        Verdict("He visited.", "supported", 0),
    )
    assert draft_leads(found("How long?", "two days"), [sound], -2.0, "auto")
    assert not draft_leads(found("How long?", "two days"), [other], -0.1, "auto")
    assert not draft_leads(found("Did he stay two days?", "two days"), [sound], -0.1, "auto")
