"""The law of the product: a citation's quote is the document's text[span], for any document."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.answer import cite
from assistant.documents.parsers import parse
from assistant.errors import DocumentError
from assistant.library import discovery
from assistant.library.document_store import DocumentStore, SourceFile
from assistant.library.splitter import split

LINE_ENDS = ("\n", "\r\n", "\r", "\n\n", "\r\n\r\n", " \n\t\n")
WORDS = ("Tripoli", "caf\u00e9", "cafe\u0301", "\U0001f600", "\U00020000\u4e2d", "a\tb", "\ufeff", "U.N.", "3.5", "\u202eabc", "\u200b", "\x1b[31m", "#", "- x", "|", "```", "e.g.", "\u2028", "\x0c", "\x85")  # fmt: skip
ENDINGS = (" ", ". ", "! ", "? ", "\u3002", ", ", '." ')

sentences = st.lists(
    st.tuples(st.sampled_from(WORDS) | st.text(max_size=8), st.sampled_from(ENDINGS)), max_size=12
)
documents = st.lists(st.tuples(sentences, st.sampled_from(LINE_ENDS)), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    documents,
    st.sampled_from([".txt", ".md"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_every_citation_is_its_document_s_text(
    lines: list[tuple[list[tuple[str, str]], str]], suffix: str, encoding: str, final: bool
) -> None:
    text = "".join("".join(w + e for w, e in line) + end for line, end in lines)
    data = (text if final else text.rstrip("\r\n")).encode(encoding, "ignore")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"odd{suffix}")
        path.write_bytes(data)
        content = discovery.read(path)
        try:
            document, parser = parse(path, content.data)
        except DocumentError:
            return
        catalogue = DocumentStore(Path(folder))
        number = catalogue.put(
            SourceFile(str(path), content.sha256, len(data), content.mtime_ns, parser),
            document,
            split(document),
        )
        # A byte order mark is no part of the text, whether the encoding or the text put it there.
        read_again = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
        found = catalogue.passages(list(range(1, number + 1)))
        assert len(found) == number > 0
        for passage in found.values():
            assert read_again[passage.start : passage.end] == passage.text
            for span in passage.sentences:
                citation = cite(1, passage, span)
                assert citation.quote == read_again[slice(*citation.span)] != ""
                before = read_again[: span[0]].replace("\r\n", "\n").replace("\r", "\n")
                assert citation.lines[0] == before.count("\n") + 1
        catalogue.close()
