"""Which parser reads which file: one entry a format, its module imported when first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from assistant.documents import ocr
from assistant.documents.document import Document
from assistant.documents.recognition import NAMES, SAMPLE_BYTES, Kind, kind_by_content, kind_by_name
from assistant.errors import DocumentError, NoTextError

# More than this is not a text that somebody wrote; it would also stand whole in memory.
MAX_FILE_BYTES = 200_000_000


@dataclass(frozen=True)
class Parser:
    """A format: its name as recorded with each document, and where its reading function is.

    `isolated` formats are complex enough to be read in a process of their own, within limits.
    """

    name: str
    module: str
    function: str = "parse"
    isolated: bool = True

    def load(self) -> Callable[[bytes, str], Document]:
        """The function from a file's bytes and its name to a document."""
        found: Callable[[bytes, str], Document] = getattr(
            import_module(f"assistant.documents.{self.module}"), self.function
        )
        return found


_FORMATS = (
    (Parser("text", "plain_text", isolated=False), "txt text log"),
    (Parser("markdown", "markdown", isolated=False), "md markdown"),
    (Parser("html", "html"), "html htm xhtml"),
    (Parser("pdf", "pdf"), "pdf"),
    (Parser("docx", "docx"), "docx docm dotx"),
    (Parser("pptx", "pptx"), "pptx pptm"),
    (Parser("xlsx", "xlsx"), "xlsx xlsm"),
    (Parser("xls", "xls"), "xls xlt"),
    (Parser("csv", "csv_text"), "csv tsv"),
    (Parser("epub", "epub"), "epub"),
    (Parser("opendocument", "opendocument"), "odt ods odp ott"),
    (Parser("rtf", "rtf"), "rtf"),
    (Parser("mail", "mail"), "eml"),
    (Parser("mailbox", "mail", "parse_mbox"), "mbox"),
    (Parser("picture", "picture"), "png jpg jpeg tif tiff webp"),
    (Parser("notebook", "notebook"), "ipynb"),
    (Parser("json", "json_text"), "json"),
    (Parser("json lines", "json_text", "parse_lines"), "jsonl ndjson"),
    (Parser("configuration", "configuration", isolated=False), "toml yaml yml ini cfg conf"),
    (
        Parser("code", "source_code", isolated=False),
        (
            "py pyi js mjs ts tsx jsx java kt scala c h cc cpp hpp cs go rs rb php swift lua r jl "
            "pl sh bash zsh ps1 bat sql xml css tex bib rst org adoc "
            "vue svelte dart ex exs erl hs ml clj el lisp nim zig proto graphql tf gradle cmake"
        ),
    ),
)
PARSERS: dict[str, Parser] = {
    f".{suffix}": parser for parser, suffixes in _FORMATS for suffix in suffixes.split()
}
# Formats that are text to look at, or might be, and that files without a suffix may have.
_BEGINNINGS = {b"%pdf-": ".pdf", b"{\\rtf": ".rtf", b"<!doctype html": ".html", b"<html": ".html"}


def parser_for(path: Path) -> Parser | None:
    """The parser for the file's suffix, or None where there is none.

    Pictures have one where text in them can be recognised.
    """
    parser = PARSERS.get(path.suffix.lower())
    return None if parser and is_picture(path) and not ocr.is_installed() else parser


def is_picture(path: Path) -> bool:
    """Tell whether a file may be a picture of text, by its suffix."""
    parser = PARSERS.get(path.suffix.lower())
    return parser is not None and parser.name == "picture"


def has_readable_name(path: Path) -> bool:
    """Tell whether a file of this name can be text: a picture cannot, a backup copy can."""
    return parser_for(path) is not None or kind_by_name(path.name) in {None, "copy"}


def parser_of(path: Path, data: bytes) -> Parser | None:
    """The parser for the file's suffix, or the one for what its first bytes are; None for none."""
    known = parser_for(path)
    if known is not None or not has_readable_name(path):
        return known
    sample = data[:SAMPLE_BYTES]
    start = sample.lstrip()[:20].lower()
    suffix = next((s for beginning, s in _BEGINNINGS.items() if start.startswith(beginning)), "")
    return PARSERS[suffix or ".txt"] if suffix or kind_by_content(sample) is None else None


def kind_of(path: Path, sample: bytes) -> Kind | None:
    """The kind of file that is not read where a folder holds it; None if it is to be read."""
    if parser_for(path) is not None:
        return None
    named = kind_by_name(path.name)
    return named or (None if parser_of(path, sample) else kind_by_content(sample))


def refusal(path: Path, data: bytes = b"") -> DocumentError:
    """Why a file that has no parser is not read."""
    if is_picture(path):
        return DocumentError(ocr.PICTURE, f"`{ocr.command()}` reads it.")
    if has_readable_name(path):
        return DocumentError(NAMES[kind_by_content(data[:SAMPLE_BYTES]) or "other"].sentence)
    return DocumentError(
        f"Files like {path.suffix} cannot be read yet.", f"These can: {formats()}."
    )


def formats() -> str:
    """The suffixes that can be read, for messages; source code and other text in words."""
    in_words = {"code", "configuration", *(() if ocr.is_installed() else ("picture",))}
    shown = sorted(suffix for suffix, parser in PARSERS.items() if parser.name not in in_words)
    return f"{', '.join(shown)}, source code, text under any name"


def parse(path: Path, data: bytes) -> tuple[Document, str]:
    """The document in `data`, read by the parser for `path`, and that parser's name.

    Raises DocumentError, whose message says in a sentence why there is nothing to index.
    """
    parser = parser_of(path, data)
    if parser is None:
        raise refusal(path, data)
    try:
        document = parser.load()(data, path.stem)
    except RecursionError as error:
        raise DocumentError("It is nested too deeply.") from error
    if not document.text.strip():
        if parser.isolated and data.strip():
            raise NoTextError("It holds no text.")
        raise DocumentError("It is empty.")
    return document, parser.name
