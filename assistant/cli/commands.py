"""Commands of two words, such as `assistant eval init`, beside one that takes an argument."""

import argparse
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any


class Command(argparse.ArgumentParser):
    """A command; one whose first word is in `below` is a command of its own (`eval init`)."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.below: dict[str, argparse.ArgumentParser] = {}

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, or have the command below parse what follows its word."""
        if args and args[0] in self.below:
            return self.below[args[0]].parse_known_args(args[1:], namespace)
        return super().parse_known_args(args, namespace)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """As argparse's, and with what was probably meant."""
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        near = get_close_matches(str(value), known, n=1)
        said = f"did you mean {near[0]}?" if near else f"choose from {', '.join(known)}"
        raise argparse.ArgumentError(action, f"invalid choice: {str(value)!r} ({said})")


def eval_init_parser(
    run: Callable[[argparse.Namespace], int], shared: Command, positive: Callable[[str], int]
) -> Command:
    """The parser of `assistant eval init`; `shared` has the options that stand everywhere."""
    init = Command(
        prog="assistant eval init",
        description="Write a question set to fill in: sentences from all over your documents, each"
        " with its\nsource, for you to write questions to; every third for a question that your"
        " documents\ndo not answer. `assistant eval` then asks those that are filled in.",
        epilog="examples:\n  assistant eval init\n  assistant eval init mine.csv --documents notes",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    init.add_argument(
        "file",
        nargs="?",
        default="questions.jsonl",
        metavar="FILE",
        help="where to (default: questions.jsonl); .csv for a spreadsheet",
    )
    init.add_argument(
        "--number", type=positive, default=30, help="how many questions (default: 30)"
    )
    init.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another number is another choice"
    )
    init.add_argument(
        "--documents", metavar="DIR", help="ask about these files instead of the library"
    )
    init.add_argument("--force", action="store_true", help="write over a file that is there")
    init.set_defaults(run=run)
    return init
