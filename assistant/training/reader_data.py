"""What the reader trains on: questions with the windows where their answers are and are not."""

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.language.sentences import sentence_spans
from assistant.language.words import content_terms
from assistant.training import question_forms
from assistant.training.split import held_out

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Span = tuple[int, int]

CLS, SEP = 101, 102
MAX_TOKENS = 200
MAX_QUESTION_TOKENS = 64
# Paragraphs beyond this are cut at sentences, as the product cuts documents into passages.
_PARAGRAPH_WORDS = 130
_NEIGHBOURS = 8


@dataclass(frozen=True)
class Paragraph:
    """A text of about passage length, with its tokens' ids and character spans."""

    text: str
    ids: tuple[int, ...]
    offsets: tuple[Span, ...]
    article: str


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

    paragraphs: list[Paragraph] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """One input row. `starts` and `ends` are the places of the answer, (0,) where there is none."""

    ids: tuple[int, ...]
    question_tokens: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    shift: int = 0  # paragraph token = row place - shift


Group = tuple[Window, ...]


def load(paths: Iterable[Path], tokenizer: "Tokenizer", *, test: bool) -> list[QuestionSet]:
    """The files' articles that are held out (`test`) or are not, with each question's near-misses.

    Raises AssistantError if a file is not in SQuAD's JSON shape.
    """
    sets = []
    for path in paths:
        found = QuestionSet()
        try:
            for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
                if held_out(article["title"]) is test:
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
    text, asked = entry["context"], entry["qas"]
    assert isinstance(text, str)
    assert isinstance(asked, list)
    pieces = list(_pieces(text))
    first = len(found.paragraphs)
    for left, right in pieces:
        encoding = tokenizer.encode(text[left:right], add_special_tokens=False)
        found.paragraphs.append(
            Paragraph(text[left:right], tuple(encoding.ids), tuple(encoding.offsets), title)
        )
    for q in asked:
        answers = () if q.get("is_impossible") else q["answers"]
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
    return QuestionSet(found.paragraphs, questions)


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
            self._weights[term] = (places, idf * tf * 2.2 / (tf + norm[places]))

    def best(self, question: str, number: int) -> list[int]:
        """Indices of the `number` best texts, best first, none that shares no term."""
        scores = np.zeros(self._size, np.float32)
        for term in set(content_terms(question)):
            if term in self._weights:
                places, weights = self._weights[term]
                scores[places] += weights
        order = np.argsort(-scores, kind="stable")[:number]
        return [int(i) for i in order if scores[i] > 0]


def window(
    question_ids: Sequence[int],
    paragraph: Paragraph,
    answers: Sequence[Span],
    limit: int,
    rng: random.Random | None = None,
) -> Window:
    """The row of a question and (a part of) a paragraph, of at most `limit` tokens.

    Where the paragraph is longer, a part is drawn that holds one of the answers, if there is one.
    """
    ids = list(question_ids[:MAX_QUESTION_TOKENS])
    room = limit - len(ids) - 3
    spans = [s for s in (_token_span(paragraph, a) for a in answers) if s]
    left = 0
    spare = len(paragraph.ids) - room
    if spare > 0 and rng is not None:
        low, high = 0, spare
        if spans:
            first, last = rng.choice(spans)
            low = min(max(0, min(last + 1 - room, spare)), first)
            high = max(low, min(first, spare))
        left = rng.randint(low, high)
    shift = len(ids) + 2 - left
    body = paragraph.ids[left : left + room]
    kept = [(a, b) for a, b in spans if left <= a and b < left + len(body)]
    return Window(
        (CLS, *ids, SEP, *body, SEP),
        len(ids),
        tuple(sorted({a + shift for a, _ in kept})) or (0,),
        tuple(sorted({b + shift for _, b in kept})) or (0,),
        shift,
    )


