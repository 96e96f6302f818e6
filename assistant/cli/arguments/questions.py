"""Arguments of the commands that answer: chat, ask, search, check."""

import argparse

from assistant.cli.arguments.shared import positive, scope


def chat(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant chat`."""
    parser.add_argument(
        "--plain", action="store_true", help="in plain lines, for screen readers and dumb terminals"
    )
    parser.add_argument(
        "--web",
        action="store_true",
        help="in a browser of this machine, at an address with a token",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="with --web, where it listens (default: a free port)"
    )
    parser.add_argument(
        "--incognito",
        action="store_true",
        default=argparse.SUPPRESS,
        help="write nothing of the conversation",
    )


def ask(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant ask`."""
    parser.add_argument(
        "question", nargs="*", metavar="QUESTION", help="read from stdin if left out"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="the answer as a JSON object")
    how.add_argument(
        "--jsonl",
        action="store_true",
        help="a question a line on stdin, an answer a line on stdout",
    )
    scope(parser)
    parser.add_argument(
        "--timings", action="store_true", help="show where the time went, on stderr"
    )


def search(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant search`."""
    parser.add_argument("query", nargs="+", metavar="QUERY")
    parser.add_argument("--json", action="store_true", help="as JSON")
    scope(parser)
    parser.add_argument("--limit", type=positive, default=5, help="how many (default: 5)")


def check(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant check`."""
    parser.add_argument(
        "file", metavar="FILE", help="the text, in any format that can be added; - for stdin"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="as JSON")
    how.add_argument(
        "--jsonl",
        action="store_true",
        help='a statement a line in (text, or JSON with "statement" and perhaps "evidence", which'
        " it is then held against alone), a finding a line out",
    )
    parser.add_argument("--html", metavar="FILE", help="write the findings as a page to read")
