"""Jupyter notebooks: the text of their cells, code, and what the code printed."""

from typing import Any

from assistant.documents import markdown
from assistant.documents.document import Document
from assistant.documents.json_text import load
from assistant.documents.text_builder import TextBuilder
from assistant.errors import DocumentError

_MAX_OUTPUT_CHARS = 20_000


def parse(data: bytes, name: str) -> Document:
    """The document of an .ipynb file (format 4)."""
    value, note = load(data)
    cells = value.get("cells") if isinstance(value, dict) else None
    if not isinstance(cells, list):
        raise DocumentError("It is not a Jupyter notebook of format 4.", "Save it with Jupyter.")
    builder = TextBuilder()
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        source = _text(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            _write_markdown(source, builder)
        elif cell.get("cell_type") == "code":
            builder.add(source, "code")
            for output in cell.get("outputs") or ():
                builder.add(_printed(output)[:_MAX_OUTPUT_CHARS], "code")
        else:
            builder.add(source)
    return builder.document(builder.first_heading() or name, note)


def _write_markdown(source: str, builder: TextBuilder) -> None:
    parsed = markdown.parse(source.encode("utf-8", "replace"), "")
    for block in parsed.blocks:
        text = parsed.text[block.start : block.end]
        if block.kind == "heading" and block.headings:
            level = len(text) - len(text.lstrip("#")) or 1
            builder.heading(block.headings[-1], level)
        else:
            builder.add(text, block.kind)


def _printed(output: Any) -> str:
    """The text of an output: what was printed, or the plain form of a value."""
    if not isinstance(output, dict):
        return ""
    shown = output.get("data")
    plain = shown.get("text/plain") if isinstance(shown, dict) else None
    return _text(output.get("text")) or _text(plain)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
