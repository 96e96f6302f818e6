"""Pictures of screens as text: the characters, and which style each of them has in each theme.

A picture is a file under tui/snapshots/: the rows of the screen, then for each theme its styles with a
letter each and the rows in letters ("12a3b": twelve cells of style a, three of b). Dates, times and
identifiers are replaced, so that it is the same each time.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from string import ascii_letters, digits

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

from assistant.tui.app import ChatApp

FOLDER = Path(__file__).parent / "tui" / "snapshots"
THEMES = ("textual-dark", "textual-light", "high-contrast")
_TIME = re.compile(r"\b20\d\d-\d\d-\d\d( \d\d:\d\d)?\b")


async def picture(pilot: Pilot[None], app: ChatApp) -> str:
    """The screen as it is, in each theme."""
    blocks = []
    for theme in THEMES:
        app.theme = theme
        await pilot.pause(0.05)
        rows = app.screen._compositor.render_strips()
        if not blocks:
            blocks.append("\n".join(_text(row) for row in rows))
        blocks.append(f"[{theme}]\n{_styles(rows)}")
    return "\n\n".join(blocks) + "\n"


def _text(row: Sequence[Segment]) -> str:
    text = "".join(segment.text for segment in row)
    return _TIME.sub(lambda found: "2000-01-01 00:00"[: len(found[0])], text).rstrip()


def _styles(rows: Sequence[Sequence[Segment]]) -> str:
    letters: dict[str, str] = {}
    names = iter(ascii_letters + digits + "!#$%&*+-/=?@^_~")
    lines = []
    for row in rows:
        cells = [(_look(s.style), cell_len(s.text)) for s in row]
        line = ""
        for look, run in groupby(cells, key=lambda cell: cell[0]):
            if look not in letters:
                letters[look] = next(names)
            line += f"{sum(length for _, length in run)}{letters[look]}"
        lines.append(line)
    legend = "\n".join(f"{letter} {look}" for look, letter in letters.items())
    return "\n".join([legend, *lines])


def _look(style: Style | None) -> str:
    if style is None:
        return "none"
    kinds = ("bold", "dim", "italic", "underline", "reverse", "strike")
    flags = [kind for kind in kinds if getattr(style, kind)]
    front = style.color.get_truecolor().hex if style.color else "default"
    back = style.bgcolor.get_truecolor().hex if style.bgcolor else "default"
    return " ".join([front, "on", back, *flags])


def compare(name: str, taken: str, failed: Path, *, write: bool) -> str:
    """What differs from the stored picture, in a sentence; "" if nothing. `write` stores it."""
    stored = FOLDER / f"{name}.txt"
    if write:
        FOLDER.mkdir(exist_ok=True)
        stored.write_text(taken, encoding="utf-8")
        return ""
    before = stored.read_text(encoding="utf-8") if stored.exists() else ""
    if taken == before:
        return ""
    at = failed / f"{name}.txt"
    at.write_text(taken, encoding="utf-8")
    pairs = enumerate(zip(before.splitlines(), taken.splitlines(), strict=False), start=1)
    line = next((i for i, (a, b) in pairs if a != b), 0)
    return f"{name} is another from line {line} on: diff {stored} {at}; see also {at.stem}.svg"
