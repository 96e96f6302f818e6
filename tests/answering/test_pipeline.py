"""From question to answer with a scripted LLM: what leads, what is cited, what is left out."""

import threading

import pytest
from fakes import ScriptedLlm

from assistant.answering import prompts
from assistant.answering.events import (
    Answered,
    AnswerEvent,
    Found,
    Interim,
    Notice,
    Understood,
)
from assistant.answering.generator import GenerationConfig, GenerationMode
from assistant.answering.llm import Reading, Token
from assistant.answering.pipeline import REFUSAL, Answerer, AnswerModels
from assistant.answering.timings import Stage, drawn
from assistant.errors import QuestionError
from assistant.library.library import Library
from assistant.query.rewriter import Turn
from assistant.retrieval.reader import Reader
from assistant.retrieval.reranker import shipped_models
from assistant.wiring import shipped_reader

VISIT = "When did Ban Ki-moon visit Libya?"
QUOTE = "Ban Ki-moon visited in October 2014."


def answerer(
    library: Library,
    llm: ScriptedLlm | None,
    mode: GenerationMode = "compose",
    reader: Reader | None = None,
    *,
    drop: bool = False,
) -> Answerer:
    return Answerer(
        library,
        AnswerModels(shipped_models(), reader, llm),
        GenerationConfig(mode, prompts.load("phrase"), prompts.load("compose"), drop=drop),
    )


def test_the_events_of_an_answer_in_order(seed_library: Library) -> None:
    events = list(answerer(seed_library, ScriptedLlm(QUOTE)).answer(VISIT))
    kinds = [type(e) for e in events]
    assert kinds == [Understood, Found, Interim, Reading, *[Token] * 6, Answered]


def test_a_follow_up_without_an_answer_is_read_otherwise(seed_library: Library) -> None:
    before = Turn("Did Ghassan Salame work for Ban Ki-moon?", "Yes.")
    ours = answerer(seed_library, None, reader=shipped_reader())
    events = list(ours.answer("When did he visit Libya?", [before]))
    understood = [e.standalone_question for e in events if isinstance(e, Understood)]
    assert understood == ["When did Ghassan Salame visit Libya?", VISIT]
    assert isinstance(events[-1], Answered)
    answer = events[-1].answer
    assert (answer.standalone_question, answer.text) == (VISIT, "October 2014 [1]")
    assert [c.quote for c in answer.citations] == [QUOTE]
    assert "others" in [stage.name for stage in answer.timings.stages]
    refused = ours.complete("How much did he pay for the boat?", [before])
    assert (refused.status, refused.standalone_question) == (
        "not_found",
        "How much did Ghassan Salame pay for the boat?",
    )


def test_the_words_that_answer_lead_until_a_sentence_stands(seed_library: Library) -> None:
    said = "Ban Ki-moon visited Libya in October 2014."
    ours = answerer(seed_library, ScriptedLlm(said), "phrase", shipped_reader())
    interim, answered = (e.answer for e in ours.answer(VISIT) if isinstance(e, Interim | Answered))
    assert (interim.mode, interim.text) == ("words", "October 2014 [1]")
    assert (answered.mode, answered.text) == ("compose", f"{said} [1]")
    assert interim.citations == answered.citations
    (citation,) = answered.citations
    assert seed_library.document_store.text(citation.source)[slice(*citation.span)] == QUOTE


@pytest.mark.parametrize(
    "draft",
    [
        "Ban Ki-moon visited Libya.",  # not the words that answer
        "Ban Ki-moon visited Libya in October 2015.",
        "Angela Merkel visited Libya in October 2014.",
        "In October 2014, Ban Ki-moon did not visit.",
        "",
    ],
)
def test_a_sentence_that_does_not_stand_leaves_the_words(seed_library: Library, draft: str) -> None:
    ours = answerer(seed_library, ScriptedLlm(draft), "phrase", shipped_reader())
    answer = ours.complete(VISIT)
    assert (answer.mode, answer.text) == ("words", "October 2014 [1]")
    assert answer.draft is None or answer.draft.text == draft


def test_a_sound_draft_leads_with_its_citation(seed_library: Library) -> None:
    said = "Ban Ki-moon visited Libya in October 2014."
    answer = answerer(seed_library, ScriptedLlm(said)).complete(VISIT)
    assert (answer.mode, answer.text) == ("compose", f"{said} [1]")
    assert answer.statements[0].support == "supported"
    (citation,) = answer.citations
    assert citation.quote == QUOTE
    assert seed_library.document_store.text(citation.source)[slice(*citation.span)] == QUOTE


@pytest.mark.parametrize(
    "draft",
    [
        "Ban Ki-moon visited in October 2015.",
        "Antonio Guterres visited in October 2014.",
        "He did visit.",
        "",
        "I do not know.",
    ],
)
def test_a_draft_that_is_not_backed_leaves_the_quote(seed_library: Library, draft: str) -> None:
    answer = answerer(seed_library, ScriptedLlm(draft)).complete(VISIT)
    assert (answer.mode, answer.text) == ("quote", f"{QUOTE} [1]")
    assert answer.draft is None or answer.draft.statements[0].support == "unsupported"


