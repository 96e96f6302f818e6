"""The commands, options and their texts as the parser has them: for completion and man page."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.cli.parser import Parser

PROGRAM = "assistant"


@dataclass(frozen=True)
class Option:
    """An option: its names, the name of its value ("" for a switch), what it may be, its text.

    `known` is the kind of names that stand for its value (cli.names), "" for none.
    """

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    text: str
    known: str = ""


@dataclass(frozen=True)
class Node:
    """A command by its words ("assistant models list"), with what may stand after them."""

    words: str
    text: str
    epilog: str
    options: tuple[Option, ...]
    arguments: tuple[Option, ...]
    below: tuple[str, ...]


def nodes(parser: argparse.ArgumentParser, words: str = PROGRAM, text: str = "") -> Iterator[Node]:
    """The parser's own node, then those of all commands below it, depth first."""
    below: dict[str, tuple[argparse.ArgumentParser, str]] = {}
    options: list[Option] = []
    arguments: list[Option] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {a.dest: a.help or "" for a in action._choices_actions}
            below |= {name: (p, texts.get(name, "")) for name, p in action.choices.items()}
        elif action.help != argparse.SUPPRESS:
            (options if action.option_strings else arguments).append(_option(action))
    if isinstance(parser, Parser):
        below |= {name: (p, _sentence(p)) for name, p in parser.below.items()}
    said = text or _sentence(parser)
    yield Node(words, said, parser.epilog or "", tuple(options), tuple(arguments), tuple(below))
    for name, (inner, its_text) in below.items():
        yield from nodes(inner, f"{words} {name}", its_text)


def _option(action: argparse.Action) -> Option:
    choices = tuple(map(str, action.choices or ()))
    value = ""
    if action.nargs != 0:
        name = action.metavar or ("|".join(choices) if choices else action.dest.upper())
        value = name if isinstance(name, str) else " ".join(name)
    known = str(getattr(action, "names", ""))
    return Option(tuple(action.option_strings), value, choices, _plain(action.help or ""), known)


def _sentence(parser: argparse.ArgumentParser) -> str:
    whole = _plain(" ".join((parser.description or "").split()))
    return whole.partition(". ")[0].rstrip(".")


def _plain(text: str) -> str:
    return text.replace("%%", "%")


def values(node: Node) -> Sequence[str]:
    """The words that may stand as an argument of a command, where they are known beforehand."""
    from assistant import settings

    known = [choice for argument in node.arguments for choice in argument.choices]
    if node.words == f"{PROGRAM} config":
        known += [s.key for s in settings.schema()]
    return known
