"""What people have in their folders is answered by what it means: FAQ, list, steps, cell, key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering import prompts
from assistant.answering.answer import Answer
from assistant.answering.generator import GenerationConfig
from assistant.answering.pipeline import Answerer, AnswerModels
from assistant.cli.answers import print_answer
from assistant.engines.embedder import OnnxEmbedder
from assistant.library.library import Library
from assistant.retrieval.reranker import shipped_models
from assistant.tui.render import answer_text
from assistant.wiring import open_vector_store, shipped_reader

DOCUMENTS = {
    "hotel.md": (
        "# Hotel Seeblick\n\n**Is breakfast included in the price?**\n"
        "No, breakfast costs 14 euros extra.\n\n"
        "**Where can guests park their cars?**\nBehind the house, free of charge."
    ),
    "bread.md": (
        "# Sourdough rye bread\n\n## Ingredients\n\n- 400 g rye flour\n- 300 ml water\n- 8 g salt\n"
        "- 120 g sourdough\n\n## Method\n\n1. Mix everything in a bowl.\n2. Let the dough rest for"
        " twelve hours.\n3. Bake it for an hour at 230 degrees."
    ),
    "kitchen.md": (
        "# Kitchen renovation\n\n| Item | Cost | Weeks |\n| --- | --- | --- |\n"
        "| Cupboards, upper | 840 | 3 |\n| Cupboards, lower | 1250 | 5 |\n| **total** | **2090** | |"
    ),
    "backup.yaml": "backup:\n  retention:\n    hourly_copies: 24\n    daily_copies: 7\n  host: box\n",
    "minutes.md": (
        "# Minutes of the garden club\n\n## Open points\n\n- Who mends the pump?\n"
        "- Is the old shed to be sold?\n\n## Decisions\n\nThe annual fee stays at 30 euros."
    ),
}


@pytest.fixture(scope="module")
def everyday(
    tmp_path_factory: pytest.TempPathFactory, embedder: OnnxEmbedder
) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("everyday")
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    library = Library(folder / "library", open_vector_store(folder / "library", ""), embedder)
    list(library.add([str(folder / name) for name in DOCUMENTS]))
    quoting = GenerationConfig("quote", prompts.load("phrase"), prompts.load("compose"))
    yield Answerer(library, AnswerModels(shipped_models(), shipped_reader()), quoting)
    library.close()


def asked(everyday: Answerer, question: str) -> Answer:
    answer = everyday.complete(question)
    for c in answer.citations:
        text = Path(c.source).read_text(encoding="utf-8")
        assert text[slice(*c.span)] == c.quote
    return answer


def test_a_question_of_a_document_is_quoted_with_its_answer(everyday: Answerer) -> None:
    answer = asked(everyday, "Is breakfast included in the price?")
    assert "No, breakfast costs 14 euros extra." in answer.citations[0].quote
    assert "Is breakfast included" not in answer.text


def test_an_open_question_is_no_answer(everyday: Answerer) -> None:
    answer = asked(everyday, "Is the old shed sold?")
    assert "old shed" not in answer.text
    assert not any("old shed" in c.quote for c in answer.citations)


def test_a_list_is_told_whole_and_in_order(everyday: Answerer) -> None:
    answer = asked(everyday, "List the ingredients of the sourdough rye bread.")
    assert answer.text.splitlines() == [
        "- 400 g rye flour", "- 300 ml water", "- 8 g salt", "- 120 g sourdough [1]",
    ]  # fmt: skip


def test_a_way_is_told_by_all_its_steps(everyday: Answerer) -> None:
    answer = asked(everyday, "How do I make the sourdough rye bread?")
    assert [line[:2] for line in answer.text.splitlines()] == ["1.", "2.", "3."]


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("What is the cost of the lower cupboards?", "1250"),
        ("What is the cost of the upper cupboards?", "840"),
        ("How many weeks do the lower cupboards take?", "5"),
        ("What is the total cost of the kitchen renovation?", "2090"),
        ("How many daily copies are kept by the backup?", "7"),
        ("How many hourly copies are kept by the backup?", "24"),
    ],
)
def test_a_look_up_gives_the_cell(everyday: Answerer, question: str, cell: str) -> None:
    answer = asked(everyday, question)
    said = answer.lead or answer.statements[0].text  # a number of a row is told as a calculation
    assert said.split(":")[0] == cell
    assert "\n" not in answer.citations[0].quote
    assert "|" not in answer.text


def test_a_list_is_shown_an_item_a_line(
    everyday: Answerer, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = asked(everyday, "List the ingredients of the sourdough rye bread.")
    print_answer(answer)
    assert "- 8 g salt\n- 120 g sourdough [1]\n" in capsys.readouterr().out
    assert answer_text(answer).plain == answer.text
