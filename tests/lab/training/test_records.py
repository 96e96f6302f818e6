"""Everyday texts that are made for training: records with questions, rules with statements."""

import re

import pytest
from tokenizers import Tokenizer

from assistant import paths
from assistant.lab.training import records
from assistant.lab.training.reader_windows import LABELS, Window


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    found = Tokenizer.from_file(str(paths.shipped("models") / "all-MiniLM-L6-v2/tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def test_an_answer_stands_behind_the_label_of_its_field(tokenizer: Tokenizer) -> None:
    found = records.questions(tokenizer, test=True)
    answered = [q for q in found.questions if q.answers]
    assert len(answered) > 200
    for question in answered:
        ((start, end),) = question.answers
        text = found.paragraphs[question.place].text
        assert text[:start].endswith(": ")
        assert text[end : end + 1] in {"", ";", "\n", "."}


def test_a_twin_is_asked_alike_and_answered_nowhere(tokenizer: Tokenizer) -> None:
    found = records.questions(tokenizer, test=True)
    answered = {(q.place, q.text.lower()) for q in found.questions if q.answers}
    for question in found.questions:
        for twin in question.near_misses:
            assert twin.endswith("?") == question.text.endswith("?")
            assert (question.place, twin.lower()) not in answered


def test_what_is_held_out_is_not_learned(tokenizer: Tokenizer) -> None:
    learned, held_out = (records.questions(tokenizer, test=test) for test in (False, True))
    assert not {p.text for p in learned.paragraphs} & {p.text for p in held_out.paragraphs}
    again = records.questions(tokenizer, test=True)
    assert [q.text for q in held_out.questions] == [q.text for q in again.questions]


def test_a_rule_allows_or_forbids_what_it_names(tokenizer: Tokenizer) -> None:
    rows = [item[0][0] for item in records.statements(tokenizer, test=False)]
    read = [(*_parts(row, tokenizer), LABELS[row.label or 0]) for row in rows]
    alone = [(claim, text, label) for claim, text, label in read if text.count(".") == 1]
    for claim, text, label in alone:
        if re.match(r"(?:may we|can i|are we allowed)", claim) and label != "not_enough":
            denied = re.search(r"\bnot\b|^no |forbidden|prohibited|fined|cannot", text)
            assert label == ("contradicted" if denied else "supported"), (claim, text)
    assert {label for _, _, label in alone} == {"supported", "contradicted", "not_enough"}


def _parts(row: Window, tokenizer: Tokenizer) -> tuple[str, str]:
    claim, text = row.ids[1 : row.question_tokens + 1], row.ids[row.question_tokens + 2 : -1]
    return tokenizer.decode(list(claim)), tokenizer.decode(list(text))
