"""Documents are split into passages: paragraphs, short ones merged, long ones cut at sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.documents.document import Block, Document, LineMap
from assistant.language.sentences import Span, sentence_spans
from assistant.language.words import approximate_tokens

# Recorded with the library: a change here makes stored passages out of date.
PASSAGE_VERSION = 1

TARGET_TOKENS = 200
# A paragraph below this is joined to its neighbour, if the two fit together.
SHORT_TOKENS = 60


@dataclass(frozen=True)
class PassageSpan:
    """A passage before it is stored: `text[start:end]` of its document, and its sentences.

    `lines` are its first and last line (from 1); `sentences` are spans in the document's text.
    """

    start: int
    end: int
    lines: tuple[int, int]
    page: int | None
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]


def split(document: Document) -> list[PassageSpan]:
    """The passages of `document` in order; together they hold every character of its blocks.

    A passage never crosses a heading or a page; headings themselves stand in the path, and as a
    passage of their own only where nothing follows them.
    """
    lines = LineMap(document.text)
    found = []
    for group in _merge(document.text, _without_headings(document.blocks)):
        sentences = [s for b in group for s in sentence_spans(document.text, b.start, b.end)]
        for run in _runs(document.text, sentences):
            start, end = run[0][0], run[-1][1]
            found.append(
                PassageSpan(
                    start,
                    end,
                    lines.lines(start, end),
                    group[0].page,
                    group[0].headings,
                    tuple(run),
                )
            )
    return found


def _without_headings(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks other than headings; a heading with nothing below it stays, or it would be lost."""
    pending: Block | None = None
    for block in blocks:
        if (
            pending is not None
            and len(block.headings) <= len(pending.headings)
            and (block.kind == "heading")
        ):
            yield pending
        pending = block if block.kind == "heading" else None
        if block.kind != "heading":
            yield block
    if pending is not None:
        yield pending


def _merge(text: str, blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Groups of neighbours under one heading: a short block joins the group before it."""
    group: list[Block] = []
    tokens = 0
    last = 0
    for block in blocks:
        size = approximate_tokens(text[block.start : block.end])
        fits = group and tokens + size <= TARGET_TOKENS
        together = group and (group[-1].headings, group[-1].page) == (block.headings, block.page)
        if fits and together and min(size, last, tokens) < SHORT_TOKENS:
            group.append(block)
            tokens += size
        else:
            if group:
                yield group
            group, tokens = [block], size
        last = size
    if group:
        yield group


def _runs(text: str, sentences: list[Span]) -> Iterator[list[Span]]:
    """Sentences in runs of about equal size, none above the target unless one sentence is."""
    sizes = [approximate_tokens(text[a:b]) for a, b in sentences]
    total = sum(sizes)
    parts = max(1, -(-total // TARGET_TOKENS)) if total > TARGET_TOKENS * 5 // 4 else 1
    goal = total / parts
    run: list[Span] = []
    used = 0
    for sentence, size in zip(sentences, sizes, strict=True):
        if run and parts > 1 and used + size / 2 > goal:
            yield run
            run, used = [], 0
        run.append(sentence)
        used += size
    if run:
        yield run
