"""Who leads: the draft only where it is at least as sure to hold the answer as the quote."""

import pytest

from assistant.answering.check import Verdict
from assistant.answering.lead import draft_leads

WHEN = "When did Ban Ki-moon visit?"
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
        ([], -0.2, "compose", False),
    ],
)
def test_the_draft_leads_only_where_it_may(
    verdicts: list[Verdict], mean: float, answering: str, leads: bool
) -> None:
    assert draft_leads(WHEN, verdicts, mean, answering) is leads


def test_reasons_and_yes_or_no_are_left_to_the_quote() -> None:
    verdict = Verdict("He came because of the war.", "exact", 0)
    assert not draft_leads("Why did he come?", [verdict], -0.1, "auto")
    assert not draft_leads("Did he come?", [verdict], -0.1, "auto")
