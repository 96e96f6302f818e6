"""Arguments of the commands over language models."""

import argparse

from assistant.cli.arguments.shared import named


def models(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant models`, which lists them if no action is named."""
    parser.set_defaults(json=False)


def listing(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant models list`."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def use(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant models use`."""
    model = parser.add_argument(
        "model", metavar="NAME|PATH|URL", help='"default" for the embedded one'
    )
    named(model, "models")


def pull(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant models pull`."""
    model = parser.add_argument(
        "model", metavar="NAME|URL", help="a name of the list, owner/repository/file.gguf, or a URL"
    )
    named(model, "models")
    parser.add_argument("--sha256", metavar="HEX", default="", help="what its sha256 must be")
    parser.add_argument("--yes", action="store_true", help="do not ask before fetching")


def verify(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant models verify`."""
    model = parser.add_argument(
        "model", nargs="*", metavar="NAME", help="all that are here, if left out"
    )
    named(model, "models")


def tune(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant models tune`."""
    model = parser.add_argument(
        "model_name", nargs="?", metavar="NAME|PATH|URL", help="the one in use"
    )
    named(model, "models")
    parser.add_argument("--questions", metavar="FILE", help="a question set of your own")
    parser.add_argument("--documents", metavar="DIR", help="the documents that answer it")


def remove(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant models remove`."""
    named(parser.add_argument("model", metavar="NAME"), "models")
    parser.add_argument("--yes", action="store_true", help="erase without asking")
