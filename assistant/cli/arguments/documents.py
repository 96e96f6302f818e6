"""Arguments of the commands over documents: add, sync, remove, sources, libraries."""

import argparse

from assistant.cli.arguments.shared import named, wait


def add(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant add`."""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH|URL",
        help="a file or folder, or the address of one web page or PDF, which is fetched now",
    )
    _watch(parser)
    wait(parser)


def sync(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant sync`."""
    _watch(parser)
    parser.add_argument(
        "--reindex",
        action="store_true",
        help="read and index again what another embedder or a new version would change",
    )
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="fetch the pages again that were added by their address",
    )
    wait(parser)


def _watch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--watch", action="store_true", help="go on and follow every change, until Ctrl-C"
    )


def remove(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant remove`."""
    parser.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="a path, folder or file name, a URL"
    )
    wait(parser)


def sources(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant sources`."""
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--skipped", action="store_true", help="list the files that were not read, and why"
    )
    parser.add_argument(
        "--alike", action="store_true", help="the documents that are nearly the same as another"
    )


def libraries(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant libraries`."""
    words = parser.add_argument(
        "words",
        nargs="*",
        metavar="ACTION",
        help="list; copy NAME NEW; rename NAME NEW; delete NAME --yes; export NAME FILE; "
        "import FILE NAME; set exclude|model|description VALUE",
    )
    named(words, "libraries")
    parser.add_argument("--json", action="store_true", help="the list as JSON")
    parser.add_argument("--yes", action="store_true", help="delete without asking again")
