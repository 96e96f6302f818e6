"""`assistant` on a terminal: the chat, its first frame on the screen before the rest is loaded.

Importing Textual takes about 0.4 s. Until it draws, a still frame stands in its place, and keys
are kept by the terminal, unseen, for the input that will read them.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.cli import output
from assistant.errors import AssistantError

DONE = 0
_ENTER, _LEAVE = "\x1b[?1049h\x1b[2J\x1b[?25l", "\x1b[?1049l\x1b[?25h"


def run_chat(options: argparse.Namespace) -> int:
    """Open the chat; plain lines with --plain or on a terminal that cannot draw."""
    if not (output.is_terminal(sys.stdin) and output.is_terminal(sys.stdout)):
        raise AssistantError(
            "The chat needs a terminal.", 'Use `assistant ask "QUESTION"` in scripts.'
        )
    if getattr(options, "plain", False) or os.environ.get("TERM", "dumb") == "dumb":
        from assistant.cli.loop import run_loop

        return run_loop(options)
    with _still_frame() as terminal:
        from assistant.tui.app import ChatApp
        from assistant.tui.backend import Backend

        backend = Backend(options.library, options.model)
        app = ChatApp(backend)
        app.terminal_settings = terminal
        try:
            app.run()
        finally:
            backend.close()
    return app.return_code or DONE


@contextmanager
def _still_frame() -> Iterator["list[object] | None"]:
    """Show the frame of the chat until it draws itself; at the end all is as it was before.

    Gives the terminal's settings from before: what the chat has to set when it makes room for an
    editor. In between they stay those of a program that reads keys, so that none is lost.
    """
    try:
        import termios
    except ImportError:  # Windows: the chat comes up a little later
        yield None
        return
    before = termios.tcgetattr(sys.stdin)
    reading = termios.tcgetattr(sys.stdin)
    reading[0] &= ~(termios.ICRNL | termios.INLCR | termios.IXON)
    reading[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(sys.stdin, termios.TCSANOW, reading)
    sys.stdout.write(_ENTER + frame(*shutil.get_terminal_size()))
    sys.stdout.flush()
    try:
        yield before
    except BaseException:
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()
        raise
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def frame(width: int, height: int) -> str:
    """The empty chat as it will stand there: its first line and the input's box."""
    inner = max(0, width - 4)
    top = max(2, height - 3)
    line = "\u2500" * inner
    hint = "Ask about your documents \u2026"[: max(0, inner - 3)]
    return (
        "\x1b[1;3Hassistant  \u00b7  Starting \u2026"
        f"\x1b[{top};2H\u256d{line}\u256e"
        f"\x1b[{top + 1};2H\u2502 \x1b[2m{hint:<{max(0, inner - 1)}}\x1b[0m\u2502"
        f"\x1b[{top + 2};2H\u2570{line}\u256f"
    )
