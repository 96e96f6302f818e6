"""Short requests on the last answer are told from questions that look like them."""

import pytest

from assistant.query.last_answer import Request, request


@pytest.mark.parametrize(
    ("asked", "wish"),
    [
        ("are you sure?", "check"),
        ("Really?", "check"),
        ("is that true", "check"),
        ("tell me more", "more"),
        ("Can you give me more details?", "more"),
        ("what else?", "more"),
        ("go on", "more"),
        ("in one sentence", "shorter"),
        ("shorter please", "shorter"),
        ("where does it say that?", "source"),
        ("What's the source?", "source"),
        ("which document is that from?", "source"),
        ("on what page is that", "source"),
        ("how do you know?", "source"),
        ("and where is it written?", "source"),
    ],
)
def test_requests_on_the_last_answer(asked: str, wish: Request) -> None:
    assert request(asked) == wish


@pytest.mark.parametrize(
    "asked",
    [
        "Where is that?",
        "What did he say?",
        "Who said so?",
        "When was it written?",
        "Where was it found?",
        "What is written on the door?",
        "How much more?",
        "How long is it?",
        "Is he sure?",
        "tell me more about the lease",
        "Is it true that the rent is 900?",
        "What is the short name?",
        "Which page has the recipe?",
        "Why?",
    ],
)
def test_what_asks_of_the_documents_is_none(asked: str) -> None:
    assert request(asked) is None
