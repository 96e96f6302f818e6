"""What the reader trains on: questions with the windows where their answers are and are not."""

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.language.sentences import sentence_spans
from assistant.language.words import content_terms
from assistant.training import question_forms
from assistant.training.reader_windows import (
    MAX_TOKENS,
    Group,
    Paragraph,
    Span,
    Window,
    window,
    without_answer,
)
from assistant.training.split import HeldOut

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Paragraphs beyond this are cut at sentences, as the product cuts documents into passages.
_PARAGRAPH_WORDS = 130
_NEIGHBOURS = 8
# Windows are drawn of several lengths, in tokens, so that none is expected.
_LENGTHS = (120, 150, 180, MAX_TOKENS)
_SHORTEST = 64
_SWAPPED = 0.2
_WITHOUT_ANSWER = 0.35


@dataclass(frozen=True)
class Question:
    """A question; `answers` are character spans in the paragraph `place` of its set."""

    text: str
    answers: tuple[Span, ...]
    place: int
    neighbours: tuple[int, ...] = ()


@dataclass
class QuestionSet:
    """The paragraphs of one file and the questions on them."""

    name: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def load(
    paths: Iterable[Path], tokenizer: "Tokenizer", held_out: HeldOut, *, test: bool
) -> list[QuestionSet]:
    """The files' articles that are held out (`test`) or are not, with each question's near-misses.

    Raises AssistantError if a file is not in SQuAD's JSON shape.
    """
    sets = []
    for path in paths:
        found = QuestionSet(path.stem)
        try:
            articles = json.loads(path.read_text(encoding="utf-8"))["data"]
            kept = held_out.of(path.stem, [article["title"] for article in articles])
            for article in articles:
                if (article["title"] in kept) is test:
                    for entry in article["paragraphs"]:
                        _add(found, entry, article["title"], tokenizer)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AssistantError(
                f"{path} cannot be read as a SQuAD file: {error}.",
                "Name files in SQuAD's JSON shape.",
            ) from error
        if found.questions:
            sets.append(_with_neighbours(found))
    return sets


def _add(found: QuestionSet, entry: dict[str, object], title: str, tokenizer: "Tokenizer") -> None:
    context, asked = entry["context"], entry["qas"]
    assert isinstance(context, str)
    assert isinstance(asked, list)
    pieces = list(_pieces(context))
    first = len(found.paragraphs)
    for left, right in pieces:
        encoding = tokenizer.encode(context[left:right], add_special_tokens=False)
        found.paragraphs.append(
            Paragraph(context[left:right], tuple(encoding.ids), tuple(encoding.offsets), title)
        )
    for q in asked:
        if q.get("is_impossible"):
            # Asked of this text, which does not answer it: every piece is a near-miss.
            found.questions += [
                Question(q["question"].strip(), (), first + n) for n in range(len(pieces))
            ]
            continue
        answers = q["answers"]
        spans = {(a["answer_start"], a["answer_start"] + len(a["text"].rstrip())) for a in answers}
        for number, (left, right) in enumerate(pieces):
            inside = sorted((a - left, b - left) for a, b in spans if left <= a and b <= right)
            if inside:
                found.questions.append(
                    Question(q["question"].strip(), tuple(inside), first + number)
                )
                break


def _pieces(text: str) -> Iterable[Span]:
    """Runs of whole sentences of about `_PARAGRAPH_WORDS` words; short texts whole."""
    start, words = None, 0
    end = 0
    short = len(text.split()) <= _PARAGRAPH_WORDS * 1.8
    for left, right in sentence_spans(text):
        size = len(text[left:right].split())
        if start is not None and not short and words + size > _PARAGRAPH_WORDS:
            yield start, end
            start, words = None, 0
        start = left if start is None else start
        words += size
        end = right
    if start is not None:
        yield start, end


