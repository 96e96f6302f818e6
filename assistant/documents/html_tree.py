"""HTML of any quality as a tree: void elements, forgotten ends and deep nesting are put right."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from assistant.documents.decoding import decode

_MAX_DEPTH = 200
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
BLOCKS = frozenset(
    (
        "address article aside blockquote body center dd details dialog div dl dt fieldset "
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav "
        "ol p pre search section summary table tbody td tfoot th thead tr ul title caption"
    ).split()
)
# An element that ends where one of these begins, within the nearest of the borders.
_CLOSED_BY: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset("ul ol menu".split())),
    "dt": (frozenset("dt dd".split()), frozenset({"dl"})),
    "dd": (frozenset("dt dd".split()), frozenset({"dl"})),
    "td": (frozenset("td th".split()), frozenset({"table", "tr"})),
    "th": (frozenset("td th".split()), frozenset({"table", "tr"})),
    "tr": (frozenset("tr td th".split()), frozenset({"table"})),
}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{2,40})", re.I)
_HEAD_BYTES = 4_096

# What is no text, each to its end or to the end of the file, where HTMLParser would try again from
# every place: seconds for a few kilobytes. Scripts, styles, comments and declarations go whole.
_MARKUP = re.compile(
    r"<(script|style)(?=[\s/>])[^>]*+(?<!/)>.*?(?:</\1[^>]*+(?:>|\Z)|\Z)"
    r"|<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+(?:>|\Z)"
    r"|(?P<tag></[^>]*+(?:>|\Z)"
    r"|<[a-z](?:[^\"'>]++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+(?:>|\Z))",
    re.IGNORECASE | re.DOTALL,
)
# Names and classes matter here, pictures in an attribute do not.
_MOST_TAG_CHARS = 20_000
_TAG_NAME = re.compile(r"</?[^\s/>]{1,100}")
# int() refuses thousands of digits.
_LONG_REFERENCE = re.compile(r"&#x?[0-9a-f]{9,};?", re.IGNORECASE)


@dataclass
class Node:
    """An element; its children are elements and texts in order."""

    tag: str
    attributes: dict[str, str]
    children: "list[Node | str]" = field(default_factory=list)

    def iter(self) -> "Iterator[Node]":
        """This element and all below it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.iter()

    def text(self) -> str:
        """All text in it, as written."""
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)


def parse_html(markup: str) -> Node:
    """The tree of a page or a part of one; never fails."""
    parser = _TreeParser()
    at = 0
    for found in _MARKUP.finditer(markup):
        parser.text(markup[at : found.start()])
        if found["tag"]:
            parser.tag(found["tag"])
        at = found.end()
    parser.text(markup[at:])
    return parser.root


def decode_html(data: bytes) -> tuple[str, str]:
    """The text of an HTML file by its own declaration, else judged as any file's, and a note."""
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared.group(1).decode("ascii")
        # Browsers read what is called Latin-1 as Windows-1252 (WHATWG Encoding, 4.2).
        name = "cp1252" if name.lower() in {"iso-8859-1", "latin1", "us-ascii"} else name
        try:
            return data.decode(name), ""
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


class _TreeParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("html", {})
        self._open = [self.root]

    def text(self, data: str) -> None:
        """Take text between tags."""
        if data:
            self.handle_data(unescape(_LONG_REFERENCE.sub("\ufffd", data)))

    def tag(self, tag: str) -> None:
        """Take one whole tag."""
        if len(tag) > _MOST_TAG_CHARS:
            name = _TAG_NAME.match(tag)
            tag = f"{name[0]}>" if name else ""
        self.feed(_LONG_REFERENCE.sub("\ufffd", tag))
        self.rawdata = ""  # what it takes for no whole tag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"html", "body"}:
            return
        self._close_implied(tag)
        node = Node(tag, {key: value or "" for key, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID and len(self._open) < _MAX_DEPTH:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for position in range(len(self._open) - 1, 0, -1):
            if self._open[position].tag == tag:
                if tag not in BLOCKS and any(n.tag in BLOCKS for n in self._open[position + 1 :]):
                    # "<b><p>a</b>b</p>" is one paragraph (WHATWG HTML, 13.2.6.4.7).
                    del self._open[position]
                else:
                    del self._open[position:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def _close_implied(self, tag: str) -> None:
        if tag in BLOCKS and self._open[-1].tag == "p":
            self._open.pop()
        closes = _CLOSED_BY.get(tag)
        if closes is None:
            return
        ended, borders = closes
        for position in range(len(self._open) - 1, 0, -1):
            if self._open[position].tag in borders:
                return
            if self._open[position].tag in ended:
                del self._open[position:]
                return
