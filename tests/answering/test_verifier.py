"""What a draft may say: nothing that its evidence does not."""

import pytest
from fakes import evidence

from assistant.answering.verifier import Verifier, statements
from assistant.retrieval.evidence import Evidence

GHARYAN = evidence(
    "Forces loyal to Hifter took control of Gharyan, 50 kilometers (31 miles) from Tripoli, without major clashes on Wednesday."
)
KILLED = evidence("Two people, a resident and a militiaman, were killed near Gharyan.")
NATO = evidence(
    "The NATO-supported uprising toppled and later killed longtime dictator Moammar Gadhafi."
)


def support(statement: str, question: str, *quotes: Evidence) -> str:
    """The support that words alone tell."""
    return Verifier().check(statement, question, quotes).support


def test_words_of_the_evidence_in_its_order_are_exact() -> None:
    assert (
        support("50 kilometers (31 miles) from Tripoli", "How far is Gharyan?", GHARYAN) == "exact"
    )
    assert support("a resident and a militiaman", "Who was killed?", GHARYAN, KILLED) == "exact"


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("Gharyan is 31 miles from Tripoli.", "How far is Gharyan from Tripoli?"),
        ("Hifter's forces took control of Gharyan.", "Who took Gharyan?"),
        ("On Wednesday, forces loyal to Hifter took control of Gharyan.", "When was it taken?"),
    ],
)
def test_a_rewording_within_the_evidence_is_supported(statement: str, question: str) -> None:
    assert support(statement, question, GHARYAN) == "supported"


@pytest.mark.parametrize(
    ("statement", "question", "why"),
    [
        ("Gharyan is 13 miles from Tripoli.", "How far is Gharyan from Tripoli?", "another number"),
        ("Sarraj's forces took control of Gharyan.", "Who took Gharyan?", "another name"),
        ("Hifter's forces took control of Gharyan on Thursday.", "When?", "another day"),
        (
            "Forces loyal to Hifter never took control of Gharyan.",
            "Who took Gharyan?",
            "a negation",
        ),
        ("Hifter's forces destroyed Gharyan.", "What did the forces do?", "another deed"),
        ("Gharyan was taken.", "Was Gharyan taken?", "nothing new"),
    ],
)
def test_what_the_evidence_does_not_say_is_unsupported(
    statement: str, question: str, why: str
) -> None:
    assert support(statement, question, GHARYAN) == "unsupported", why


def test_the_verdict_names_its_evidence_and_its_reason() -> None:
    verifier = Verifier()
    verdict = verifier.check(
        "A resident and a militiaman were killed.", "Who died?", [GHARYAN, KILLED]
    )
    assert (verdict.support, verdict.evidence) == ("supported", 1)
    assert "'seven'" in verifier.check("There were seven.", "How many?", [KILLED]).reason


def test_markup_and_markers_of_the_draft_are_taken_off() -> None:
    assert statements("**Two** people [3]. They were `killed`.") == [
        "Two people.",
        "They were killed.",
    ]
    assert statements("") == []
