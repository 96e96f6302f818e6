"""What a draft may say: nothing that its evidence does not."""

from dataclasses import replace

import pytest
from fakes import evidence

from assistant.answering.verifier import check, statements

GHARYAN = evidence(
    "Forces loyal to Hifter took control of Gharyan, 50 kilometers (31 miles) from Tripoli, without major clashes on Wednesday."
)
KILLED = evidence("Two people, a resident and a militiaman, were killed near Gharyan.")
NATO = evidence(
    "The NATO-supported uprising toppled and later killed longtime dictator Moammar Gadhafi."
)


def support(statement: str, question: str, *quotes: object) -> str:
    return check(statement, question, quotes).support  # type: ignore[arg-type]


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
        (
            "Gharyan is 31 miles from Benghazi.",
            "How far is Gharyan from Benghazi?",
            "a name of the question alone",
        ),
        ("Sarraj's forces took control of Gharyan.", "Who took Gharyan?", "another name"),
        ("Hifter's forces took control of Gharyan on Thursday.", "When?", "another day"),
        (
            "Forces loyal to Hifter never took control of Gharyan.",
            "Who took Gharyan?",
            "a negation",
        ),
        (
            "The town is 50 kilometers from Tripoli.",
            "How far is the town from Tripoli?",
            "a word of the question alone",
        ),
        ("Hifter's forces destroyed Gharyan.", "What did the forces do?", "another deed"),
        (
            "All forces loyal to Hifter took control of Gharyan.",
            "Who took Gharyan?",
            "a wider claim",
        ),
        ("Gharyan was taken.", "Was Gharyan taken?", "nothing new"),
    ],
)
def test_what_the_evidence_does_not_say_is_unsupported(
    statement: str, question: str, why: str
) -> None:
    assert support(statement, question, GHARYAN) == "unsupported", why


@pytest.mark.parametrize(
    ("quote", "statement", "why"),
    [
        ("Some Normans joined the Turks.", "The Normans joined the Turks.", "some, not all"),
        (
            "There is criticism that the policies are expensive quick fixes.",
            "The policies are expensive quick fixes.",
            "somebody's opinion",
        ),
        (
            "If one of its surfaces is flat, the lens is plano-convex.",
            "The lens is plano-convex.",
            "a condition",
        ),
        ("He reportedly sold the mill in May.", "He sold the mill in May.", "a report"),
        ("The network was a programme of Ohio.", "The network is a programme of Ohio.", "then"),
        (
            "The court is the highest court able to interpret the law of the Union.",
            "The court is the highest court of the Union.",
            "what stands between",
        ),
        (
            "He wrote report P-26 in 1962, and the longer report RM-34 in 1964.",
            "He wrote report P-26 in 1964.",
            "the other report's year",
        ),
    ],
)
def test_a_statement_that_leaves_out_what_matters_is_unsupported(
    quote: str, statement: str, why: str
) -> None:
    assert support(statement, "What is said?", evidence(quote)) == "unsupported", why


def test_who_did_what_to_whom_may_not_be_swapped() -> None:
    assert (
        support(
            "Longtime dictator Moammar Gadhafi toppled and killed the NATO-supported uprising.",
            "Who toppled whom?",
            NATO,
        )
        == "unsupported"
    )


def test_the_words_a_reader_found_do_not_vouch_for_the_rest_of_the_question() -> None:
    quote = "In 1002, King Ethelred II of England married Emma, sister of Richard II of Normandy."
    start = quote.index("Richard II of Normandy")
    found = replace(evidence(quote), answer=(start, start + len("Richard II of Normandy")))
    question = "Who was the brother of Emma?"
    assert (
        support("The brother of Emma was Richard II of Normandy.", question, found) == "unsupported"
    )
    said = "Ethelred II married Emma, sister of Richard II of Normandy."
    assert support(said, question, found) == "supported"
    assert support("The brother of Emma was King Ethelred II.", question, found) == "unsupported"
    assert (
        support("The brother of Emma was Richard II of Normandy, a duke.", question, found)
        == "unsupported"
    )


def test_the_verdict_names_its_evidence_and_its_reason() -> None:
    verdict = check("A resident and a militiaman were killed.", "Who died?", [GHARYAN, KILLED])
    assert (verdict.support, verdict.evidence) == ("supported", 1)
    assert "'seven'" in check("There were seven.", "How many?", [KILLED]).reason


def test_markup_and_markers_of_the_draft_are_taken_off() -> None:
    assert statements("**Two** people [3]. They were `killed`.") == [
        "Two people.",
        "They were killed.",
    ]
    assert statements("") == []


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        (
            "Ann Lee was a data network.",
            "At the wish of Ann Lee, a data network was built between four towns.",
        ),
        (
            "Robert was Harald's son.",
            "The fleet under the command of Harald, Robert's son, landed in Valona and was beaten.",
        ),
        (
            "The night shift is a minority.",
            "The night shift comprises a minority of the staff, which was counted in May.",
        ),
        ("A dredger is a dredger.", "A dredger is a ship with an added pump."),
        (
            "The aim of the second stroke is to save coal.",
            "The aim of the valve is to save coal by a second stroke.",
        ),
    ],
)
def test_that_one_thing_is_another_must_be_said_of_it(statement: str, quote: str) -> None:
    assert support(statement, "What is it?", evidence(quote)) == "unsupported"


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        (
            "The aim of the valve is to save coal.",
            "The aim of the valve, he wrote, is to save coal by a second stroke.",
        ),
        (
            "The bridge is a steel arch.",
            "Since 1902 the bridge is a steel arch, painted green.",
        ),
        (
            "The engine was patented in 1849.",
            "The best of them was the engine patented in 1849 by a clockmaker.",
        ),
    ],
)
def test_what_is_said_of_it_may_be_said_again(statement: str, quote: str) -> None:
    assert support(statement, "What is it?", evidence(quote)) != "unsupported"
