"""Documents are split into passages: paragraphs, short ones merged, long ones cut at sentences.

What means something only together stays together: a question and its answer, a list and what
leads into it, a table and its header.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from assistant.documents.document import Block, Box, Document, LineMap
from assistant.documents.units.lists import is_lead, leads
from assistant.documents.units.questions import is_question, is_quoted
from assistant.documents.units.splitting import units
from assistant.documents.units.unit import Unit
from assistant.language.sentences import Span
from assistant.language.words import approximate_tokens

# Recorded with the library: a change here makes stored passages out of date.
PASSAGE_VERSION = 3

TARGET_TOKENS = 200
# A paragraph below this is joined to its neighbour, if the two fit together.
SHORT_TOKENS = 60
# A list is cut only beyond this.
_LIST_TOKENS = 400


@dataclass(frozen=True)
class PassageSpan:
    """A passage before it is stored: `text[start:end]` of its document, and its units.

    `lines` are its first and last line (from 1); `boxes` where on the page its blocks stand, each a
    span of the document, that were read from a picture.
    """

    start: int
    end: int
    lines: tuple[int, int]
    page: int | None
    headings: tuple[str, ...]
    units: tuple[Unit, ...]
    boxes: tuple[tuple[int, int, Box], ...] = ()

    @property
    def sentences(self) -> tuple[Span, ...]:
        """The spans of the units in the document's text."""
        return tuple(unit.span for unit in self.units)


def split(document: Document) -> list[PassageSpan]:
    """The passages of `document` in order; together they hold every character of its blocks.

    A passage never crosses a heading or a page; headings themselves stand in the path, and as a
    passage of their own only where nothing follows them.
    """
    text = document.text
    lines = LineMap(text)
    found = []
    blocks = _without_headings(document.blocks)
    bound = [replace(b, language=document.language) for b in _bound(text, list(blocks))]
    following = {a.start: text[b.start : b.end] for a, b in pairwise(bound)}
    for group in _merge(text, bound):
        parts = [u for b in group for u in units(text, b, following.get(b.start, ""))]
        for run in _runs(text, parts):
            start, end = run[0].start, run[-1].end
            found.append(
                PassageSpan(
                    start,
                    end,
                    lines.lines(start, end),
                    group[0].page,
                    group[0].headings,
                    tuple(run),
                    tuple(
                        (b.start, b.end, b.box)
                        for b in document.blocks
                        if b.box and b.start < end and start < b.end
                    ),
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
        led = bool(group) and leads(text, group[-1], block)
        fits = group and tokens + size <= (_LIST_TOKENS if led else TARGET_TOKENS)
        together = group and (group[-1].headings, group[-1].page) == (block.headings, block.page)
        if fits and together and (led or min(size, last, tokens) < SHORT_TOKENS):
            group.append(block)
            tokens += size
        else:
            if group:
                yield group
            group, tokens = [block], size
        last = size
    if group:
        yield group


def _bound(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, those made one that mean something only together."""
    whole: Block | None = None
    for block in blocks:
        if whole is not None and _belong_together(text, whole, block):
            kind = block.kind if block.kind == "list" else whole.kind
            whole = replace(whole, end=block.end, kind=kind)
        else:
            if whole is not None:
                yield whole
            whole = block
    if whole is not None:
        yield whole


def _belong_together(text: str, whole: Block, block: Block) -> bool:
    if (whole.headings, whole.page) != (block.headings, block.page):
        return False
    if {whole.kind, block.kind} - {"paragraph", "list"}:
        return False
    before, after = text[whole.start : whole.end], text[block.start : block.end]
    if approximate_tokens(before) + approximate_tokens(after) > _LIST_TOKENS:
        return False
    if whole.kind == block.kind == "list":
        return True
    if is_question(last_line := before.splitlines()[-1]):
        alone = whole.kind == "paragraph" and (before == last_line or is_quoted(last_line))
        return alone and not is_question(after.splitlines()[0])
    return False


def _runs(text: str, parts: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Units in runs of about equal size, none above the target unless one unit or list is."""
    wholes = list(_uncut(text, parts))
    sizes = [sum(approximate_tokens(text[u.start : u.end]) for u in whole) for whole in wholes]
    total = sum(sizes)
    count = max(1, -(-total // TARGET_TOKENS)) if total > TARGET_TOKENS * 5 // 4 else 1
    goal = total / count
    run: list[Unit] = []
    used = 0
    for whole, size in zip(wholes, sizes, strict=True):
        if run and count > 1 and used + size / 2 > goal:
            yield run
            run, used = [], 0
        run += whole
        used += size
    if run:
        yield run


def _uncut(text: str, parts: Sequence[Unit]) -> Iterator[list[Unit]]:
    """The units of each list together with what leads into it, if it is not too long; all others
    alone."""
    lead: list[Unit] = []
    for within, group in groupby(parts, key=lambda unit: unit.within):
        own = list(group)
        if within is None or approximate_tokens(text[slice(*within)]) > _LIST_TOKENS:
            yield from ([unit] for unit in (*lead, *own[:-1]))
            lead = own[-1:]
            continue
        leads_in = bool(lead) and is_lead(text[slice(*lead[0].span)])
        if lead and not leads_in:
            yield lead
        yield [*lead, *own] if leads_in else own
        lead = []
    if lead:
        yield lead
