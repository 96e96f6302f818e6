"""Training data of the reader: questions with the windows where their answers are and are not."""

import json
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.lab.training import question_forms
from assistant.lab.training.reader_windows import (
    CLS,
    LABELS,
    MAX_QUESTION_TOKENS,
    SEP,
    Item,
    Paragraph,
    Span,
    Window,
    beside,
    window,
    without_answer,
)
from assistant.lab.training.split import held_out, one_in
from assistant.lab.training.squad import stem, text_of
from assistant.language.sentences import sentence_spans
from assistant.language.words import content_terms

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Paragraphs beyond this are cut at sentences, as the product cuts documents into passages.
_PARAGRAPH_WORDS = 130
_NEIGHBOURS = 8
# Windows are drawn of several lengths, in tokens, so that none is expected; the short ones more
# often: most of what is learned is in the sentence of the answer, and half the tokens cost half.
_LENGTHS = (96, 96, 96, 128, 128, 160, 200, 240)
_SHORTEST = 64
_WITHOUT_MARK = 0.3
# Evidence of a statement is read up to here; one pair in so many is kept to check on.
MAX_EVIDENCE_TOKENS = 256
_TESTED_ONE_IN = 10


@dataclass(frozen=True)
class Question:
    """A question; `answers` are character spans in the paragraph `place` of its set.

    `near_misses` are questions that differ from it in a word or two and that the paragraph does not
    answer; they are questions of the set too.
    """

    text: str
    answers: tuple[Span, ...]
    place: int
    near_misses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mix:
    """Windows beside a question, as shares of the questions (mean numbers where above 1).

    `negatives`: windows of other paragraphs that BM25 finds; `swapped`: questions without a
    near-miss of their own that are given one by rule; `without_answer`: windows of the paragraph
    without the sentence that answers; `pairs`: the least share of questions with a near-miss of
    their own.
    """

    negatives: float = 0.4
    swapped: float = 0.1
    without_answer: float = 0.15
    pairs: float = 1.0


