"""What a question wants calculated is told by its words for sums, means, counts and ends."""

import pytest

from assistant.query.calculation import Operation, calculation


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("What do the monthly costs add up to?", "sum"),
        ("total of the expenses", "sum"),
        ("average duration of the services", "mean"),
        ("how many altos are in the choir?", "count"),
        ("what's the cheapest service?", "least"),
        ("What is the most expensive service?", "most"),
        ("who joined first?", "first"),
        ("which items are below their minimum?", "below"),
        ("which services cost more than 50 euros?", "above"),
    ],
)
def test_what_is_to_be_calculated(question: str, operation: Operation) -> None:
    found = calculation(question)
    assert found is not None
    assert found.operation == operation


def test_a_number_is_the_limit_and_its_unit_no_word_of_the_table() -> None:
    found = calculation("Which services cost more than 50 euros?")
    assert found is not None
    assert (found.limit, found.terms) == ("50", ("servic", "cost"))


@pytest.mark.parametrize("question", ["Is the first lesson at 8?", "What does the service cost?"])
def test_other_questions_want_none(question: str) -> None:
    assert calculation(question) is None
