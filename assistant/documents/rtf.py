"""Rich Text Format: its words without its commands (RTF specification 1.9.1)."""

import re
from dataclasses import dataclass, replace

from assistant.documents.document import Document
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder
from assistant.errors import DocumentError

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|"
    rb"([^\\{}\r\n]+)"
)
# Groups that hold no text of the document.
_SKIPPED = frozenset(
    (
        b"fonttbl colortbl stylesheet info pict object themedata colorschememapping datastore "
        b"latentstyles listtable listoverridetable rsidtbl generator xmlnstbl header footer "
        b"headerl headerr headerf footerl footerr footerf fldinst filetbl revtbl"
    ).split()
)
_CHARACTERS = {
    b"tab": "\t", b"line": "\n", b"emdash": "\u2014", b"endash": "\u2013", b"lquote": "\u2018",
    b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"bullet": "\u2022",
    b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
# \fcharset → code page, for the charsets that are still met.
_CHARSETS = {
    128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256,
    186: 1257, 204: 1251, 222: 874, 238: 1250,
}  # fmt: skip
_MAX_DEPTH = 2_000
_STYLE = re.compile(rb"{\\s(\d{1,5})([^{}]{0,2000}?) ?([^{}\\;]{0,80});")


@dataclass(frozen=True)
class _State:
    """The state that a group inherits: skipped or not, the font, characters that follow a \\u."""

    skipped: bool = False
    font: int = 0
    fallback: int = 1
    hidden: bool = False


def parse(data: bytes, name: str) -> Document:
    """The document of a .rtf file."""
    if not data.lstrip()[:5] == b"{\\rtf":
        raise DocumentError("It is not an RTF file.")
    reader = _Reader(data)
    reader.read()
    title = re.search(rb"{\\title ([^{}\\]{1,200})}", data[:20_000])
    named = title.group(1).decode("cp1252", "replace") if title else ""
    return reader.builder.document(named or reader.builder.first_heading() or name)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = TextBuilder()
        self._data = data
        self._state = _State()
        self._stack: list[_State] = []
        self._text: list[str] = []
        self._bytes = bytearray()
        self._pending_skip = 0
        # Texts that a footnote interrupts, with the depth of its group.
        self._interrupted: list[tuple[int, list[str]]] = []
        self._notes: list[str] = []
        self._cells: list[str] = []
        self._rows: list[list[str]] = []
        self._in_table = False
        self._level = 0
        self._style_levels = _style_levels(data)
        self._code_page = _number(rb"\\ansicpg(\d+)", data, 1252)
        self._fonts = _fonts(data)

    def read(self) -> None:
        position = 0
        while position < len(self._data):
            match = _TOKEN.match(self._data, position)
            if match is None:
                position += 1
                continue
            position = match.end()
            word, number, code, symbol, brace, plain = match.groups()
            if word == b"bin":
                position += max(0, int(number or 0))
            elif brace is not None:
                self._brace(brace)
            elif code is not None:
                self._byte(int(code, 16))
            elif word is not None:
                self._word(word, None if number is None else int(number))
            elif symbol is not None:
                self._symbol(symbol)
            elif plain is not None:
                for byte in plain:
                    self._byte(byte)
        self._paragraph()
        self._table()
        self.builder.leave(1)
        for note in self._notes:
            self.builder.add(note)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._pending_skip = 0
        if brace == b"{":
            if len(self._stack) >= _MAX_DEPTH:
                raise DocumentError("Its groups are nested too deeply.")
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()
            if self._interrupted and len(self._stack) < self._interrupted[-1][0]:
                self._notes.append("".join(self._text))
                _, self._text = self._interrupted.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        if word == b"u" and number is not None:
            self._unicode(number)
            return
        self._flush()
        state = self._state
        if word == b"footnote":  # also in a group that is marked as one to skip
            self._state = replace(state, skipped=False)
            self._interrupted.append((len(self._stack), self._text))
            self._text = []
        elif word in _SKIPPED:
            self._state = replace(state, skipped=True)
        elif word == b"f" and number is not None:
            self._state = replace(state, font=number)
        elif word == b"uc" and number is not None:
            self._state = replace(state, fallback=max(0, number))
        elif word == b"v":
            self._state = replace(state, hidden=number != 0)
        elif word == b"plain":
            self._state = replace(state, hidden=False)
        elif not state.skipped:
            self._layout(word, number)

    def _layout(self, word: bytes, number: int | None) -> None:
        if word in _CHARACTERS:
            self._text.append(_CHARACTERS[word])
        elif word in {b"par", b"sect", b"page"}:
            self._paragraph()
        elif word == b"pard":
            self._in_table = False
            self._level = 0
        elif word == b"intbl":
            self._in_table = True
        elif word == b"s" and number is not None:
            self._level = self._style_levels.get(number, 0)
        elif word == b"outlinelevel" and number is not None:
            self._level = number + 1 if 0 <= number < 9 else 0
        elif word == b"cell":
            self._cells.append("".join(self._text))
            self._text.clear()
        elif word == b"row":
            self._rows.append(self._cells)
            self._cells = []

    def _symbol(self, symbol: bytes) -> None:
        self._flush()
        if symbol == b"*":  # a group for programs that know it
            self._state = replace(self._state, skipped=True)
        elif symbol in b"\r\n":
            self._layout(b"par", None)
        elif symbol in _SYMBOLS and not self._state.skipped and not self._state.hidden:
            self._text.append(_SYMBOLS[symbol])

    def _unicode(self, number: int) -> None:
        self._flush()
        if not self._state.skipped and not self._state.hidden:
            self._text.append(chr(number % 65_536))
        self._pending_skip = self._state.fallback

    def _byte(self, byte: int) -> None:
        if self._pending_skip:
            self._pending_skip -= 1
        elif not self._state.skipped and not self._state.hidden:
            self._bytes.append(byte)

    def _flush(self) -> None:
        if self._bytes:
            page = self._fonts.get(self._state.font, self._code_page)
            try:
                self._text.append(self._bytes.decode(f"cp{page}", "replace"))
            except LookupError:
                self._text.append(self._bytes.decode("cp1252", "replace"))
            self._bytes.clear()

    def _paragraph(self) -> None:
        self._flush()
        if self._in_table or self._interrupted:
            self._text.append("\n")
            return
        self._table()
        # Pairs of surrogates come as two \u commands.
        raw = "".join(self._text).encode("utf-16-le", "surrogatepass")
        text = raw.decode("utf-16-le", "replace")
        self._text.clear()
        if self._level:
            self.builder.heading(text, self._level)
        else:
            self.builder.add(text)

    def _table(self) -> None:
        if self._rows:
            self.builder.rows(readable_rows(self._rows))
            self._rows = []


def _number(pattern: bytes, data: bytes, default: int) -> int:
    found = re.search(pattern, data[:4_096])
    return int(found.group(1)) if found else default


def _fonts(data: bytes) -> dict[int, int]:
    """The code page of each font that names its charset."""
    found = re.finditer(rb"\\f(\d{1,5})(?:\\[a-z]+-?\d*)*?\\fcharset(\d{1,3})", data[:200_000])
    return {
        int(m.group(1)): _CHARSETS[int(m.group(2))] for m in found if int(m.group(2)) in _CHARSETS
    }


def _style_levels(data: bytes) -> dict[int, int]:
    """The level of each style that is called a heading or has a level of outline."""
    begin = data.find(b"{\\stylesheet")
    if begin < 0:
        return {}
    levels = {}
    for m in _STYLE.finditer(data, begin, begin + 400_000):
        outline = re.search(rb"\\outlinelevel(\d)", m.group(2))
        label = re.search(rb"(?i)heading (\d)", m.group(3))
        if label:
            levels[int(m.group(1))] = int(label.group(1))
        elif outline and int(outline.group(1)) < 9:
            levels[int(m.group(1))] = int(outline.group(1)) + 1
    return levels
