"""Permissions by their words: given, refused, or tied to a condition."""

from pathlib import Path

import pytest
from fakes import evidence

from assistant import Assistant
from assistant.answering.permissions import ruling


@pytest.mark.parametrize(
    ("question", "said", "told"),
    [
        ("Are we allowed to have a parrot?", "Parrots and small animals may be kept.", "yes"),
        ("May I lend a boat?", "Lending a club boat is prohibited.", "no"),
        ("Can we smoke in the hall?", "Smoking is not allowed anywhere in the hall.", "no"),
        ("Is smoking forbidden in the hall?", "Smoking is forbidden in the hall.", "yes"),
        ("Is smoking forbidden in the hall?", "Smoking is allowed in the hall.", "no"),
        ("Can we sit in the car?", "Passengers may not sit in the car.", "no"),
        ("May I touch the clocks?", "Touching the clocks is forbidden, except in room 7.", "depends"),
        ("Can I move a chair?", "Chairs may be moved with the consent of the manager.", "depends"),
        ("May I bring a dog?", "Cats may be kept.", None),  # of something else
        ("May I bring a dog?", "The dog of the manager likes to be brought.", None),
        ("Did the farm in Norland refuse to sign?", "The farm in Ostmark refused to sign.", None),
        ("Who may bring a dog?", "Dogs must be on a lead.", None),
    ],
)  # fmt: skip
def test_a_ruling_is_told_by_its_words(question: str, said: str, told: str | None) -> None:
    assert ruling(question, evidence(said)) == told


def test_what_is_clearly_the_best_evidence_may_word_it_otherwise() -> None:
    lawn = evidence("Camping on the lawn is tolerated during regattas.")
    question = "Can I pitch a tent on the lawn?"
    assert ruling(question, lawn) is None
    assert ruling(question, lawn, is_clear=True) == "yes"
    dogs = evidence("Dogs may be kept only if the landlady agrees.")
    assert ruling("Can I keep a dog?", dogs, is_clear=True) == "depends"
    assert ruling("Can I keep a parrot?", dogs, is_clear=True) is None


def test_an_answer_to_the_same_question_says_yes_or_no_itself(tmp_path: Path) -> None:
    faq = tmp_path / "faq.md"
    faq.write_text(
        "# Rowing club\n\nIs the boathouse open in winter?\nNo, it is closed from December on.\n\n"
        "Is there a sauna?\nYes, on the first floor.\n\nThe cats may stay without asking. Keeping"
        " dogs is forbidden.\n"
    )
    with Assistant(model="none", folder=tmp_path / "library") as assistant:
        assistant.add(str(faq))
        told = {
            asked: assistant.ask(asked).text
            for asked in ("Is the boathouse open in winter?", "Is there a sauna?")
        }
        may = assistant.ask("May the cats stay?")
    assert [text[:3] for text in told.values()] == ["No,", "Yes"]
    assert may.text.startswith("Yes. The cats may stay")