def test_unsupported_statements_are_marked_or_dropped(seed_library: Library) -> None:
    draft = "Ban Ki-moon visited in October 2014. He met Hifter there."
    answer = answerer(seed_library, ScriptedLlm(draft)).complete(VISIT)
    assert answer.text == (
        "Ban Ki-moon visited in October 2014. [1] He met Hifter there. (not found in your documents)"
    )
    assert [s.support for s in answer.statements] == ["exact", "unsupported"]
    assert answer.statements[1].citations == ()
    dropped = answerer(seed_library, ScriptedLlm(draft), drop=True).complete(VISIT)
    assert dropped.text == "Ban Ki-moon visited in October 2014. [1]"
    assert dropped.draft is not None
    assert len(dropped.draft.statements) == 2


def test_a_model_that_finds_it_missing_makes_it_perhaps(seed_library: Library) -> None:
    answer = answerer(seed_library, ScriptedLlm("Not in the documents.")).complete(VISIT)
    assert (answer.outcome, answer.mode) == ("perhaps", "quote")


def test_a_refusal_asks_no_model_and_offers_passages(seed_library: Library) -> None:
    llm = ScriptedLlm()
    answer = answerer(seed_library, llm).complete("Who won the football world cup in 1998?")
    assert (answer.status, answer.text, answer.statements, answer.citations) == (
        "not_found",
        REFUSAL,
        (),
        (),
    )
    assert answer.passages
    assert not any(p.used for p in answer.passages)
    assert llm.asked == []


def test_a_model_that_dies_leaves_the_quote_and_one_sentence(seed_library: Library) -> None:
    events: list[AnswerEvent] = list(
        answerer(seed_library, ScriptedLlm(QUOTE, dies_after=2)).answer(VISIT)
    )
    notices = [e.text for e in events if isinstance(e, Notice)]
    assert notices == [
        "The language model stopped unexpectedly (signal 9). The answer is quoted, not phrased."
    ]
    assert isinstance(events[-1], Answered)
    assert events[-1].answer.text == f"{QUOTE} [1]"
    assert events[-1].answer.notices == tuple(notices)


def test_a_cancelled_draft_leaves_the_quote(seed_library: Library) -> None:
    cancel = threading.Event()
    events = []
    for event in answerer(seed_library, ScriptedLlm(QUOTE)).answer(VISIT, cancel=cancel):
        events.append(event)
        if isinstance(event, Token):
            cancel.set()
    assert isinstance(events[-1], Answered)
    assert events[-1].answer.text == f"{QUOTE} [1]"
    assert events[-1].answer.draft is not None
    assert events[-1].answer.draft.finish == "cancelled"


def test_the_prompt_holds_the_evidence_and_the_standalone_question(seed_library: Library) -> None:
    llm = ScriptedLlm(QUOTE)
    answer = answerer(seed_library, llm).complete(
        "And when did he visit Libya?", [Turn("What did Ban Ki-moon do?", "")]
    )
    assert QUOTE in llm.asked[0][-1].content
    assert answer.standalone_question in llm.asked[0][-1].content
    assert answer.question != answer.standalone_question


def test_earlier_questions_without_answers_are_answered_first(seed_library: Library) -> None:
    turns = answerer(seed_library, None).turns([VISIT, Turn("Why?", "Because.")])
    assert "October 2014" in turns[0].answer
    assert turns[1] == Turn("Why?", "Because.")


@pytest.mark.parametrize("question", ["", "  \n", "\x00\x1b", "x" * 4_001])
def test_what_cannot_be_asked_is_refused(seed_library: Library, question: str) -> None:
    with pytest.raises(QuestionError):
        answerer(seed_library, None).complete(question)


def test_control_characters_of_a_question_are_dropped(seed_library: Library) -> None:
    assert (
        answerer(seed_library, None).complete("When did\x1b[31m Ban\x00 Ki-moon\nvisit?").question
        == "When did [31m Ban Ki-moon visit?"
    )


def test_the_stages_of_an_answer_leave_no_gap(seed_library: Library) -> None:
    answer = answerer(seed_library, ScriptedLlm(QUOTE)).complete(VISIT)
    stages = answer.timings.stages
    assert [s.name for s in stages] == "evidence wait prefill decode check".split()
    assert stages[0].start_ms == 0
    assert [s.end_ms for s in stages[:-1]] == [s.start_ms for s in stages[1:]]
    assert stages[-1].end_ms == answer.timings.total_ms
    silent = answerer(seed_library, ScriptedLlm(QUOTE, dies_after=0)).complete(VISIT)
    assert [s.name for s in silent.timings.stages] == "evidence wait prefill check".split()
    quoted = answerer(seed_library, None).complete(VISIT)
    assert [s.name for s in quoted.timings.stages] == ["evidence", "check"]


def test_a_drawn_timeline_fills_its_width() -> None:
    stages = (Stage("evidence", 0, 50), Stage("wait", 50, 50.1), Stage("decode", 50.1, 100))
    rows = list(drawn(stages, 20))
    assert [took for _, _, took in rows] == ["50 ms", "0 ms", "50 ms"]
    assert [len(bar) for _, bar, _ in rows] == [10, 11, 20]
    assert all(bar.strip() for _, bar, _ in rows)
    assert list(drawn((), 20)) == []
