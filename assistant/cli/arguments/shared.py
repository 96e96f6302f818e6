"""Arguments that several commands have, and the values that they take."""

import argparse

from assistant.cli.names import Kind


def scope(parser: argparse.ArgumentParser) -> None:
    """Add --in, --since and --until."""
    parser.add_argument(
        "--in",
        action="append",
        default=[],
        dest="places",
        metavar="PATH|GLOB",
        help="only documents of this file, folder or pattern; may be repeated",
    )
    parser.add_argument(
        "--since",
        metavar="DATE",
        help="only documents that were written, or else changed, on this day or later: 2024,"
        " 2024-05, 2024-05-31",
    )
    parser.add_argument("--until", metavar="DATE", help="only those of this day or before")


def wait(writer: argparse.ArgumentParser) -> None:
    """Add --wait and --no-wait."""
    waiting = writer.add_mutually_exclusive_group()
    waiting.add_argument(
        "--wait",
        action="store_false",
        dest="no_wait",
        help="wait for another process that changes the library (the default)",
    )
    waiting.add_argument("--no-wait", action="store_true", help="fail at once instead")


def positive(text: str) -> int:
    """A number above 0. Raises ArgumentTypeError."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def named(action: argparse.Action, kind: Kind) -> None:
    """Have shells complete the value of an argument with the names of a kind."""
    vars(action)["names"] = kind
