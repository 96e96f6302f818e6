"""Each kind of question, over documents written for it, with the real embedder and reader."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering import prompts
from assistant.answering.answer import Answer
from assistant.answering.generator import GenerationConfig
from assistant.answering.pipeline import Answerer, AnswerModels
from assistant.engines.embedder import OnnxEmbedder
from assistant.library.chroma import LocalChromaStore
from assistant.library.library import Library
from assistant.query.turn import Turn
from assistant.retrieval.outcome import LIKELY
from assistant.retrieval.reranker import shipped_models
from assistant.wiring import shipped_reader

DOCUMENTS = Path(__file__).parents[1] / "sets" / "kinds"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, embedder: OnnxEmbedder) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("kinds") / "library"
    library = Library(folder, LocalChromaStore(folder / "vectors"), embedder)
    list(library.add([str(DOCUMENTS)]))
    phrasing = GenerationConfig("phrase", prompts.load("phrase"), prompts.load("compose"))
    yield Answerer(library, AnswerModels(shipped_models(), shipped_reader()), phrasing)
    library.close()


def ask(asking: Answerer, question: str, *history: Turn) -> Answer:
    """The answer; whatever it is, its quotes are its documents' own words."""
    answer = asking.complete(question, history)
    for citation in answer.citations:
        text = asking.library.document_store.text(citation.source)
        assert text[slice(*citation.span)] == citation.quote
    return answer


def test_a_yes_or_no_that_is_decided_is_said_before_the_quote(asking: Answerer) -> None:
    answer = ask(asking, "Do anglers need a permit?")
    assert (answer.kind, answer.text) == ("yes_no", "No. Anglers need no permit. [1]")


def test_a_refusal_is_said_of_who_refused_alone(asking: Answerer) -> None:
    other = ask(asking, "Did Kessia decline to sign the agreement?")
    assert other.lead in {"", "No."}  # Kessia signed; Ostmark declined
    assert other.confidence < LIKELY
    assert ask(asking, "Did Ostmark decline to sign the agreement?").text.startswith("Yes.")


def test_of_each_version_the_sentence_that_answers_best_is_shown(asking: Answerer) -> None:
    answer = ask(asking, "Who is the treasurer of the rowing club?")
    newer, older = (s.text for s in answer.statements)
    assert (answer.kind, "Petra Vance" in newer, "Tom Okafor" in older) == ("version", True, True)


@pytest.mark.xfail(strict=True, reason="the reader is sure of the first sentence alone")
def test_a_list_is_gathered_from_several_sentences(asking: Answerer) -> None:
    answer = ask(asking, "Who are the coaches of the rowing club?")
    assert answer.kind == "list"
    for coach in ("Sanna Ruud", "Pavel Imre", "Lotte Brandt"):
        assert coach in answer.text


def test_a_list_has_no_item_of_a_sentence_that_hardly_answers(asking: Answerer) -> None:
    answer = ask(asking, "Which countries signed the channel agreement?")
    assert "Norland, Kessia and the Vell Islands" in answer.text
    assert "Ostmark" not in answer.text  # it declined
    assert "Boats" not in ask(asking, "List the kinds of boats that the club owns.").text


def test_the_documents_that_speak_of_something_are_named_with_a_sentence_each(
    asking: Answerer,
) -> None:
    answer = ask(asking, "Which documents mention a bridge?")
    named = {Path(c.source).name for c in answer.citations}
    lead, _, names = answer.lead.partition(": ")
    assert answer.kind == "library"
    assert lead == f"{len(named)} of your 6 documents mention \u201cbridge\u201d"
    assert set(names.rstrip(".").split(", ")) == named
    holding = {p.name for p in DOCUMENTS.iterdir() if " bridge" in p.read_text("utf-8")}
    assert len(holding) > 1
    assert holding <= named
    assert ask(asking, "Where is Atlantis mentioned?").text == (
        "None of your documents (6) mentions \u201cAtlantis\u201d."
    )


def test_a_comparison_quotes_both_documents(asking: Answerer) -> None:
    answer = ask(asking, "Which is longer, Marlow Bridge or Osterby Bridge?")
    assert answer.kind == "comparison"
    assert "214 metres" in answer.text
    assert "602 metres" in answer.text
    assert len({c.source for c in answer.citations}) == 2


