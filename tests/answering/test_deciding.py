"""Yes or no is said only where a sentence says just that, or denies it."""

import pytest
from fakes import evidence

from assistant.answering.verifier import decides


@pytest.mark.parametrize(
    ("question", "quote", "verdict"),
    [
        ("Do divers need a permit?", "Divers need a permit from the harbour office.", "yes"),
        ("Do anglers need a permit?", "Anglers need no permit.", "no"),
        (
            "Was the bridge designed by Jonas Firth?",
            "The bridge was designed by Jonas Firth.",
            "yes",
        ),
        ("Did the club buy the ferry?", "The club did not buy the ferry.", "no"),
        ("May lorries cross the bridge?", "Lorries may not cross the bridge.", "no"),
        ("May cyclists use the path?", "Cyclists may use the path, but they must be slow.", "yes"),
        ("Was it opened in 1893?", "Built in 1889, it was opened on 4 May 1893.", "yes"),
        ("Is there a military solution?", "There is no military solution.", "no"),
    ],
)
def test_a_sentence_decides(question: str, quote: str, verdict: str) -> None:
    assert decides(question, evidence(quote)) == verdict


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        # Said, planned, conditional, partial: the question asks for more.
        ("Did the club buy the ferry?", "The chair said that the club would buy the ferry."),
        ("Did the club buy the ferry?", "The club wanted to buy the ferry."),
        ("May cyclists use the path?", "Cyclists may use the path if it is dry."),
        ("Are divers allowed?", "Divers are allowed until March."),
        ("Are all boats insured?", "Boats are insured by the club."),
        ("Do divers need a permit?", "Some divers need a permit."),
        # Of another: the name, the number, who did it to whom, when.
        ("Did Kessia decline to sign?", "Ostmark was invited but declined to sign."),
        ("Is the pier 70 metres long?", "The pier is 60 metres long."),
        ("Did Marlow beat Stanfield?", "Stanfield beat Marlow."),
        ("Is the bridge green?", "The bridge was green."),
        ("Will the club buy boats?", "The club owns fourteen boats."),
    ],
)
def test_what_does_not_decide_says_neither(question: str, quote: str) -> None:
    assert decides(question, evidence(quote)) is None


def test_a_name_may_stand_in_the_title_but_nothing_else_may() -> None:
    found = evidence("It is a suspension bridge with two towers.", title="Marlow Bridge")
    assert decides("Is Marlow Bridge a suspension bridge?", found) == "yes"
    assert decides("Is Osterby Bridge a suspension bridge?", found) is None
    assert decides("Is Marlow Bridge a steel bridge?", found) is None
