"""`assistant serve` and `assistant mcp`: the library for other programs."""

import argparse
import os
import socket
from importlib.util import find_spec

from assistant import offline, settings
from assistant.api import AsyncAssistant
from assistant.cli import output
from assistant.cli.session import opened
from assistant.errors import AssistantError

DONE = 0
TOKEN_VARIABLE = "ASSISTANT_SERVE_TOKEN"


def run_serve(options: argparse.Namespace) -> int:
    """Serve OpenAI's interface until Ctrl-C."""
    _need("starlette", "serve")
    given = settings.load()
    host = given.serve_host if options.host is None else options.host
    port = given.serve_port if options.port is None else options.port
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token and not offline.is_local(host):
        raise AssistantError(
            f"{host} can be reached by other machines, which needs a token.",
            f"Put one into the environment variable {TOKEN_VARIABLE}.",
        )
    import uvicorn

    from assistant.serving.openai_server import Serving, app

    _prepare(options)
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise AssistantError(
            f"{host}:{port} cannot be listened on: {error.strerror}.", "Choose another --port."
        ) from error
    assistant = AsyncAssistant(options.library, model=options.model)
    config = uvicorn.Config(
        app(Serving(assistant, options.library, token)),
        log_level="warning",
        access_log=False,  # questions would be in it
        timeout_graceful_shutdown=5,
    )
    place = ":".join(map(str, listening.getsockname()[:2]))
    output.tell(f"Serving the library {options.library!r} at http://{place}/v1 (Ctrl-C ends).")
    uvicorn.Server(config).run(sockets=[listening])
    return DONE


def run_mcp(options: argparse.Namespace) -> int:
    """Serve MCP on stdin and stdout until stdin ends."""
    _need("mcp", "mcp")
    from assistant.serving.mcp_server import server

    _prepare(options)
    server(AsyncAssistant(options.library, model=options.model)).run("stdio")
    return DONE


def _prepare(options: argparse.Namespace) -> None:
    """Index the shipped documents into an empty default library, and finish what was stopped."""
    with opened(options, llm=False):
        return


def _need(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise AssistantError(
            f"The extra {extra!r} is not installed.",
            f'In the folder of the assistant\'s source run `uv tool install ".[{extra}]"`, or '
            f"`uv run --extra {extra} assistant \u2026`.",
        )
