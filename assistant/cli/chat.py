"""`assistant` on a terminal: the chat; plain lines where a terminal cannot draw it."""

import argparse
import gc
import os
import sys

from assistant.cli import output
from assistant.errors import AssistantError

DONE = 0


def run_chat(options: argparse.Namespace) -> int:
    """Open the chat; plain lines with --plain or on a terminal that cannot draw."""
    if not (output.is_terminal(sys.stdin) and output.is_terminal(sys.stdout)):
        raise AssistantError(
            "The chat needs a terminal.", 'Use `assistant ask "QUESTION"` in scripts.'
        )
    if getattr(options, "plain", False) or os.environ.get("TERM", "dumb") == "dumb":
        from assistant.cli.loop import run_loop

        return run_loop(options)
    return _draw(options)


def _draw(options: argparse.Namespace) -> int:
    from assistant.cli import hangup
    from assistant.cli.first_frame import FirstFrame

    if options.verbose:
        from assistant import logs

        logs.hide()
    hangup.end_with_terminal(sys.stdin.fileno())
    with FirstFrame() as first:
        # Nothing made by an import is garbage: collecting in between costs 30 ms.
        gc.disable()
        from assistant.tui.app import ChatApp
        from assistant.tui.backend import Backend

        gc.freeze()
        gc.enable()
        backend = Backend(options.library, options.model)
        app = ChatApp(backend, incognito=options.incognito)
        app.terminal_settings = first.before
        app.typed_before = first.finish()
        try:
            app.run()
        finally:
            backend.close()
    return app.return_code or DONE
