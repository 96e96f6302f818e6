"""Which parser reads which file: one entry a format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.documents import markdown, plain_text
from assistant.documents.document import Document
from assistant.errors import DocumentError

# More than this is not a text that somebody wrote; it would also stand whole in memory.
MAX_FILE_BYTES = 200_000_000


@dataclass(frozen=True)
class Parser:
    """A format: its name as recorded with each document, and its reading function."""

    name: str
    parse: Callable[[bytes, str], Document]


_TEXT = Parser("text", plain_text.parse)
_MARKDOWN = Parser("markdown", markdown.parse)
PARSERS: dict[str, Parser] = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
}


def parser_for(path: Path) -> Parser | None:
    """The parser for the file's suffix, or None where there is none."""
    return PARSERS.get(path.suffix.lower())


def formats() -> str:
    """The suffixes that can be read, for messages: ".markdown, .md, .text, .txt"."""
    return ", ".join(sorted(PARSERS))


def parse(path: Path, data: bytes) -> tuple[Document, str]:
    """The document in `data`, read by the parser for `path`, and that parser's name.

    Raises DocumentError, whose message says in a sentence why there is nothing to index.
    """
    parser = parser_for(path)
    if parser is None:
        raise DocumentError(
            f"Files like {path.suffix or path.name} cannot be read yet.", f"These can: {formats()}."
        )
    document = parser.parse(data, path.stem)
    if not document.text.strip():
        raise DocumentError("It is empty.")
    return document, parser.name
