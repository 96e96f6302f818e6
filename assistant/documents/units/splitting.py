"""A block of a document as its units of evidence."""

from collections.abc import Callable, Iterator, Sequence

from assistant.documents.document import Block
from assistant.documents.units.keys import described, keys, record, setting
from assistant.documents.units.lines import Line, Taken, lines_of, sentences_of
from assistant.documents.units.lists import items
from assistant.documents.units.questions import asked, below_question, quoted
from assistant.documents.units.tables import named_row, table
from assistant.documents.units.unit import Unit

_FORMS: tuple[Callable[[str, Sequence[Line], int, Block], Taken], ...] = (
    table,
    quoted,
    asked,
    record,
    items,
    setting,
    described,
)


def units(text: str, block: Block, following: str = "") -> list[Unit]:
    """The units of a block; `following` is the text of the block after it.

    Together they hold all that is visible in the block.
    """
    if block.kind == "code":
        return sentences_of(text, block.start, block.end)
    if block.kind == "keys":
        return list(keys(text, block))
    if block.kind == "table" and "\n" not in text[block.start : block.end]:
        return [named_row(text, block, following)]
    found = list(_of_lines(text, lines_of(text, block.start, block.end), block))
    return below_question(text, block, found)


def _of_lines(text: str, lines: Sequence[Line], block: Block) -> Iterator[Unit]:
    prose: Line | None = None
    i = 0
    while i < len(lines):
        taken = next((t for read in _FORMS if (t := read(text, lines, i, block))), None)
        if taken is None:
            prose = prose or lines[i]
            i += 1
            continue
        if prose is not None:
            yield from sentences_of(text, prose.start, lines[i].start, block.language)
            prose = None
        yield from taken[0]
        i += taken[1]
    if prose is not None:
        yield from sentences_of(text, prose.start, lines[-1].end, block.language)