def all_windows(question_ids: Sequence[int], paragraph: Paragraph) -> list[Window]:
    """Rows of at most `MAX_TOKENS` that cover the paragraph, each overlapping the next by half."""
    room = MAX_TOKENS - min(len(question_ids), MAX_QUESTION_TOKENS) - 3
    rows = []
    for left in range(0, max(1, len(paragraph.ids) - room // 2), room // 2):
        part = Paragraph(
            paragraph.text,
            paragraph.ids[left : left + room],
            paragraph.offsets[left : left + room],
            paragraph.article,
        )
        row = window(question_ids, part, (), MAX_TOKENS)
        rows.append(replace(row, shift=row.shift - left))
        if left + room >= len(paragraph.ids):
            break
    return rows


def _token_span(paragraph: Paragraph, answer: Span) -> Span | None:
    """First and last token of a character span."""
    inside = [i for i, (a, b) in enumerate(paragraph.offsets) if a < answer[1] and b > answer[0]]
    return (inside[0], inside[-1]) if inside else None


def without_answer(paragraph: Paragraph, answers: Sequence[Span]) -> Paragraph | None:
    """The paragraph less every sentence that holds part of an answer; None if little is left."""
    text = paragraph.text
    removed = [
        (a, b)
        for a, b in sentence_spans(text)
        if any(a < right and b > left for left, right in answers)
    ]
    wanted = {text[a:b].lower() for a, b in answers}
    kept = [
        i
        for i, (a, b) in enumerate(paragraph.offsets)
        if not any(left <= a and b <= right for left, right in removed)
    ]
    rest = text.lower()
    for a, b in reversed(removed):
        rest = rest[:a] + rest[b:]
    if len(kept) < 25 or any(answer in rest for answer in wanted):
        return None
    return Paragraph(
        text,
        tuple(paragraph.ids[i] for i in kept),
        tuple(paragraph.offsets[i] for i in kept),
        paragraph.article,
    )


def groups(
    found: QuestionSet, tokenizer: "Tokenizer", rng: random.Random, negatives: int
) -> list[Group]:
    """One pass over a set: for every question its windows; the first alone may hold the answer."""
    names = [question_forms.names(p.text) for p in found.paragraphs]
    result = []
    for q in found.questions:
        paragraph = found.paragraphs[q.place]
        near = list(q.neighbours) or [rng.randrange(len(found.paragraphs))]
        text, answers = q.text, q.answers
        # Near-misses as people set them: another name, number or sense, on the same paragraph.
        if rng.random() < 0.12:
            other = question_forms.swapped(q.text, names[q.place], names[rng.choice(near)], rng)
            if other is not None:
                text, answers = other, ()
        text = question_forms.as_people_ask(text, paragraph.text, rng)
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        limit = rng.choice((120, 150, 180, MAX_TOKENS))
        rows = [window(ids, paragraph, answers, limit, rng)]
        limit = max(64, len(rows[0].ids))
        count = negatives if answers else 1
        if answers and rng.random() < 0.35:
            rest = without_answer(paragraph, answers)
            if rest is not None:
                rows.append(window(ids, rest, (), limit, rng))
        # The first few near-misses are the hardest; the draw leans to them.
        draws = sorted(range(len(near)), key=lambda i: rng.random() * (i + 2))
        for i in draws[: max(0, count + 1 - len(rows))]:
            if found.paragraphs[near[i]].ids:
                rows.append(window(ids, found.paragraphs[near[i]], (), limit, rng))
        result.append(tuple(rows))
    return result


def batches(items: Sequence[Group], tokens: int, rng: random.Random) -> list[list[Group]]:
    """Groups of about like length together, at most about `tokens` padded tokens a batch."""
    order = list(items)
    rng.shuffle(order)
    result: list[list[Group]] = []
    for chunk in range(0, len(order), 600):
        pool = sorted(order[chunk : chunk + 600], key=_longest)
        batch: list[Group] = []
        rows = 0
        for group in pool:
            if batch and (rows + len(group)) * _longest(group) > tokens:
                result.append(batch)
                batch, rows = [], 0
            batch.append(group)
            rows += len(group)
        if batch:
            result.append(batch)
    rng.shuffle(result)
    return result


def _longest(group: Group) -> int:
    return max(len(w.ids) for w in group)
