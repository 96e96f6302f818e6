"""The parser of the whole command line, made from the table of commands."""

import argparse
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from assistant import __version__
from assistant.cli.arguments.shared import named
from assistant.cli.commands import COMMANDS, Command
from assistant.cli.names import KINDS, names

_EXAMPLES = """examples:
  assistant                          the chat
  assistant ask "Who ordered the march?"
  assistant add ~/notes report.md    read files and folders into the library
  assistant sync                     follow what changed in them since
  assistant sources                  what is in the library
  assistant check draft.md           hold every sentence of a text against them
  assistant search "peace talks"     the passages a question would be answered from
  assistant ask --jsonl < questions.jsonl > answers.jsonl
  assistant eval questions.jsonl --documents folder
  assistant models list              the language models, and how to use others

exit status: 0 answered, 1 the documents do not answer it, 2 an error.
Everything is kept in ASSISTANT_HOME; nothing leaves this machine."""


class Parser(argparse.ArgumentParser):
    """A parser; what begins with a word of `below` is parsed by that word's own (`eval init`)."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.below: dict[str, argparse.ArgumentParser] = {}

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, or have the parser below parse what follows its word."""
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


def parser() -> Parser:
    """The parser; `run` of what it parses names the command's function."""
    made = Parser(
        prog="assistant",
        description="Answers questions about your own documents, offline, with checked quotes.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_everywhere()],
    )
    made.add_argument("--version", action="version", version=f"assistant {__version__}")
    _add_printed(made)
    made.add_argument(
        "--incognito", action="store_true", help="the chat, and nothing of it is written"
    )
    made.set_defaults(
        run="chat.run_chat", library="default", model=None, plain=False, verbose=False
    )
    below = made.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS:
        _fill(below.add_parser(command.name, help=command.text, **_shown(command)), command)
    return made


def _shown(command: Command) -> dict[str, Any]:
    number = "examples" if "\n" in command.example else "example"
    return {
        "description": _sentence(command.text),
        "epilog": f"{number}:\n  {command.example}",
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "parents": [_everywhere(models=command.several_models)],
    }


def _fill(made: Parser, command: Command) -> None:
    made.set_defaults(run=command.run)
    command.arguments(made)
    if command.actions:
        actions = made.add_subparsers(title="what to do", metavar="ACTION")
        for action in command.actions:
            text = action.text
            _fill(actions.add_parser(action.name, help=text, description=_sentence(text)), action)
    for word in command.words:
        made.below[word.name] = own = Parser(prog=f"{made.prog} {word.name}", **_shown(word))
        _fill(own, word)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _everywhere(*, models: bool = False) -> Parser:
    """The options that may stand before the command or after it.

    Made anew for each parser: argparse shares the options of a parent, and a default set for the
    outer one would then undo what stood before the command. With `models`, several may be named.
    """
    shared = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    library = shared.add_argument("--library", metavar="NAME", help="the library to use")
    named(library, "libraries")
    model = shared.add_argument(
        "--model",
        action="append" if models else "store",
        metavar="NAME|PATH|URL",
        help="the language model: a name of `assistant models list`, a GGUF file, the URL of an "
        'OpenAI-compatible endpoint, or "none" for quotes alone'
        + ("; several are compared" if models else ""),
    )
    named(model, "models")
    shared.add_argument(
        "--verbose",
        action="store_true",
        help="log what is done to stderr and to ASSISTANT_HOME/log, without your texts",
    )
    return shared


class _Printed(argparse.Action):
    """Prints what `lines` makes of the whole parser and the value, and ends as --help does."""

    def __init__(
        self,
        *args: Any,
        lines: Callable[[argparse.ArgumentParser, Any], Sequence[str]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self._lines = lines

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        _namespace: Any,
        value: Any,
        _option: str | None = None,
    ) -> None:
        """Print the lines."""
        from assistant.cli import output

        for line in self._lines(parser, value):
            output.say(line)
        parser.exit()


def _script(parser: argparse.ArgumentParser, shell: str) -> list[str]:
    from assistant.cli import completion

    return [completion.script(parser, shell).rstrip()]


def _man_page(parser: argparse.ArgumentParser, _value: Any) -> list[str]:
    from assistant.cli import man_page

    return [man_page.page(parser).rstrip()]


def _add_printed(parser: argparse.ArgumentParser) -> None:
    """Add --completion and --man, whose texts are made from the parser itself."""
    parser.add_argument(
        "--completion",
        action=_Printed,
        lines=_script,
        choices=("bash", "zsh", "fish"),
        help='print the shell\'s completion script: eval "$(assistant --completion bash)"',
    )
    parser.add_argument(
        "--names",
        action=_Printed,
        lines=lambda _, kind: names(kind),
        choices=KINDS,
        help=argparse.SUPPRESS,
        metavar="KIND",
    )
    parser.add_argument(
        "--man", action=_Printed, lines=_man_page, nargs=0, help="print the man page"
    )
