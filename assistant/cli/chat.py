"""`assistant` on a terminal: the chat; plain lines where a terminal cannot draw it."""

import argparse
import gc
import os
import socket
import sys

from assistant.cli import extras, output
from assistant.errors import AssistantError

DONE = 0
# Textual's name for a terminal at the other end of a pipe.
_WEB_DRIVER = ":WebDriver"


def run_chat(options: argparse.Namespace) -> int:
    """Open the chat; plain lines with --plain or on a terminal that cannot draw; with --web in a
    browser.
    """
    if getattr(options, "web", False):
        return _serve(options)
    if os.environ.get("TEXTUAL_DRIVER", "").endswith(_WEB_DRIVER):
        return _draw_in_browser(options)
    if not (output.is_terminal(sys.stdin) and output.is_terminal(sys.stdout)):
        raise AssistantError(
            "The chat needs a terminal.", 'Use `assistant ask "QUESTION"` in scripts.'
        )
    if getattr(options, "plain", False) or os.environ.get("TERM", "dumb") == "dumb":
        from assistant.cli.loop import run_loop

        return run_loop(options)
    return _draw(options)


def _serve(options: argparse.Namespace) -> int:
    """Serve the chat on loopback until Ctrl-C."""
    extras.need("textual_serve", "web")
    from assistant.server.web_chat import WebChat

    try:
        listening = socket.create_server(("127.0.0.1", options.port))
    except OSError as error:
        raise AssistantError(
            f"Port {options.port} cannot be listened on: {error.strerror}.",
            "Choose another --port.",
        ) from error
    given = ["--library", options.library]
    given += ["--model", options.model] if options.model else []
    given += ["--incognito"] if options.incognito else []
    chat = WebChat(["chat", *given], listening)
    output.tell(f"Open {chat.url} in a browser of this machine. Ctrl-C ends.")
    chat.run()
    return DONE


def _draw_in_browser(options: argparse.Namespace) -> int:
    """Be one chat of a server: its terminal is the pipe on stdin and stdout."""
    from assistant.cli import hangup
    from assistant.tui.app import ChatApp
    from assistant.tui.backend import Backend

    hangup.end_with_terminal(sys.stdin.fileno())
    backend = Backend(options.library, options.model)
    try:
        ChatApp(backend, incognito=options.incognito).run()
    finally:
        backend.close()
    return DONE


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
