"""Completion scripts for bash, zsh and fish, written from the parser (`assistant --completion`)."""

import argparse
from collections.abc import Sequence

from assistant.cli.command_tree import PROGRAM, Node, Option, nodes, values

SHELLS = ("bash", "zsh", "fish")

_BASH = """_assistant() {{
    local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}"
    local at="{program}" words="" word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$at $word" in
            {commands}) at="$at $word" ;;
        esac
    done
    COMPREPLY=()
    case "$at $prev" in
{taking}
    esac
    case "$at" in
{offered}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -o default -F _assistant {program}
"""
_FISH = """function __assistant_at
    set -l at {program}
    for word in (commandline -opc)[2..]
        switch "$at $word"
            case {commands}
                set at "$at $word"
        end
    end
    test "$at" = "$argv"
end
"""


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script of a shell of SHELLS, to be evaluated by it when it starts."""
    tree = list(nodes(parser))
    if shell == "fish":
        return _fish(tree)
    bash = _bash(tree)
    return bash if shell == "bash" else f"autoload -U +X bashcompinit && bashcompinit\n{bash}"


def _bash(tree: Sequence[Node]) -> str:
    taking, offered = [], []
    for node in tree:
        names = [name for option in node.options for name in option.names]
        words = [*node.below, *values(node), *names]
        words += [_asked_for(argument) for argument in node.arguments if argument.known]
        offered.append(f'        "{node.words}") words="{" ".join(words)}" ;;')
        for option in node.options:
            if option.value:
                place = "|".join(f'"{node.words} {name}"' for name in option.names)
                words = [*option.choices, *filter(None, [_asked_for(option)])]
                # Without any the shell completes file names by itself.
                reply = f'COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$cur")); '
                taking.append(f"        {place}) {reply if words else ''}return ;;")
    return _BASH.format(
        program=PROGRAM,
        commands="|".join(f'"{node.words}"' for node in tree[1:]),
        taking="\n".join(taking),
        offered="\n".join(offered),
    )


def _asked_for(option: Option) -> str:
    """The shell's question for the names that stand for a value; "" where there are none."""
    return f"$({PROGRAM} --names {option.known} 2>/dev/null)" if option.known else ""


def _fish(tree: Sequence[Node]) -> str:
    commands = " ".join(_quoted(node.words) for node in tree[1:])
    lines = [_FISH.format(program=PROGRAM, commands=commands)]
    texts = {node.words: node.text for node in tree}
    for node in tree:
        here = f"complete -c {PROGRAM} -n {_quoted(f'__assistant_at {node.words}')}"
        for name in node.below:
            lines.append(f"{here} -a {name} -d {_quoted(texts[f'{node.words} {name}'])}")
        known = filter(None, map(_fish_asks, node.arguments))
        if found := [*values(node), *known]:
            lines.append(f"{here} -a {_quoted(' '.join(found))}")
        for option in node.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            words = [*option.choices, *filter(None, [_fish_asks(option)])]
            takes = f" -r -a {_quoted(' '.join(words))}" if words else ""
            takes = takes or (" -r" if option.value else "")
            lines.append(f"{here} {names}{takes} -d {_quoted(option.text)}")
    return "\n".join(lines) + "\n"


def _fish_asks(option: Option) -> str:
    return f"({PROGRAM} --names {option.known} 2>/dev/null)" if option.known else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
