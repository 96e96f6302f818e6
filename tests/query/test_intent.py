"""What a question asks for is told by its form; where the form does not say, it asks for a fact."""

import pytest

from assistant.query.decomposition import sides
from assistant.query.intent import classify, defined, summary, talk


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Hello!", "greeting"),
        ("good morning", "greeting"),
        ("Thanks a lot!", "thanks"),
        ("ok, thank you", "thanks"),
        ("bye", "farewell"),
        ("ok thanks, bye", "farewell"),
        ("help", "help"),
        ("What can you do?", "help"),
        ("Who are you?", "who"),
        ("how are you today", "wellbeing"),
        ("Great answer!", "praise"),
    ],
)
def test_small_talk_is_known(said: str, kind: str) -> None:
    assert talk(said) == kind


@pytest.mark.parametrize(
    "question",
    [
        "When was Hello Kitty made?",
        "Who helped Ada Lindqvist?",
        "What can you see from the tower?",
        "Thanks to whom was it built?",
        "help with the boats",
        "Who are you in the play?",
    ],
)
def test_a_question_is_no_small_talk(question: str) -> None:
    assert talk(question) is None


@pytest.mark.parametrize(
    ("question", "target"),
    [
        ("Summarise this document", ""),
        ("summarize bridges.md", "bridges.md"),
        ("What is this about?", ""),
        ("What's this article about?", ""),
        ("Give me a short summary of the letter on dredging", "the letter on dredging"),
        ("tl;dr", ""),
        ("Summarise the Normans document", "the Normans document"),
        ("What are the main points of minutes-2023?", "minutes-2023"),
        ("When was the summary written?", None),
    ],
)
def test_a_wish_for_a_summary_names_its_document(question: str, target: str | None) -> None:
    wish = summary(question)
    assert (wish.target if wish else None) == target


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Which countries signed the statement?", "list"),
        ("List the members of the club", "list"),
        ("What are the three stages of the trial?", "list"),
        ("Which country signed the statement?", "fact"),
        ("What limits the cycle's efficiency?", "fact"),
        ("What happens to waste heat?", "fact"),
        ("What is a bollard?", "definition"),
        ("define slack water", "definition"),
        ("What does demurrage mean?", "definition"),
        ("What is the capital of France?", "fact"),
        ("Is the bridge open?", "yes_no"),
        ("Who designed the bridge?", "fact"),
    ],
)
def test_kinds_of_question(question: str, kind: str) -> None:
    assert classify(question) == kind


def test_the_term_to_define_is_found() -> None:
    assert defined("What is meant by the term fairway?") == "fairway"
    assert defined("What is the fee of the club?") == ""


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Which is longer, the Marlow or the Osterby bridge?",
            ("How long is the Marlow bridge?", "How long is the Osterby bridge?"),
        ),
        ("Compare the cost of A and B", ("What is the cost of Aa?", "What is the cost of Bb?")),
        (
            "Is Mount Fell higher than Mount Orr?",
            ("How high is Mount Fell?", "How high is Mount Orr?"),
        ),
        (
            "Which car is heavier: the Fox or the Elk?",
            ("How heavy is the Fox?", "How heavy is the Elk?"),
        ),
        (
            "Do more cars cross Marlow Bridge or Osterby Bridge?",
            ("How many cars cross Marlow Bridge?", "How many cars cross Osterby Bridge?"),
        ),
        ("What is the difference between ebb and flood?", ("What is ebb?", "What is flood?")),
    ],
)
def test_a_comparison_asks_the_same_of_both_sides(question: str, parts: tuple[str, str]) -> None:
    assert sides(question.replace("A and B", "Aa and Bb")) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Is the bridge longer than 700 metres?",
        "Who was the king or queen?",
        "How long is the pier?",
    ],
)
def test_what_has_one_side_is_no_comparison(question: str) -> None:
    assert sides(question) is None