def test_minutes_of_two_years_are_both_shown_with_their_dates_the_newer_first(
    asking: Answerer,
) -> None:
    answer = ask(asking, "How much is the yearly membership fee?")
    assert answer.kind == "version"
    assert answer.text.startswith("75 crowns [1] (club-minutes-2023.md, 12 February 2023); older")
    assert answer.text.endswith("14 February 2021: 60 crowns [2]")


def test_documents_that_agree_do_not_differ(asking: Answerer) -> None:
    answer = ask(asking, "Where will the summer regatta be held?")
    assert (answer.kind, len(answer.citations)) == ("fact", 1)


def test_a_sentence_comes_with_what_it_leans_on_and_a_relative_date_with_its_document_s(
    asking: Answerer,
) -> None:
    answer = ask(asking, "Who ordered two new oars?")
    (citation,) = answer.citations
    assert citation.quote.startswith("Tom Okafor is the treasurer")
    assert "On Friday he ordered two new oars" in citation.quote
    assert answer.date_of(citation) == "14 February 2021"
    assert answer.to_json()["citations"][0]["date"] == "2021-02-14"


def test_two_questions_in_one_are_both_answered(asking: Answerer) -> None:
    answer = ask(asking, "How long is Osterby Bridge? And what did it cost?")
    assert answer.standalone_question == "How long is Osterby Bridge? What did Osterby Bridge cost?"
    assert "602 metres" in answer.text
    assert "2.4 million crowns" in answer.text
    assert [s.citations for s in answer.statements] == [(1,), (2,)]


def test_what_of_two_questions_is_not_answered_is_said(asking: Answerer) -> None:
    asked = "How long is Marlow Bridge? And who won the 1998 world cup final in football?"
    answer = ask(asking, asked)
    assert "214 metres" in answer.text
    assert any("world cup" in notice for notice in answer.notices)


def test_a_summary_is_the_document_s_own_sentences_in_its_order(asking: Answerer) -> None:
    answer = ask(asking, "Summarise marlow-bridge.md")
    assert answer.kind == "summary"
    assert {Path(c.source).name for c in answer.citations} == {"marlow-bridge.md"}
    spans = [c.span for c in answer.citations]
    assert len(spans) >= 2
    assert spans == sorted(spans)


def test_this_document_is_the_one_just_spoken_of(asking: Answerer) -> None:
    before = ask(asking, "Who designed Osterby Bridge?")
    answer = ask(asking, "Summarise this document", before.as_turn())
    assert {Path(c.source).name for c in answer.citations} == {"osterby-bridge.md"}
    unclear = ask(asking, "What is this about?")
    assert unclear.text.startswith("Which document do you mean?")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which documents do I have?", "Osterby Bridge (osterby-bridge.md), 2 August 2021"),
        ("how many documents are in my library", "You have 6 documents: 6 .md."),
        ("Hello", "Ask me something about your documents"),
        ("thanks!", "You are welcome."),
        ("help", "`assistant add PATH`"),
    ],
)
def test_what_asks_for_no_fact_is_answered_without_sources(
    asking: Answerer, question: str, said: str
) -> None:
    answer = ask(asking, question)
    assert said in answer.text
    assert (answer.status, answer.citations, answer.passages) == ("answered", (), ())


def test_another_language_is_named(asking: Answerer) -> None:
    answer = ask(asking, "Wer hat die Osterby Bridge entworfen und wann wurde sie eröffnet?")
    assert any("This looks like German." in notice for notice in answer.notices)


def test_a_long_winded_question_is_answered_as_the_short_one(asking: Answerer) -> None:
    asked = (
        "Hello, I was walking by the river with my sister. She likes stone towers. Could you"
        " perhaps tell me who designed Marlow Bridge, please?"
    )
    answer = ask(asking, asked)
    assert answer.standalone_question == "Who designed Marlow Bridge?"
    assert "Ada Lindqvist" in answer.text


def test_what_is_said_of_another_thing_is_no_contradiction(asking: Answerer) -> None:
    answer = ask(asking, "Who designed Marlow Bridge?")
    assert (answer.kind, answer.statements[0].text) == ("fact", "Ada Lindqvist")
    assert ask(asking, "When was Marlow Bridge opened?").kind == "fact"
