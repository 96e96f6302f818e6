"""Follow-ups get what they lean on; questions that stand alone are left alone."""

import json
from pathlib import Path

import pytest

from assistant.query.rewriter import Turn, alternative_rewrites, leans, rewrite

MARCH = Turn("Who ordered the march on Tripoli?", "Hifter ordered it.", "Khalifa Hifter")
VISIT = Turn("When did Ban Ki-moon visit Libya?", "In October 2014.", "October 2014")
BRIDGE = Turn("How long is the Oberbaum Bridge?", "It is 154 m long.", "154 m")
TOWN = Turn("Which town did the rebels take?", "They took Gharyan.", "Gharyan")
MOUNT = Turn("What nationality was Sir William Logan, after whom it is named?", "", "Canadian")
CHIEF = Turn("Which U.N. chief had visited Libya before that?", "Ban Ki-moon had.", "Ban Ki-moon")
PRICE = Turn("What was the price of oil in 1979?", "It was $40.", "$40")
WEAVERS = Turn("What London neighborhood attracted Huguenot refugees?", "Shoreditch", "Shoreditch")


@pytest.mark.parametrize(
    "question",
    [
        "How far is Gharyan from Tripoli?",
        "What did the European Union say about the buildup?",
        "Is there a military solution for Libya?",
        "who won the 1998 world cup final",
        "Who is Guterres?",
        "What is entropy?",
        "Who gave their name to Normandy?",
        "How old was Manning when he played in the final?",
        "Which church made Christianity its official religion?",
        "Is it possible to export a library?",
        "who founded the dadaist movement and what did they do",
        "when does it get dark in new york december",
        "What did the general say that he wanted?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert rewrite(question, [MARCH, VISIT]) == question


def test_of_many_standalone_questions_nearly_all_are_left_alone() -> None:
    lines = (Path(__file__).parents[1] / "sets" / "seed.jsonl").read_text("utf-8").splitlines()
    rows = [q for q in map(_with_standalone, lines) if q["source"] != "handbook.md"]
    # A newcomer's "it" is the program, and leans on nothing only where nothing was asked before.
    questions = [q["standalone"] or q["question"] for q in rows]
    before = [Turn(q, "It was said by Mr Smith.", "Mr Smith") for q in questions]
    pairs = zip(questions[1:], before, strict=False)
    left = [rewrite(question, [turn]) == question for question, turn in pairs]
    assert len(left) > 70
    assert sum(left) / len(left) >= 0.98


def _with_standalone(line: str) -> dict[str, str]:
    return {"standalone": ""} | json.loads(line)


def test_without_a_conversation_nothing_changes() -> None:
    assert rewrite("And when?", []) == "And when?"


@pytest.mark.parametrize(
    ("before", "question", "standalone"),
    [
        (
            VISIT,
            "Why did he leave his office early?",
            "Why did Ban Ki-moon leave his office early?",
        ),
        (MARCH, "When was he born?", "When was Khalifa Hifter born?"),
        (MARCH, "When did he order it?", "When did Khalifa Hifter order the march?"),
        (BRIDGE, "How old is it?", "How old is the Oberbaum Bridge?"),
        (BRIDGE, "Who designed it?", "Who designed the Oberbaum Bridge?"),
        (TOWN, "How far is it from Tripoli?", "How far is Gharyan from Tripoli?"),
        (TOWN, "Who lives in that town?", "Who lives in Gharyan?"),
        (TOWN, "Who lives there?", "Who lives in Gharyan?"),
        (TOWN, "Who went there?", "Who went to Gharyan?"),
        (TOWN, "Why did they take it?", "Why did the rebels take Gharyan?"),
        (WEAVERS, "What did they make there?", "What did Huguenot refugees make in Shoreditch?"),
        (MARCH, "Who was his brother?", "Who was Khalifa Hifter's brother?"),
        (MOUNT, "And what did he found?", "What did Sir William Logan found?"),
        (CHIEF, "When was he there?", "When was Ban Ki-moon in Libya?"),
        (BRIDGE, "Built by whom?", "By whom was the Oberbaum Bridge built?"),
        (BRIDGE, "opened when", "When was the Oberbaum Bridge opened?"),
        (BRIDGE, "What about Tripoli, who controls that?", "Who controls Tripoli?"),
    ],
)
def test_a_pronoun_takes_what_was_spoken_of(before: Turn, question: str, standalone: str) -> None:
    assert rewrite(question, [before]) == standalone


@pytest.mark.parametrize(
    ("before", "question", "standalone"),
    [
        (BRIDGE, "And the Glienicke Bridge?", "How long is the Glienicke Bridge?"),
        (BRIDGE, "And how old?", "How old is the Oberbaum Bridge?"),
        (VISIT, "What about Guterres?", "When did Guterres visit Libya?"),
        (VISIT, "Why?", "Why did Ban Ki-moon visit Libya?"),
        (VISIT, "And when was that?", "When did Ban Ki-moon visit Libya?"),
        (MARCH, "And when?", "When was it that Khalifa Hifter ordered the march on Tripoli?"),
        (MARCH, "And on Benghazi?", "Who ordered the march on Benghazi?"),
        (Turn("Did Guterres go to Libya?"), "and when?", "When did Guterres go to Libya?"),
        (PRICE, "And in 1974?", "What was the price of oil in 1974?"),
        (PRICE, "And a year later?", "What was the price of oil in 1980?"),
        (PRICE, "two years earlier?", "What was the price of oil in 1977?"),
        (PRICE, "And the decade before?", "What was the price of oil in 1969?"),
        (VISIT, "on what condition", "On what condition did Ban Ki-moon visit Libya?"),
        (VISIT, "How come?", "Why did Ban Ki-moon visit Libya?"),
        (Turn("What does article 102 forbid?"), "and article 34?", "What does article 34 forbid?"),
        (Turn("Which key shows the library?"), "And sessions?", "Which key shows sessions?"),
        (Turn("How many judges are there?"), "And advocates?", "How many advocates are there?"),
        (Turn("Who was Emma's brother?"), "And Margaret's husband?", "Who was Margaret's husband?"),
    ],
)
def test_a_fragment_takes_its_place_in_the_question_before(
    before: Turn, question: str, standalone: str
) -> None:
    assert leans(question)
    assert rewrite(question, [before]) == standalone


@pytest.mark.parametrize(
    ("question", "standalone"),
    [
        ("No, I mean Guterres.", "When did Guterres visit Libya?"),
        ("no, in 2019", "When did Ban Ki-moon visit Libya in 2019?"),
        ("Sorry, not Libya but Egypt", "When did Ban Ki-moon visit Egypt?"),
        ("no, I was after Guterres", "When did Guterres visit Libya?"),
        ("No, who met him there?", "Who met Ban Ki-moon in Libya?"),
    ],
)
def test_a_correction_changes_the_question_before(question: str, standalone: str) -> None:
    assert rewrite(question, [VISIT]) == standalone


def test_a_pronoun_may_mean_other_things_the_likeliest_first() -> None:
    before = Turn("Did Ghassan Salame work for Ban Ki-moon?", "Yes.")
    assert rewrite("When did he leave?", [before]) == "When did Ghassan Salame leave?"
    others = list(alternative_rewrites("When did he leave?", [before]))
    assert others[0] == "When did Ban Ki-moon leave?"
    assert others[1:] == ["When did he leave (Ghassan Salame, Ban Ki-moon)?"]
    assert list(alternative_rewrites(VISIT.question, [before])) == []


def test_the_other_town_is_the_one_not_spoken_of_last() -> None:
    history = [Turn("Is Gharyan near Tripoli?"), Turn("Who rules Tripoli?", "Militias do.")]
    assert rewrite("No, the other town", history) == "Who rules Gharyan?"


def test_the_other_one_is_another_than_the_answer() -> None:
    before = Turn("Who is the treasurer?", "Tom Okafor is.", "Tom Okafor")
    made = rewrite("no, the other one", [before])
    assert made == "Who is the treasurer, other than Tom Okafor?"


def test_the_last_turn_counts_not_the_first() -> None:
    assert "Ban Ki-moon" in rewrite("And why?", [MARCH, VISIT])


def test_a_new_subject_is_not_mixed_with_the_old() -> None:
    asked = "And which formats can be read by the assistant?"
    assert rewrite(asked, [MARCH]) == asked


def test_nothing_leans_on_small_talk() -> None:
    assert rewrite("And when?", [Turn("")]) == "And when?"
    assert rewrite("Why?", [VISIT, Turn("")]) == "Why did Ban Ki-moon visit Libya?"


def test_a_question_that_began_with_and_is_leaned_on_without_it() -> None:
    asked = "And what did the European Union say?"
    assert rewrite("What about Guterres?", [Turn(asked)]) == "What did Guterres say?"


@pytest.mark.parametrize(
    ("last", "question", "expected"),
    [
        (
            "What does a puncture in the front wheel cost?",
            "and the rear one?",
            "What does a puncture in the rear wheel cost?",
        ),
        ("How much is a ticket?", "For pupils?", "How much is a ticket for pupils?"),
    ],
)
def test_a_thing_of_the_same_kind_and_a_bare_preposition(
    last: str, question: str, expected: str
) -> None:
    assert rewrite(question, [Turn(last, "9 euros")]) == expected


def test_a_contraction_is_nobody_s_name() -> None:
    last = Turn("Who can fetch Juna from school?", "Rasmus Okoro", "Rasmus Okoro")
    assert rewrite("What's his number?", [last]) == "What's Rasmus Okoro's number?"


def test_a_person_who_is_named_by_the_quote_alone() -> None:
    last = Turn(
        "Who can fetch Juna from school?",
        "Bastian's brother [1]",
        "Bastian's brother",
        quote="Name: Rasmus Okoro\nRole: Bastian's brother, can fetch Juna\nPhone: 0170 555",
    )
    assert rewrite("What's his number?", [last]) == "What's Rasmus Okoro's number?"
