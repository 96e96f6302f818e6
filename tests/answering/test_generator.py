"""What the model is given to write from, and what it may not write."""

import pytest
from fakes import ScriptedLlm, evidence

from assistant.answering import prompts
from assistant.answering.generator import Generation, GenerationConfig, excerpts_of
from assistant.answering.timings import Stopwatch
from assistant.answering.verifier import Verifier
from assistant.language.words import approximate_tokens
from assistant.query.question import Question
from assistant.retrieval.evidence import Retrieval

QUOTE = "The lease ends on 31 May 2027."
PHRASE, COMPOSE = prompts.load("phrase"), prompts.load("compose")


def found(question: str = "When does the lease end?") -> Retrieval:
    return Retrieval(Question(question), (), (evidence(QUOTE, title="Lease"),), 0.9, 0.5, "", 1.0)


def generation(reply: str, earlier: str = "") -> tuple[Generation, ScriptedLlm]:
    llm = ScriptedLlm(reply)
    one = Generation(GenerationConfig("compose", PHRASE, COMPOSE), found(), earlier)
    list(one.write(llm, None, Stopwatch()))
    return one, llm


def test_an_excerpt_has_its_title_and_stays_within_the_budget() -> None:
    text = " ".join(f"Sentence number {n} of the long page." for n in range(60))
    long = evidence(text, title="Page")
    other = evidence("Another sentence stands here.", title="Other")
    excerpts = excerpts_of([long], 40)
    assert excerpts[0].startswith("Page: Sentence number 0")
    assert excerpts_of([other], 40) == ["Other: Another sentence stands here."]
    assert approximate_tokens(excerpts_of([other, other], 40)[0]) <= 40
    assert excerpts_of([], 40) == []


def test_the_question_is_asked_after_what_was_said_before() -> None:
    _, llm = generation("In May.", "Earlier question: Who rents it?\nEarlier answer: Ann.\n\n")
    text = llm.asked[0][-1].content
    assert text.index(QUOTE) < text.index("Who rents it?") < text.index("When does the lease end?")


@pytest.mark.parametrize(
    "reply",
    [
        "Not in the documents.",
        "The excerpts do not say when it ends.",
        "This is not mentioned in the text.",
    ],
)
def test_that_it_is_not_there_is_heard(reply: str) -> None:
    one, _ = generation(reply)
    assert one.says_not_there


def test_an_answer_is_not_taken_for_a_refusal() -> None:
    one, _ = generation("The lease does not end before 31 May 2027.")
    assert not one.says_not_there


def test_a_sentence_that_was_cut_off_is_not_checked() -> None:
    llm = ScriptedLlm("It ends on 31 May 2027. It is", dies_after=6)
    one = Generation(GenerationConfig("compose", PHRASE, COMPOSE), found())
    list(one.write(llm, None, Stopwatch()))
    draft, checks = one.checked(Verifier())
    assert draft is not None
    assert [c.text for c in checks] == ["It ends on 31 May 2027."][: len(checks)]
    assert one.failure
