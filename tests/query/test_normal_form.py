"""How a question ends, and whether its names have capitals, never changes its answer."""

import pytest

from assistant.answering import prompts
from assistant.answering.generator import GenerationConfig
from assistant.answering.pipeline import Answerer, AnswerModels
from assistant.library.library import Library
from assistant.query.normal_form import normal_form
from assistant.retrieval.reranker import shipped_models

QUESTIONS = (
    "When did Ban Ki-moon visit Libya?",
    "Who commanded troops to advance on the Libyan capital?",
    "Which dictator did the NATO-backed revolt bring down?",
    "How far is Gharyan from Tripoli?",
    "Who speaks for Hifter's army?",
    "Is Gharyan south of Tripoli?",
    "Which command puts a folder into the library?",
    "Where are conversations kept?",
    "Who won the world cup in 1998?",
    "What did Guterres say about the march on Tripoli?",
)


@pytest.fixture(scope="module")
def answerer(seed_library: Library) -> Answerer:
    phrasing = GenerationConfig("phrase", prompts.load("phrase"), prompts.load("compose"))
    return Answerer(seed_library, AnswerModels(shipped_models()), phrasing)


def told(answerer: Answerer, question: str) -> tuple[object, ...]:
    answer = answerer.complete(question)
    quotes = [c.quote for c in answer.citations]
    return answer.status, answer.text, answer.confidence, quotes


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_end_and_the_capitals_of_a_question_do_not_change_its_answer(
    answerer: Answerer, question: str
) -> None:
    bare = question.rstrip("?")
    expected = told(answerer, question)
    for variant in (bare, f"{bare} ?", f"{bare}??", f"{bare}.", f"{bare} \u2026", f"{bare}?!"):
        assert told(answerer, variant) == expected, variant
    for variant in (question.lower(), bare.lower(), question.upper()):
        assert told(answerer, variant) == expected, variant


def test_names_get_the_capitals_that_the_library_gives_them(seed_library: Library) -> None:
    typed = "when did ban ki-moon visit libya"
    assert normal_form(typed, seed_library) == "When did Ban Ki-moon visit Libya?"


def test_capitals_that_were_typed_are_kept(seed_library: Library) -> None:
    typed = "What did Turing write to the Command?"
    assert normal_form(typed, seed_library) == typed


@pytest.mark.parametrize("signs", ["?", "\u2026", "?!", " . "])
def test_nothing_but_signs_stays_as_it_is(seed_library: Library, signs: str) -> None:
    assert normal_form(signs, seed_library) == signs
