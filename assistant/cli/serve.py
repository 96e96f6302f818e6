"""`assistant serve` and `assistant mcp`: the library for other programs."""

import argparse
import socket

from assistant import offline, settings
from assistant.async_assistant import AsyncAssistant
from assistant.cli import extras, output
from assistant.cli.session import opened
from assistant.errors import AssistantError

DONE = 0


def run_serve(options: argparse.Namespace) -> int:
    """Serve OpenAI's interface until Ctrl-C."""
    extras.need("starlette", "serve")
    given = settings.load()
    host = given.serve_host if options.host is None else options.host
    port = given.serve_port if options.port is None else options.port
    from assistant.server.admission import Admission, kept_token
    from assistant.server.connections import server
    from assistant.server.openai_api import Serving, app

    token, file = kept_token()
    _prepare(options)
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise AssistantError(
            f"{host}:{port} cannot be listened on: {error.strerror}.", "Choose another --port."
        ) from error
    assistant = AsyncAssistant(options.library, model=options.model)
    place = ":".join(map(str, listening.getsockname()[:2]))
    output.tell(f"Serving the library {options.library!r} at http://{place}/v1 (Ctrl-C ends).")
    if file is not None:
        output.tell(f"The token, as a client's API key: {token} (kept in {file})")
    if not offline.is_local(host):
        output.tell("Other machines can reach it, and what they send and get is not encrypted.")
    serving = Serving(assistant, options.library, Admission(token, host), output.tell)
    server(app(serving)).run(sockets=[listening])
    return DONE


def run_mcp(options: argparse.Namespace) -> int:
    """Serve MCP on stdin and stdout until stdin ends."""
    extras.need("mcp", "mcp")
    from assistant.server.mcp_api import server

    _prepare(options)
    assistant = AsyncAssistant(options.library, model=options.model)
    server(assistant, output.tell).run("stdio")
    return DONE


def _prepare(options: argparse.Namespace) -> None:
    """Index the shipped documents into an empty default library, and finish what was stopped."""
    with opened(options, llm=False):
        return
