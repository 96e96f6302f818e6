"""What is typed before the chat is there is kept as it was typed."""

import pytest

from assistant.cli.first_frame import after, frame


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
