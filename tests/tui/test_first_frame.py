"""What is typed before the chat is there is kept as it was typed."""

import pytest

from assistant.cli.first_frame import _box_text, after, frame
from assistant.cli.output import columns, cut, padded


@pytest.mark.parametrize(
    ("keys", "typed"),
    [
        ("Who?\r", "Who?\r"),
        ("Whp\x7fo?", "Who?"),
        ("a\x1b[Ab\x1bOPc\x04", "abc"),
        ("\u65e5\u672c", "\u65e5\u672c"),
        ("\x7f\x7f", ""),
    ],
)
def test_keys_become_text(keys: str, typed: str) -> None:
    assert after("", keys) == typed


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (1, 1)])
def test_the_frame_fits_the_terminal(size: tuple[int, int]) -> None:
    assert frame(*size).count("\u2500") == 2 * max(0, size[0] - 4)


def test_wide_letters_take_two_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (columns("ab"), columns("\u65e5\u672c"), columns("e\u0301")) == (2, 4, 1)
    assert padded("\u65e5\u672c", 6) == "\u65e5\u672c  "
    assert (cut("\u65e5\u672c", 3), cut("abc", 2)) == ("\u65e5", "ab")
    monkeypatch.setenv("COLUMNS", "12")
    monkeypatch.setenv("LINES", "10")
    # Six columns of room: three letters of the four, and the cursor behind them.
    assert _box_text("\u65e5\u672c\u8a9e\u306e", "") == ("\x1b[8;4H\u672c\u8a9e\u306e\x1b[8;10H")
