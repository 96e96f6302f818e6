"""Which files a person does not want read: .gitignore's rules, in that file or in one of ours.

The patterns are git's (gitignore(5)): "*" and "?" stop at slashes, "**" crosses them, a pattern
with a slash in front or inside is anchored to its folder, one that ends in a slash names folders,
"!" takes a file back, and the last pattern that fits decides. pathspec (1.1) was measured against
git: its sets cross slashes, so that "d[!0-9]*" leaves out all of a folder "d", and it takes no
class such as "[[:digit:]]".
"""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

IGNORE_FILES = (".gitignore", ".assistantignore")
# Folders of programs, not of people: thousands of files that nobody wrote.
ALWAYS = ("node_modules/", "__pycache__/", "site-packages/", "*.egg-info/")
_MAX_BYTES = 1_000_000
_MEMBER = re.compile(r"\[:(?P<name>\w+):\]|(?P<range>-)|\\?(?P<one>.)", re.DOTALL)
_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": re.escape(string.punctuation),
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}

# Parts of a pattern that stand for many: "*" and "**/".
_STAR, _DEEP = "*", "**/"
_ANY_DEPTH = "(?:[^/]*/)*?"


@dataclass(frozen=True)
class Rule:
    """A pattern as a regular expression over the path from its folder, with "/" between."""

    expression: re.Pattern[str]
    folders_only: bool
    takes_back: bool


@dataclass(frozen=True)
class Rules:
    """The rules of one folder: those of the folders above it first, each with its distance."""

    levels: tuple[tuple[int, tuple[Rule, ...]], ...] = ()

    def below(self, folder: str, names: Sequence[str]) -> "Rules":
        """The rules in `folder`, one level deeper, given the names of the files in it."""
        own = tuple(
            rule for name in IGNORE_FILES if name in names for rule in _read(Path(folder, name))
        )
        levels = tuple((distance + 1, rules) for distance, rules in self.levels)
        return Rules((*levels, (1, own))) if own else Rules(levels)

    def ignores(self, parts: Sequence[str], is_folder: bool) -> bool:
        """Tell whether an entry is left out; `parts` is its path from the root, its name last."""
        ignored = False
        for distance, rules in self.levels:
            path = "/".join(parts[-distance:])
            for rule in rules:
                if rule.takes_back == ignored and (is_folder or not rule.folders_only):
                    ignored = ignored if not rule.expression.fullmatch(path) else not ignored
        return ignored


def rules_of(patterns: Sequence[str]) -> Rules:
    """Rules that hold for a whole folder, for example a library's own patterns."""
    found = tuple(rule for p in (*ALWAYS, *patterns) if (rule := parse_rule(p)) is not None)
    return Rules(((0, found),))


def parse_rule(line: str) -> Rule | None:
    """The rule in a line of an ignore file; None for comments, blank lines and broken patterns."""
    pattern = line.rstrip("\r\n")
    if pattern.startswith("#"):
        return None
    pattern = re.sub(r"(?<!\\)[ \t]+$", "", pattern)
    takes_back = pattern.startswith("!")
    pattern = pattern[1:] if takes_back else pattern
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    anchored = "/" in pattern
    try:
        body = _expression(pattern.removeprefix("/"))
        prefix = "" if anchored else "(?:.*/)?"
        return Rule(re.compile(f"{prefix}{body}", re.DOTALL), folders_only, takes_back)
    except (re.error, ValueError):
        return None


def _expression(pattern: str) -> str:
    """A pattern as a regular expression that takes no more than the square of a path's length.

    What stands between two "*" is taken where it fits first, and so is what stands between two
    "**/": if that leads nowhere, no later place does, and none is tried. A file of patterns that
    came with a folder could else hold everything up.
    """
    parts = _parts(pattern)
    *before, last = _split(parts, _DEEP)
    made = "".join(f"(?>{_ANY_DEPTH * (n > 0)}{_flat(part)})" for n, part in enumerate(before))
    return f"{made}{_ANY_DEPTH * bool(before)}{_flat(last)}"


def _flat(parts: Sequence[str]) -> str:
    """The expression of parts among which there is no "**/"."""
    return "/".join(map(_component, _split(parts, "/")))


def _component(parts: Sequence[str]) -> str:
    """The expression of one name between slashes."""
    first, *rest = ("".join(part) for part in _split(parts, _STAR))
    if not rest:
        return first
    return first + "".join(f"(?>[^/]*?{part})" for part in rest[:-1]) + f"[^/]*{rest[-1]}"


def _split(parts: Sequence[str], border: str) -> list[list[str]]:
    """The parts between borders."""
    found: list[list[str]] = [[]]
    for part in parts:
        if part == border:
            found.append([])
        else:
            found[-1].append(part)
    return found


def _parts(pattern: str) -> list[str]:
    """A pattern as expressions of one character each, slashes, and what stands for any of them."""
    out = []
    position = 0
    while position < len(pattern):
        rest = pattern[position:]
        stars = len(rest) - len(rest.lstrip("*"))  # more than two are as good as two
        begins = position == 0 or pattern[position - 1] == "/"
        if stars > 1 and begins and rest[stars : stars + 1] == "/":
            out.append(_DEEP)
            position += stars + 1
        elif stars > 1 and begins and position and stars == len(rest):
            out.append(".+")
            position += stars
        elif stars:
            out.append(_STAR)
            position += stars
        elif rest[0] == "?":
            out.append("[^/]")
            position += 1
        elif rest[0] == "[":
            length, expression = _set(rest)
            out.append(expression)
            position += length
        elif rest[0] == "\\":
            if len(rest) == 1:
                raise ValueError("a backslash with nothing after it")
            out.append(re.escape(rest[1]))
            position += 2
        else:
            out.append(re.escape(rest[0]))
            position += 1
    return out


def _set(pattern: str) -> tuple[int, str]:
    """A set of characters ("[a-z]", "[!x]", "[[:digit:]]"): its length and its expression."""
    begin = position = 2 if pattern[1:2] in {"!", "^"} else 1
    inner = ""
    while position == begin or not pattern.startswith("]", position):
        member = _MEMBER.match(pattern, position)
        if member is None or (member["name"] and member["name"] not in _CLASSES):
            raise ValueError("a set without an end, or of unknown characters")
        inner += _CLASSES.get(member["name"]) or member["range"] or re.escape(member["one"])
        position = member.end()
    return position + 1, f"(?!/)[{'^' if begin == 2 else ''}{inner}]"


def _read(path: Path) -> tuple[Rule, ...]:
    try:
        state = path.stat()
        if state.st_size > _MAX_BYTES or not path.is_file():
            return ()
        return _parsed(str(path), state.st_mtime_ns, state.st_size)
    except OSError:
        return ()


@lru_cache(maxsize=256)
def _parsed(path: str, mtime_ns: int, size: int) -> tuple[Rule, ...]:
    text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
    return tuple(rule for line in text.splitlines() if (rule := parse_rule(line)) is not None)