def _with_neighbours(found: QuestionSet) -> QuestionSet:
    """Give every question the paragraphs that BM25 finds for it and that lack its answers."""
    search = _Lexical([p.text for p in found.paragraphs])
    lowered = [p.text.lower() for p in found.paragraphs]
    questions = []
    for q in found.questions:
        text = found.paragraphs[q.place].text
        answers = [text[a:b].lower() for a, b in q.answers]
        near = [
            i
            for i in search.best(q.text, 3 * _NEIGHBOURS)
            if i != q.place and not any(a in lowered[i] for a in answers)
        ]
        questions.append(Question(q.text, q.answers, q.place, tuple(near[:_NEIGHBOURS])))
    return QuestionSet(found.name, found.paragraphs, questions)


class _Lexical:
    """BM25 (Robertson et al. 1994; k1 1.2, b 0.75) over texts in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        postings: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        lengths = np.zeros(len(texts), np.float32)
        for i, text in enumerate(texts):
            for term in content_terms(text):
                postings[term][i] += 1
                lengths[i] += 1
        norm = 1.2 * (0.25 + 0.75 * lengths / max(float(lengths.mean()), 1.0))
        self._size = len(texts)
        self._weights: dict[str, tuple[NDArray[np.int64], NDArray[np.float32]]] = {}
        for term, counts in postings.items():
            places = np.fromiter(counts, np.int64)
            tf = np.fromiter(counts.values(), np.float32)
            idf = math.log(1 + (len(texts) - len(counts) + 0.5) / (len(counts) + 0.5))
            scores = np.asarray(idf * tf * 2.2 / (tf + norm[places]), dtype=np.float32)
            self._weights[term] = (places, scores)

    def best(self, question: str, number: int) -> list[int]:
        """Indices of the `number` best texts, best first, none that shares no term."""
        scores = np.zeros(self._size, np.float32)
        for term in set(content_terms(question)):
            if term in self._weights:
                places, weights = self._weights[term]
                scores[places] += weights
        order = np.argsort(-scores, kind="stable")[:number]
        return [int(i) for i in order if scores[i] > 0]


def groups(
    found: QuestionSet, tokenizer: "Tokenizer", rng: random.Random, negatives: int
) -> list[Group]:
    """One pass over a set: for every question its windows; the first alone may hold the answer."""
    names = [question_forms.names(p.text) for p in found.paragraphs]
    result = []
    for q in found.questions:
        near = list(q.neighbours) or [rng.randrange(len(found.paragraphs))]
        text, answers = _asked(q, found, near, names, rng)
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        rows = _own_rows(ids, found.paragraphs[q.place], answers, rng)
        limit = max(_SHORTEST, len(rows[0].ids))
        # The first few near-misses are the hardest; the draw leans to them.
        draws = sorted(range(len(near)), key=lambda i: rng.random() * (i + 2))
        wanted = (negatives if answers else 1) + 1 - len(rows)
        rows += [
            window(ids, found.paragraphs[near[i]], (), limit, rng)
            for i in draws[: max(0, wanted)]
            if found.paragraphs[near[i]].ids
        ]
        result.append(tuple(rows))
    return result


def _asked(
    question: Question,
    found: QuestionSet,
    near: Sequence[int],
    names: Sequence[list[str]],
    rng: random.Random,
) -> tuple[str, tuple[Span, ...]]:
    """The question in one of its forms, with its answers: none where it was made unanswerable."""
    text, answers = question.text, question.answers
    # Near-misses as people set them: another name, number or sense, on the same paragraph.
    if answers and rng.random() < _SWAPPED:
        place = question.place
        other = question_forms.swapped(text, names[place], names[rng.choice(near)], rng)
        if other is not None:
            text, answers = other, ()
    return question_forms.as_people_ask(text, found.paragraphs[question.place].text, rng), answers


def _own_rows(
    ids: Sequence[int], paragraph: Paragraph, answers: tuple[Span, ...], rng: random.Random
) -> list[Window]:
    """The window of the answer and, one time in three, one of the rest of its paragraph."""
    limit = rng.choice(_LENGTHS)
    rows = [window(ids, paragraph, answers, limit, rng)]
    if answers and rng.random() < _WITHOUT_ANSWER:
        rest = without_answer(paragraph, answers)
        if rest is not None:
            rows.append(window(ids, rest, (), max(_SHORTEST, len(rows[0].ids)), rng))
    return rows
