"""Input rows of the reader in training: a question beside a window of a paragraph."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.language.sentences import sentence_spans

Span = tuple[int, int]

CLS, SEP = 101, 102
MAX_TOKENS = 200
MAX_QUESTION_TOKENS = 64
_LONG_ANSWER_TOKENS = 14
# Items among which those of like length are put together.
_POOL = 900


@dataclass(frozen=True)
class Paragraph:
    """A text of about passage length, with its tokens' ids and character spans."""

    text: str
    ids: tuple[int, ...]
    offsets: tuple[Span, ...]
    article: str


@dataclass(frozen=True)
class Window:
    """One input row: a question beside a text, or a statement beside its evidence.

    `starts` and `ends` are the places of a question's answer, (0,) where there is none. `label` is
    that of a statement (`LABELS`), None for a question.
    """

    ids: tuple[int, ...]
    question_tokens: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    shift: int = 0  # paragraph token = row place - shift
    label: int | None = None


# What evidence says of a statement, in the order of the verifier's outputs; the last label is a
# statement's that is not supported, where the data do not say which of the other two it is.
LABELS = ("supported", "contradicted", "not_enough", "not_supported")

# The windows of a question: the first alone may hold its answer.
Group = tuple[Window, ...]
# What is learned together: a question's windows; after them, if it has one, its near-miss's.
Item = tuple[Group, ...]


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
        tuple(sorted({i + shift for a, b in kept for i in _marked(a, b, a)})) or (0,),
        tuple(sorted({i + shift for a, b in kept for i in _marked(a, b, b)})) or (0,),
        shift,
    )


def beside(question_ids: Sequence[int], row: Window) -> Window:
    """The row of another question beside the same text, which does not answer it."""
    ids = tuple(question_ids[:MAX_QUESTION_TOKENS])
    body = row.ids[row.question_tokens + 1 :]
    shift = row.shift + len(ids) - row.question_tokens
    return Window((CLS, *ids, *body), len(ids), (0,), (0,), shift)


def _marked(first: int, last: int, border: int) -> Sequence[int]:
    """The gold places of one border of an answer.

    A long answer says which sentence, not which words of it: any place in it will do, and the
    loss sums over them. Taught as exact spans, whole sentences would make every answer long.
    """
    return range(first, last + 1) if last - first >= _LONG_ANSWER_TOKENS else (border,)


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


def batches(items: Sequence[Item], tokens: int, rng: random.Random) -> list[list[Item]]:
    """Items of about like length together, at most about `tokens` padded tokens a batch."""
    order = list(items)
    rng.shuffle(order)
    result: list[list[Item]] = []
    for chunk in range(0, len(order), _POOL):
        pool = sorted(order[chunk : chunk + _POOL], key=_longest)
        batch: list[Item] = []
        rows = 0
        for item in pool:
            own = sum(map(len, item))
            if batch and (rows + own) * _longest(item) > tokens:
                result.append(batch)
                batch, rows = [], 0
            batch.append(item)
            rows += own
        if batch:
            result.append(batch)
    rng.shuffle(result)
    return result


def _longest(item: Item) -> int:
    return max(len(w.ids) for group in item for w in group)
