"""The man page assistant(1), written from the parser (`assistant --man`)."""

import argparse
from collections.abc import Iterator, Sequence

from assistant import __version__, settings
from assistant.cli.command_tree import Node, Option, nodes

_FILES = (
    ("ASSISTANT_HOME", "the folder that holds libraries, conversations, models and settings.toml"),
    ("ASSISTANT_LLM_KEY", "the key of the endpoint that is set as the language model"),
    ("ASSISTANT_SERVE_TOKEN", "the token that `assistant serve` asks for"),
)


def page(parser: argparse.ArgumentParser) -> str:
    """The page as roff, with the man macros."""
    tree = list(nodes(parser))
    lines = [
        f'.TH ASSISTANT 1 "" "assistant {__version__}" "User Commands"',
        ".SH NAME",
        f"assistant \\- {_text(_lower(tree[0].text))}",
        ".SH SYNOPSIS",
        ".B assistant",
        "[\\fICOMMAND\\fR] [\\fIOPTION\\fR]\\&...",
        ".SH OPTIONS",
        *_options(tree[0].options),
        ".SH COMMANDS",
    ]
    # `chat --plain` and the like; help and the options of everywhere are said once, above.
    common = {option.names for option in tree[0].options}
    for node in tree[1:]:
        lines += _command(node, common)
    lines += [".SH SETTINGS", _text("See `assistant config`. Each may be set by a variable, too.")]
    for known in settings.schema():
        lines += [".TP", f"\\fB{_text(known.key)}\\fR, \\fB{known.variable}\\fR", _text(known.text)]
    lines.append(".SH ENVIRONMENT")
    for name, text in _FILES:
        lines += [".TP", f"\\fB{name}\\fR", _text(text)]
    if tree[0].epilog:
        lines += [".SH NOTES", ".nf", *map(_text, tree[0].epilog.splitlines()), ".fi"]
    return "\n".join(lines) + "\n"


def _command(node: Node, common: set[tuple[str, ...]]) -> Iterator[str]:
    arguments = " ".join(f"\\fI{_text(a.value)}\\fR" for a in node.arguments)
    yield f".SS {_text(node.words)} {arguments}".rstrip()
    yield _text(node.text)
    told = [argument for argument in node.arguments if argument.text]
    yield from _options([*told, *(o for o in node.options if o.names not in common)])


def _options(options: Sequence[Option]) -> Iterator[str]:
    for option in options:
        names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
        value = f"\\fI{_text(option.value)}\\fR" if option.value else ""
        yield ".TP"
        yield f"{names} {value}".strip()
        yield _text(option.text)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _text(text: str) -> str:
    """As roff takes it: no backslash, no hyphen that becomes a dash, no control line."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("\u2026", "...")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
