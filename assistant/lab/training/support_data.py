"""Statements made from questions for the verifier: supported ones, and ones that are not.

A question that the paragraph answers and its answer make a supported statement; its near-miss and
the same answer one that is not supported. Without the sentence that is needed a statement is not
supported either (MiniCheck, Tang et al. 2024), nor with a name or number exchanged; denied, it is
contradicted. Where the question and its answer are only put side by side, every question can be
used: so the reader's answers are judged in the product ("read and verify", Hu et al. 2019).
"""

import random
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.lab.training import question_forms
from assistant.lab.training.reader_data import Question, QuestionSet, statement_window
from assistant.lab.training.reader_windows import LABELS, Item
from assistant.lab.training.statements import statement
from assistant.language.sentences import Span, sentence_spans
from assistant.retrieval.reader import assertion

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|might|must)\b(?! not\b)"
)
# Of the statements that can be made, how many are made in each way.
_SUPPORTED = 0.3
_DENIED = 0.12
_EXCHANGED = 0.25
_LEFT_OUT = 0.12
# Beside a question's own answer, another one of its paragraph.
_OTHER_ANSWER = 0.4
# Put as a question that wants yes or no, without its mark in half of the cases.
_ASKED = 0.25


def items(
    found: QuestionSet, tokenizer: "Tokenizer", rng: random.Random, share: float
) -> list[Item]:
    """Pairs of statement and evidence from a `share` of the set's questions."""
    result: list[Item] = []
    for question in found.questions:
        if question.answers and rng.random() < share:
            for said, evidence, label in _pairs(question, found, rng):
                asked = as_question(said, rng) if rng.random() < _ASKED else said
                row = statement_window(asked, evidence, LABELS.index(label), tokenizer)
                result.append(((row,),))
    return result


def _pairs(
    question: Question, found: QuestionSet, rng: random.Random
) -> Iterator[tuple[str, str, str]]:
    """Statements on a question's paragraph, each with its evidence and its label."""
    text = found.paragraphs[question.place].text
    span = question.answers[0]
    answer = text[slice(*span)]
    spans = list(sentence_spans(text))
    place = next((i for i, (a, b) in enumerate(spans) if a <= span[0] < b), None)
    if place is None:
        return
    sentence = text[slice(*spans[place])]
    evidence = text[slice(*_around(spans, place, rng))]
    for near_miss in question.near_misses[:1]:
        if said := statement(near_miss, answer, sentence):
            yield said, evidence, "not_supported"
    said = statement(question.text, answer, sentence)
    if said is None:
        return
    if question.near_misses or rng.random() < _SUPPORTED:
        yield said, evidence, "supported"
    if rng.random() < _DENIED and (contrary := denied(said)):
        yield contrary, evidence, "contradicted"
    if rng.random() < _EXCHANGED and (other := exchanged(said, text, rng)):
        yield other, evidence, "not_supported"
    rest = (text[: spans[place][0]] + text[spans[place][1] :]).strip()
    if rng.random() < _LEFT_OUT and rest and answer.lower() not in rest.lower():
        yield said, rest, "not_enough"


def answered(
    found: QuestionSet, tokenizer: "Tokenizer", rng: random.Random, share: float
) -> list[Item]:
    """Questions with answers beside their evidence, from a `share` of those with a near-miss.

    A question's own answer is supported; a near-miss's twin's is not, nor another question's.
    """
    result: list[Item] = []
    others: dict[int, list[str]] = {}
    for q in found.questions:
        text = found.paragraphs[q.place].text
        others.setdefault(q.place, []).extend(text[a:b] for a, b in q.answers[:1])
    for q in found.questions:
        if not q.answers or not q.near_misses or rng.random() >= share:
            continue
        text = found.paragraphs[q.place].text
        answer = text[slice(*q.answers[0])]
        evidence = _evidence(text, q.answers[0], rng)
        other = rng.choice(others[q.place])
        said = [(q.text, answer, "supported")]
        said += [(miss, answer, "not_supported") for miss in q.near_misses[:1]]
        if rng.random() < _OTHER_ANSWER and not _overlap(answer, other):
            said.append((q.text, other, "not_supported"))
        for question, words, label in said:
            claim = assertion(question, words)
            row = statement_window(claim, evidence, LABELS.index(label), tokenizer)
            result.append(((row,),))
    return result


def _evidence(text: str, answer: Span, rng: random.Random) -> str:
    spans = list(sentence_spans(text))
    place = next((i for i, (a, b) in enumerate(spans) if a <= answer[0] < b), 0)
    return text[slice(*_around(spans, place, rng))]


def _overlap(answer: str, other: str) -> bool:
    return bool(set(answer.lower().split()) & set(other.lower().split()))


def _around(spans: list[tuple[int, int]], place: int, rng: random.Random) -> tuple[int, int]:
    """The sentence alone, with a neighbour or two, or with the whole paragraph."""
    reach = rng.choice((0, 0, 1, 1, 2, len(spans)))
    first, last = max(0, place - reach), min(len(spans) - 1, place + rng.randint(0, reach))
    return spans[first][0], spans[last][1]


def denied(said: str) -> str:
    """The statement's contrary; "" if it has no auxiliary to deny."""
    contrary = _AUXILIARY.sub(r"\1 not", said, count=1)
    return contrary if contrary != said else ""


def exchanged(said: str, text: str, rng: random.Random) -> str | None:
    """The statement with a name or number exchanged for another one of its paragraph."""
    own = question_forms.names(text)
    here = question_forms.names(f". {said}")
    old = rng.choice(here) if here else ""
    others = [
        n
        for n in own
        if old
        and n.lower() not in said.lower()
        and old.lower() not in n.lower()
        and n[0].isdigit() == old[0].isdigit()
    ]
    return said.replace(old, rng.choice(others), 1) if others else None


def as_question(said: str, rng: random.Random) -> str:
    """The statement with its auxiliary in front; unchanged if it has none."""
    found = _AUXILIARY.search(said)
    if found is None or found.start() == 0:
        return said
    rest = f"{said[: found.start()]}{said[found.end() + 1 :]}".rstrip(". ")
    mark = "?" if rng.random() < 0.5 else ""
    return f"{found.group().capitalize()} {rest[:1].lower()}{rest[1:]}{mark}"
