"""Requests on the last answer act on it: they show where it stands, what else is told, how sure."""

from collections.abc import Iterator

import pytest

from assistant.answering.answer import Answer
from assistant.answering.last_answer import NO_ANSWER_YET, NO_MORE
from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant
from assistant.query.turn import Turn

LEASE = """# Lease

## Money

The deposit is 2,670 euros and is paid in three parts. The rent is 890 euros a month and is due on
the third working day.

## Animals

Keeping animals is forbidden without written consent of the landlady.
"""
CONTACTS = "Name,Role,Phone\nRita Blum,Architect,0331 5550222\nOle Ahrens,Carpenter,0331 5550111\n"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    home = tmp_path_factory.mktemp("last")
    (home / "lease.md").write_text(LEASE, encoding="utf-8")
    (home / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    with Assistant(model="none", folder=home / "library") as assistant:
        list(assistant.library.add([str(home / "lease.md"), str(home / "contacts.csv")]))
        yield assistant.answerer()


def talk(asking: Answerer, *said: str) -> Answer:
    """The last answer of a conversation."""
    turns: list[Turn] = []
    for question in said:
        answer = asking.complete(question, turns)
        turns.append(answer.as_turn())
    return answer


def test_where_it_says_that_is_file_line_and_heading(asking: Answerer) -> None:
    answer = talk(asking, "How much is the deposit?", "where does it say that?")
    assert answer.standalone_question == "How much is the deposit?"
    assert answer.lead == "It says so in lease.md, line 5, under \u201cMoney\u201d:"
    assert answer.citations[0].quote.startswith("The deposit is 2,670 euros")


def test_sure_or_not_is_told_with_what_it_rests_on(asking: Answerer) -> None:
    answer = talk(asking, "How much is the deposit?", "are you sure?")
    assert answer.text.startswith("I am quite sure. It says: The deposit is 2,670 euros")


def test_more_is_what_was_not_told_yet_until_there_is_no_more(asking: Answerer) -> None:
    first = talk(asking, "How much is the deposit?", "tell me more")
    assert "The rent is 890 euros a month" in first.text
    assert "2,670" not in first.text
    again = talk(asking, "How much is the deposit?", "tell me more", "and more?")
    assert "890" not in again.text
    assert again.lead == NO_MORE


def test_one_sentence_is_one(asking: Answerer) -> None:
    answer = talk(asking, "How much is the deposit?", "tell me more", "in one sentence")
    assert answer.text == "The deposit is 2,670 euros and is paid in three parts. [1]"


def test_a_request_on_the_library_s_own_answer(asking: Answerer) -> None:
    answer = talk(asking, "how many documents do I have?", "are you sure?")
    assert answer.text.endswith("You have 2 documents: 1 .csv, 1 .md.")


def test_without_an_answer_there_is_nothing_to_go_back_to(asking: Answerer) -> None:
    assert talk(asking, "Hello", "are you sure?").text == NO_ANSWER_YET


def test_what_is_put_into_the_last_question_takes_the_place_that_is_answered(
    asking: Answerer,
) -> None:
    answer = talk(asking, "What is the phone number of the architect?", "And the carpenter?")
    assert answer.standalone_question == "What is the phone number of the carpenter?"
    assert "0331 5550111" in answer.text
