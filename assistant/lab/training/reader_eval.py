"""Figures of a reader in training on articles that it never saw."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from assistant.evaluation.text_matching import contains, exact_match, f1
from assistant.lab.training.reader_data import Question, QuestionSet
from assistant.lab.training.reader_windows import (
    Item,
    Paragraph,
    Window,
    all_windows,
    without_answer,
)
from assistant.language.sentences import sentence_spans

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

    from assistant.lab.training.reader_model import Reader

MAX_SPAN_TOKENS = 30
_DISTRACTORS = 4
# Rows that are computed at once.
_ROWS = 64


def evaluate(
    reader: "Reader", found: QuestionSet, tokenizer: "Tokenizer", number: int, seed: int
) -> dict[str, float]:
    """Figures on at most `number` questions drawn from a set.

    `closed_*`: in the right paragraph; the others: among it and four near-misses of retrieval.
    `auroc`: the best score with the right paragraph against that without its answer's sentence;
    `auroc_near_miss`: against the questions of the set that their own paragraph does not answer.
    """
    rng = random.Random(seed)
    answerable = [q for q in found.questions if q.answers]
    impossible = [q for q in found.questions if not q.answers]
    drawn = rng.sample(answerable, min(number, len(answerable)))
    totals: defaultdict[str, float] = defaultdict(float)
    found_scores, missing_scores = [], []
    for question in drawn:
        ids, read = _to_read(found, question, tokenizer)
        rest = without_answer(read[0], question.answers)
        best = _best(reader, ids, read if rest is None else [*read, rest])
        among = best[: len(read)]
        _tally(totals, question, among, read)
        found_scores.append(max(score for score, _ in among))
        if rest is not None:
            missing_scores.append(max(score for score, _ in best[1:]))
    figures = {name: round(totals[name] / len(drawn), 3) for name in sorted(totals)}
    figures["auroc"] = round(_auroc(found_scores, missing_scores), 3)
    if impossible:
        near_misses = [
            max(score for score, _ in _best(reader, ids, read))
            for ids, read in (
                _to_read(found, question, tokenizer)
                for question in rng.sample(impossible, min(number, len(impossible)))
            )
        ]
        figures["auroc_near_miss"] = round(_auroc(found_scores, near_misses), 3)
    return figures


def balanced_accuracy(
    reader: "Reader", pairs: Mapping[str, Sequence[Item]]
) -> dict[str, dict[str, float]]:
    """The accuracy on statements, of each source: the mean recall of its labels; and pairs.

    `supported`: of supported against the rest, the rest being one label.
    """
    result = {}
    for source, items in sorted(pairs.items()):
        rows = [window for item in items for group in item for window in group]
        told: list[int] = []
        with torch.no_grad():
            for first in range(0, len(rows), _ROWS):
                _, _, support = reader(*tensors(rows[first : first + _ROWS]))
                told += support.argmax(1).tolist()
        gold = [row.label or 0 for row in rows]
        result[source] = {
            "balanced_accuracy": _mean_recall(gold, told),
            "supported": _mean_recall([min(g, 1) for g in gold], [min(t, 1) for t in told]),
            "pairs": len(rows),
        }
    return result


def _mean_recall(gold: Sequence[int], told: Sequence[int]) -> float:
    recalls = [
        sum(t == label for g, t in zip(gold, told, strict=True) if g == label) / gold.count(label)
        for label in set(gold)
    ]
    return round(sum(recalls) / len(recalls), 3)


def _to_read(
    found: QuestionSet, question: Question, tokenizer: "Tokenizer"
) -> tuple[list[int], list[Paragraph]]:
    """A question's tokens and the paragraphs that compete: its own first, then near-misses."""
    places = (question.place, *found.neighbours(question)[:_DISTRACTORS])
    ids = tokenizer.encode(question.text, add_special_tokens=False).ids
    return ids, [found.paragraphs[i] for i in places]


def _tally(
    totals: dict[str, float],
    question: Question,
    best: Sequence[tuple[float, tuple[int, int]]],
    paragraphs: Sequence[Paragraph],
) -> None:
    gold = paragraphs[0]
    answers = [gold.text[a:b] for a, b in question.answers]
    place = max(range(len(best)), key=lambda i: best[i][0])
    for prefix, (_, (start, end)), paragraph in (
        ("closed_", best[0], gold),
        ("", best[place], paragraphs[place]),
    ):
        text = paragraph.text[start:end]
        totals[f"{prefix}em"] += exact_match(text, answers)
        totals[f"{prefix}f1"] += f1(text, answers)
        sentence = next((s for s in sentence_spans(paragraph.text) if s[0] <= start < s[1]), (0, 0))
        said = paragraph.text[slice(*sentence)]
        totals[f"{prefix}sentence"] += contains(said, answers) or contains(
            " ".join(answers), [said]
        )


def _best(
    reader: "Reader", question: Sequence[int], paragraphs: Sequence[Paragraph]
) -> list[tuple[float, tuple[int, int]]]:
    """Of each paragraph: its best span's score above its window's null, and its characters."""
    owners = [(p, row) for p in paragraphs for row in all_windows(question, p)]
    with torch.no_grad():
        starts, ends, _ = reader(*tensors([row for _, row in owners]))
    best = {id(p): (-1e9, (0, 0)) for p in paragraphs}
    for i, (paragraph, row) in enumerate(owners):
        first, last = row.question_tokens + 2, len(row.ids) - 1
        sums = starts[i, first:last, None] + ends[i, None, first:last]
        near = torch.ones_like(sums).triu().tril(MAX_SPAN_TOKENS - 1).bool()
        score, place = sums.masked_fill(~near, -1e9).flatten().max(0)
        a, b = divmod(int(place), last - first)
        value = float(score - starts[i, 0] - ends[i, 0])
        if value > best[id(paragraph)][0]:
            move = first - row.shift
            span = (paragraph.offsets[a + move][0], paragraph.offsets[b + move][1])
            best[id(paragraph)] = (value, span)
    return [best[id(p)] for p in paragraphs]


def tensors(rows: Sequence[Window]) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Ids, mask and types of the rows, padded, each of shape (rows, longest).

    The length is rounded up to 16: every new shape costs the kernels' set-up and memory.
    """
    longest = -(-max(len(r.ids) for r in rows) // 16) * 16
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = torch.tensor(row.ids)
        mask[i, : len(row.ids)] = 1
        types[i, row.question_tokens + 2 : len(row.ids)] = 1
    return ids, mask, types


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    if not positive or not negative:
        return 0.0
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))