class QuestionSet:
    """The paragraphs of one file and the questions on them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.paragraphs: list[Paragraph] = []
        self.questions: list[Question] = []
        self._search: _Lexical | None = None

    def add(self, text: str, article: str, tokenizer: "Tokenizer") -> int:
        """Add a paragraph; returns its place."""
        encoding = tokenizer.encode(text, add_special_tokens=False)
        ids, offsets = tuple(encoding.ids), tuple(encoding.offsets)
        self.paragraphs.append(Paragraph(text, ids, offsets, article))
        return len(self.paragraphs) - 1

    def neighbours(self, question: Question) -> list[int]:
        """The paragraphs that BM25 finds for a question and that lack its answers, best first."""
        if self._search is None:
            self._search = _Lexical([p.text for p in self.paragraphs])
        text = self.paragraphs[question.place].text
        answers = [text[a:b].lower() for a, b in question.answers]
        near = [
            i
            for i in self._search.best(question.text, 3 * _NEIGHBOURS)
            if i != question.place
            and not any(a in self.paragraphs[i].text.lower() for a in answers)
        ]
        return near[:_NEIGHBOURS]


def load(paths: Iterable[Path], tokenizer: "Tokenizer", *, test: bool) -> list[QuestionSet]:
    """The files' articles that are held out (`test`) or are not; `.gz` files are unpacked.

    Raises AssistantError if a file is not in SQuAD's JSON shape.
    """
    sets = []
    for path in paths:
        name = stem(path.name)
        found = QuestionSet(name)
        try:
            for article in json.loads(text_of(path))["data"]:
                if held_out(article["title"], name) is test:
                    for entry in article["paragraphs"]:
                        _add(found, entry, article["title"], tokenizer)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AssistantError(
                f"{path} cannot be read as a SQuAD file: {error}.",
                "Name files in SQuAD's JSON shape.",
            ) from error
        if found.questions:
            sets.append(found)
    return sets


def _add(found: QuestionSet, entry: dict[str, object], title: str, tokenizer: "Tokenizer") -> None:
    context, asked = entry["context"], entry["qas"]
    assert isinstance(context, str)
    assert isinstance(asked, list)
    pieces = list(_pieces(context))
    first = len(found.paragraphs)
    for left, right in pieces:
        found.add(context[left:right], title, tokenizer)
    near_misses = defaultdict(list)
    for q in asked:
        if q.get("is_impossible"):
            near_misses[q.get("twin")].append(q["question"].strip())
    twins = {q.get("id") for q in asked if not q.get("is_impossible")}
    for q in asked:
        if q.get("is_impossible"):
            if q.get("twin") not in twins:
                # Asked of this text, which does not answer it: every piece is a near-miss.
                found.questions += [
                    Question(q["question"].strip(), (), first + n) for n in range(len(pieces))
                ]
            continue
        spans = set(_answers(context, q))
        for number, (left, right) in enumerate(pieces):
            inside = sorted((a - left, b - left) for a, b in spans if left <= a and b <= right)
            if inside:
                own = tuple(near_misses[q.get("id")])
                found.questions.append(
                    Question(q["question"].strip(), tuple(inside), first + number, own)
                )
                break


def _answers(context: str, question: dict[str, Any]) -> Iterator[Span]:
    """The spans of a question's answers; where the file guessed the place, all that it may be."""
    for answer in question["answers"]:
        text = answer["text"].rstrip()
        if question.get("answer_start_is_guessed"):
            yield from (m.span() for m in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", context))
        yield answer["answer_start"], answer["answer_start"] + len(text)


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
        number = min(number, self._size)
        likely = np.sort(np.argpartition(-scores, number - 1)[:number])
        order = likely[np.argsort(-scores[likely], kind="stable")]
        return [int(i) for i in order if scores[i] > 0]


def tales(path: Path, tokenizer: "Tokenizer", *, test: bool) -> QuestionSet:
    """The questions of a JSON-lines file of tales whose answer stands in the text word for word.

    One tale in six is for the `test`. Raises AssistantError if the file is of another shape.
    """
    found = QuestionSet("tales")
    places: dict[str, int] = {}
    try:
        for line in text_of(path).splitlines():
            row = json.loads(line)
            text, answer = row["text"], row["answer"].strip(" .")
            at = text.lower().find(answer.lower())
            if at < 0 or not answer or held_out(row["title"]) is not test:
                continue
            if text not in places:
                places[text] = found.add(text, row["title"], tokenizer)
            span = (at, at + len(answer))
            found.questions.append(Question(row["question"], (span,), places[text]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssistantError(
            f"{path} cannot be read as questions on tales: {error}.",
            "Name a file of JSON lines with `title`, `question`, `text` and `answer`.",
        ) from error
    return found


def items(
    found: QuestionSet, tokenizer: "Tokenizer", rng: random.Random, share: float, mix: Mix
) -> list[Item]:
    """A pass over a `share` of the questions (drawn; above 1, several times) with their windows.

    Of the questions with a near-miss of their own the mix has another share.
    """
    drawing = _Drawing(found, tokenizer, rng, mix)
    result = []
    for q in found.questions:
        own = max(share, mix.pairs) if q.near_misses else share
        for _ in range(int(own) + (rng.random() < own % 1)):
            result.append(drawing.item(q))
    return result


class _Drawing:
    """Draws the windows of a set's questions for one pass."""

    def __init__(
        self, found: QuestionSet, tokenizer: "Tokenizer", rng: random.Random, mix: Mix
    ) -> None:
        self._found = found
        self._tokenizer = tokenizer
        self._rng = rng
        self._mix = mix
        self._names: dict[int, list[str]] = {}

    def item(self, question: Question) -> Item:
        """The windows of a question; after them, if it has one, its near-miss's."""
        rng, mix, found = self._rng, self._mix, self._found
        paragraph = found.paragraphs[question.place]
        near_miss = rng.choice(question.near_misses) if question.near_misses else None
        negatives = int(mix.negatives) + (rng.random() < mix.negatives % 1)
        swapped = question.answers and near_miss is None and rng.random() < mix.swapped
        near = found.neighbours(question) if negatives or swapped else []
        near = near or [rng.randrange(len(found.paragraphs))]
        if swapped:
            near_miss = self._swapped(question, rng.choice(near))
        # A pair is asked alike, so that its form does not tell which of the two is answered.
        text = question.text
        if near_miss is None:
            text = question_forms.as_people_ask(text, paragraph.text, rng)
        elif rng.random() < _WITHOUT_MARK:
            text, near_miss = text.rstrip(" ?"), near_miss.rstrip(" ?")
        ids = self._ids(text)
        rows = [window(ids, paragraph, question.answers, rng.choice(_LENGTHS), rng)]
        limit = max(_SHORTEST, len(rows[0].ids))
        if question.answers and rng.random() < mix.without_answer:
            rest = without_answer(paragraph, question.answers)
            if rest is not None:
                rows.append(window(ids, rest, (), limit, rng))
        # The first few are the hardest; the draw leans to them.
        draws = sorted(range(len(near)), key=lambda i: rng.random() * (i + 2))[:negatives]
        rows += [window(ids, found.paragraphs[near[i]], (), limit, rng) for i in draws]
        if near_miss is None:
            return (tuple(rows),)
        return tuple(rows), (beside(self._ids(near_miss), rows[0]),)

    def _swapped(self, question: Question, other: int) -> str | None:
        here, elsewhere = map(self._names_of, (question.place, other))
        return question_forms.swapped(question.text, here, elsewhere, self._rng)

    def _names_of(self, place: int) -> list[str]:
        if place not in self._names:
            self._names[place] = question_forms.names(self._found.paragraphs[place].text)
        return self._names[place]

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)


def statements(path: Path, tokenizer: "Tokenizer", *, test: bool) -> dict[str, list[Item]]:
    """The pairs of statement and evidence of a JSON-lines file by source: a tenth are the `test`.

    They are split by evidence. Raises AssistantError if the file is of another shape.
    """
    result: dict[str, list[Item]] = defaultdict(list)
    try:
        for line in text_of(path).splitlines():
            row = json.loads(line)
            if one_in(row["evidence"], _TESTED_ONE_IN) is test:
                label = LABELS.index(row["label"])
                said = statement_window(row["statement"], row["evidence"], label, tokenizer)
                result[row["source"]].append(((said,),))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssistantError(
            f"{path} cannot be read as pairs of statement and evidence: {error}.",
            "Name a file of JSON lines with `statement`, `evidence`, `label` and `source`.",
        ) from error
    return result


def statement_window(statement: str, evidence: str, label: int, tokenizer: "Tokenizer") -> Window:
    """The row of a statement beside its evidence, which is cut at `MAX_EVIDENCE_TOKENS`."""
    said, read = (tokenizer.encode(t, add_special_tokens=False).ids for t in (statement, evidence))
    said = said[:MAX_QUESTION_TOKENS]
    body = read[: MAX_EVIDENCE_TOKENS - len(said) - 3]
    return Window((CLS, *said, SEP, *body, SEP), len(said), (0,), (0,), label=label)
