"""A sentence that leans on its neighbour is quoted with it, and with no more than that."""

from dataclasses import replace

import pytest
from fakes import evidence

from assistant.answering.context import leans, with_context
from assistant.answering.selection import Selection, clause, may_be_phrased, select, spoken
from assistant.answering.verifier import Verifier
from assistant.language.sentences import sentence_spans
from assistant.library.document_store import Passage
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence, Retrieval

TEXT = (
    "Tom Okafor is the treasurer. He keeps the key. On Friday he ordered two oars. "
    "The boathouse opens at 7. It closes at 9."
)


def sentence(number: int, text: str = TEXT, start: int = 40) -> Evidence:
    spans = tuple((a + start, b + start) for a, b in sentence_spans(text))
    end = start + len(text)
    passage = Passage(1, "/n.txt", "n", start, end, (1, 1), None, (), spans, text)
    span = spans[number]
    return Evidence(passage, span, 1.0, answer=(span[0], span[1] - 1))


@pytest.mark.parametrize(
    ("number", "quote"),
    [
        (0, "Tom Okafor is the treasurer."),
        (1, "Tom Okafor is the treasurer. He keeps the key."),
        (2, "Tom Okafor is the treasurer. He keeps the key. On Friday he ordered two oars."),
        (3, "The boathouse opens at 7."),
        (4, "The boathouse opens at 7. It closes at 9."),
    ],
)
def test_it_is_quoted_with_what_it_leans_on(number: int, quote: str) -> None:
    found = with_context(sentence(number))
    assert found.quote == quote == found.passage.slice(found.span)
    assert found.answer == sentence(number).answer


def test_the_first_sentence_of_a_passage_stays_alone() -> None:
    assert with_context(sentence(0, "He said so. Tom left.")).quote == "He said so."


def test_what_is_far_too_long_is_left_out() -> None:
    long = "Tom Okafor " + "rowed and " * 60 + "rested. He won."
    assert with_context(sentence(1, long)).quote == "He won."


def test_a_span_that_is_no_sentence_is_left_alone() -> None:
    found = sentence(1)
    part = replace(found, span=(found.span[0], found.span[1] - 3))
    assert with_context(part) is part


@pytest.mark.parametrize(
    "text",
    [
        "Hifter said he would come.",
        "It is known that boats sink.",
        "The bridge and its towers are old.",
        "Because of this, Ethelred fled.",
    ],
)
def test_what_names_whom_it_speaks_of_does_not_lean(text: str) -> None:
    assert not leans(text)


def marked(text: str, words: str) -> Evidence:
    """A sentence in which a reader marked some words."""
    found = evidence(text)
    start = text.index(words)
    return replace(found, answer=(start, start + len(words)))


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (
            "It is 50 kilometers (31 miles) from Tripoli.",
            "50 kilometers (31 miles",
            "50 kilometers (31 miles)",
        ),
        ("He came in May, at last.", "in May,", "in May"),
        ("They called it “the Box” then.", "“the Box", "“the Box”"),
        ("The (old) mill stands.", "old)", "old"),
    ],
)
def test_the_words_are_said_without_half_a_pair(text: str, words: str, said: str) -> None:
    assert spoken(marked(text, words)) == said
    assert Selection("fact", (marked(text, words),)).said(0) == spoken(marked(text, words))


LONG = (
    "The council met on Monday in the old town hall; the new bridge will cost 2.4 million crowns"
    " and open in the spring, while the ferry goes on until the end of the year."
)


def test_a_long_sentence_is_cut_to_the_clause_that_answers() -> None:
    cut = clause(marked(LONG, "2.4 million crowns"))
    assert cut == "the new bridge will cost 2.4 million crowns and open in the spring"
    assert clause(evidence(LONG)) == LONG
    assert clause(marked(LONG, "Monday in the old town hall; the new bridge")).startswith(
        "The council"
    )
    short = "The bridge is old; it leaks."
    assert clause(marked(short, "leaks")) == short


def found(question: str, *evidence: Evidence) -> Retrieval:
    return Retrieval(Question(question), (), evidence, 0.9, 0.5, "", 1.0)


def scored(number: int, score: float) -> Evidence:
    return replace(sentence(number), score=score)


def test_an_explanation_is_two_sentences_in_their_order() -> None:
    best, second = scored(3, 5.0), scored(1, 4.5)
    shown = select(found("Why did he get the key?", best, second), Verifier()).shown
    assert [e.quote for e in shown] == [
        "Tom Okafor is the treasurer. He keeps the key.",
        "The boathouse opens at 7.",
    ]


def test_an_explanation_has_no_sentence_twice_and_none_that_is_far_behind() -> None:
    both = found("Why did he get the key?", scored(1, 5.0), scored(0, 4.9))
    assert [e.quote for e in select(both, Verifier()).shown] == [
        "Tom Okafor is the treasurer. He keeps the key."
    ]
    far = found("Why did he get the key?", scored(3, 5.0), scored(0, 1.0))
    assert len(select(far, Verifier()).shown) == 1


def test_a_definition_is_told_by_its_words_if_they_are_no_fragment() -> None:
    text = "A bollard is a short post on a quay to which ships are tied, of iron."
    start, end = text.index("a short"), text.index(", of")
    whole = replace(sentence(0, text, 0), answer=(start, end))
    assert select(found("What is a bollard?", whole), Verifier()).said(0).startswith("a short post")
    part = replace(whole, answer=(start, start + len("a short post")))
    assert select(found("What is a bollard?", part), Verifier()).said(0) == text


def test_a_second_answer_that_is_as_likely_stands_beside_the_models_sentence() -> None:
    shown = Selection("fact", (sentence(0), sentence(3)))
    assert may_be_phrased(shown)
    assert shown.beside(1) == "Or: The boathouse opens at 7."
    assert replace(shown, kind="list").beside(1) == "Also: The boathouse opens at 7."
    assert not may_be_phrased(replace(shown, kind="version"))


def test_a_way_is_told_by_the_sentence_that_has_it() -> None:
    ways = found("How do I get the key?", scored(3, 5.0), scored(0, 4.9))
    assert [e.quote for e in select(ways, Verifier()).shown] == ["The boathouse opens at 7."]
