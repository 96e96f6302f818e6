"""The chat's first frame, on the screen before Textual is imported, which takes half a second.

What is typed meanwhile is shown in the frame's box and handed to the chat.
"""

import codecs
import os
import re
import select
import shutil
import sys
import threading
from types import TracebackType

from assistant.cli.output import columns, padded

_ENTER, _LEAVE = "\x1b[?1049h\x1b[2J", "\x1b[?1049l\x1b[?25h"
_HINT = "Ask about your documents \u2026"
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?")
_LOOK_EVERY_S = 0.01


class FirstFrame:
    """Holds the terminal until the chat draws itself; at the end all is as it was before.

    `before` are the terminal's settings from before, None where there are none (Windows). Until
    the end they stay those of a program that reads keys, so that none is lost in between.
    """

    def __init__(self) -> None:
        self.before: list[object] | None = None
        self._typed = ""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="first frame", daemon=True)

    def __enter__(self) -> "FirstFrame":
        try:
            import termios
        except ImportError:  # Windows: the chat comes up a little later
            return self
        self.before = termios.tcgetattr(sys.stdin)
        reading = termios.tcgetattr(sys.stdin)
        reading[0] &= ~(termios.ICRNL | termios.INLCR | termios.IXON)
        reading[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(sys.stdin, termios.TCSANOW, reading)
        _write(_ENTER + frame(*shutil.get_terminal_size()) + _box_text("", _HINT))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.finish()
        if self.before is None:
            return
        import termios

        if error is not None:
            _write(_LEAVE)
        termios.tcsetattr(sys.stdin, termios.TCSANOW, self.before)  # type: ignore[arg-type]

    def finish(self) -> str:
        """Stop listening; what was typed until now, each Enter as a carriage return."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        return self._typed

    def _listen(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        keys = sys.stdin.fileno()
        while not self._done.is_set():
            if select.select([keys], [], [], _LOOK_EVERY_S)[0]:
                data = os.read(keys, 1024)
                if not data:
                    return
                self._typed = after(self._typed, decoder.decode(data))
                _write(_box_text(self._typed.rsplit("\r", 1)[-1], _HINT))


def after(typed: str, keys: str) -> str:
    """The typed text after some more keys: Backspace takes one back, other commands are ignored."""
    for c in _ESCAPES.sub("", keys):
        if c in "\x7f\x08":
            typed = typed[:-1]
        elif c == "\r" or c.isprintable():
            typed += c
    return typed


def frame(width: int, height: int) -> str:
    """The empty chat as it will stand there: its first line and the input's box."""
    line = "\u2500" * max(0, width - 4)
    top = max(2, height - 3)
    return (
        "\x1b[1;3Hassistant  \u00b7  Starting \u2026"
        f"\x1b[{top};2H\u256d{line}\u256e"
        f"\x1b[{top + 1};2H\u2502\x1b[{top + 1};{width - 1}H\u2502"
        f"\x1b[{top + 2};2H\u2570{line}\u256f"
    )


def _box_text(text: str, hint: str) -> str:
    """The end of the typed text in the box, the cursor behind it; the hint where there is none."""
    width, height = shutil.get_terminal_size()
    room = max(0, width - 6)
    shown = text[-room:] if room else ""
    while columns(shown) > room:
        shown = shown[1:]
    row = max(3, height - 2)
    rest = f"\x1b[2m{hint[:room]:<{room}}\x1b[0m" if not text else padded("", room - columns(shown))
    return f"\x1b[{row};4H{shown}{rest}\x1b[{row};{4 + columns(shown)}H"


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
