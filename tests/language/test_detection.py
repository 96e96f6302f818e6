"""English questions are English, whatever foreign name is in them."""

import json
from pathlib import Path

import pytest

from assistant.language.detection import other_language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wann wurde die Brücke eröffnet?", "German"),
        ("Qui a dessiné le pont de Marlow ?", "French"),
        ("¿Quién es el presidente del club?", "Spanish"),
        ("Chi ha progettato il ponte?", "Italian"),
        ("Quem foi o tesoureiro do clube?", "Portuguese"),
        ("Wie heeft de brug ontworpen?", "Dutch"),
        ("Когда открылся мост?", "Cyrillic"),
        ("橋はいつ開通しましたか", "Japanese"),
    ],
)
def test_other_languages_are_named(question: str, language: str) -> None:
    assert other_language(question) == language


@pytest.mark.parametrize(
    "question",
    ["Who wrote Die Zeit?", "osterby bridge toll", "What is El Niño?", "who led Les Bleus", ""],
)
def test_foreign_names_do_not_make_a_question_foreign(question: str) -> None:
    assert other_language(question) == ""


def test_the_questions_of_the_sets_are_english() -> None:
    for path in (Path(__file__).parents[1] / "sets").glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            assert other_language(json.loads(line)["question"]) == ""
