"""Arguments of the commands over the program itself: config, sessions, serve, doctor."""

import argparse

from assistant.cli.arguments.shared import named


def config(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant config`."""
    parser.add_argument(
        "action", nargs="?", choices=["show", "get", "set", "unset", "path"], default="show"
    )
    parser.add_argument("key", nargs="?", metavar="KEY")
    parser.add_argument("value", nargs="?", metavar="VALUE")
    parser.add_argument("--json", action="store_true", help="as JSON")


def sessions(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant sessions`."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=["list", "show", "search", "export", "rename", "delete"],
        default="list",
    )
    words = parser.add_argument(
        "words",
        nargs="*",
        metavar="ID|WORDS",
        help="a conversation, by the start of its id",
    )
    named(words, "sessions")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def serve(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant serve`."""
    parser.add_argument("--host", help="where to listen (default: the setting serve.host)")
    parser.add_argument("--port", type=int, help="the port, 0 for any that is free")


def doctor(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant doctor`."""
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired")
    parser.add_argument(
        "--privacy",
        action="store_true",
        help="show what is kept on the disk, and what may leave this machine",
    )
    parser.add_argument(
        "--licences", action="store_true", help="all dependencies and weights with their licences"
    )
    parser.add_argument(
        "--forget", action="store_true", help="erase all saved conversations, for good"
    )
    parser.add_argument("--yes", action="store_true", help="erase without asking")
    parser.add_argument("--json", action="store_true", help="as JSON")
