"""Which parser reads which file: one entry a format, its module imported when first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from assistant.documents.document import Document
from assistant.errors import DocumentError

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
    (Parser("csv", "csv_data"), "csv tsv"),
    (Parser("epub", "epub"), "epub"),
    (Parser("opendocument", "opendocument"), "odt ods odp ott"),
    (Parser("rtf", "rtf"), "rtf"),
    (Parser("mail", "mail"), "eml"),
    (Parser("mailbox", "mail", "parse_mbox"), "mbox"),
    (Parser("notebook", "notebook"), "ipynb"),
    (Parser("json", "json_data"), "json"),
    (Parser("json lines", "json_data", "parse_lines"), "jsonl ndjson"),
    (
        Parser("code", "source_code", isolated=False),
        (
            "py pyi js mjs ts tsx jsx java kt scala c h cc cpp hpp cs go rs rb php swift lua r jl "
            "pl sh bash zsh ps1 bat sql toml yaml yml ini cfg conf xml css tex bib rst org adoc "
            "vue svelte dart ex exs erl hs ml clj el lisp nim zig proto graphql tf gradle cmake"
        ),
    ),
)
PARSERS: dict[str, Parser] = {
    f".{suffix}": parser for parser, suffixes in _FORMATS for suffix in suffixes.split()
}


def parser_for(path: Path) -> Parser | None:
    """The parser for the file's suffix, or None where there is none."""
    return PARSERS.get(path.suffix.lower())


def formats() -> str:
    """The suffixes that can be read, for messages; those of source code in three words."""
    shown = sorted(suffix for suffix, parser in PARSERS.items() if parser.name != "code")
    return f"{', '.join(shown)}, source code"


def parse(path: Path, data: bytes) -> tuple[Document, str]:
    """The document in `data`, read by the parser for `path`, and that parser's name.

    Raises DocumentError, whose message says in a sentence why there is nothing to index.
    """
    parser = parser_for(path)
    if parser is None:
        raise DocumentError(
            f"Files like {path.suffix or path.name} cannot be read yet.", f"These can: {formats()}."
        )
    try:
        document = parser.load()(data, path.stem)
    except RecursionError as error:
        raise DocumentError("It is nested too deeply.") from error
    if not document.text.strip():
        raise DocumentError(
            "It holds no text." if parser.isolated and data.strip() else "It is empty."
        )
    return document, parser.name
