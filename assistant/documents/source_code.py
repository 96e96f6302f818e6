"""Source code and other text of programs: kept as it is, split where its author left a line out."""

from assistant.documents.decoding import decode
from assistant.documents.document import Block, Document
from assistant.documents.plain_text import paragraphs


def parse(data: bytes, name: str) -> Document:
    """The document of a source file; its text is the decoded file, its title the file's name."""
    text, note = decode(data)
    blocks = tuple(Block(start, end, "code") for start, end in paragraphs(text, 0, len(text)))
    return Document(text=text, title=name, blocks=blocks, note=note)
