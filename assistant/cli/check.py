"""`assistant check`: every sentence of a text, or a statement a line, held against documents."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assistant import formatting
from assistant.answering.checker import FINDINGS, Checked, Checker, against
from assistant.answering.verifier import Verifier
from assistant.assistant import Assistant
from assistant.cli import check_page, json_lines, output
from assistant.cli.answers import located
from assistant.cli.session import opened
from assistant.documents.sandbox import Sandbox
from assistant.engines.models import NO_MODEL
from assistant.errors import AssistantError, DocumentError, QuestionError
from assistant.printable import safe_line

SUPPORTED, NOT_SUPPORTED, FAILED = 0, 1, 2
STDIN = "-"
_MAX_BYTES = 20_000_000
_INDENT = " " * 14


def run_check(options: argparse.Namespace) -> int:
    """Check a text or the statements of its lines; 1 if one of a text's is not supported."""
    if options.jsonl:
        if options.html:
            raise QuestionError("--html is for a whole text.", "Leave --jsonl out.")
        return _check_lines(options)
    text = _text(options.file)
    with opened(options, llm=False) as assistant:
        checker = assistant.checker()
        found = _found(checker, text) if options.json else check_text(checker, text)
    name = "stdin" if options.file == STDIN else Path(options.file).name
    if options.json:
        output.say_json(_as_json(name, found), indent=1)
    if options.html:
        Path(options.html).write_text(check_page.page(name, found), encoding="utf-8")
    return SUPPORTED if all(c.support == "supported" for c in found) else NOT_SUPPORTED


def check_text(checker: Checker, text: str) -> list[Checked]:
    """Check a text and print each finding as it comes, then how many there are of each.

    Raises QuestionError if nothing is stated.
    """
    found = _found(checker, text, show=_print)
    output.say(f"\n{_counted(found)}.")
    return found


def _found(
    checker: Checker, text: str, show: Callable[[Checked], None] = lambda _: None
) -> list[Checked]:
    found = []
    for checked in checker.text(text):
        found.append(checked)
        show(checked)
    if not found:
        raise QuestionError("The text has no sentence that states anything.")
    return found


def _text(name: str) -> str:
    """The text to check, read as documents are. Raises QuestionError if it cannot be read."""
    if name == STDIN:
        data, path = _stdin().read(_MAX_BYTES + 1), Path("stdin.md")
    else:
        path = Path(name)
        with _open(name) as file:
            data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise QuestionError(f"{name} is larger than {_MAX_BYTES // 1_000_000} MB.", "Split it.")
    sandbox = Sandbox()
    try:
        return sandbox.parse(path, data)[0].text
    except DocumentError as error:
        raise QuestionError(f"{name} cannot be checked: {error}") from error
    finally:
        sandbox.close()


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise QuestionError("stdin is closed; there is no text.", "Pipe it in, or name a file.")
    return sys.stdin.buffer


def _print(checked: Checked) -> None:
    output.say(f"{check_page.WORDS[checked.support]:<14}{safe_line(checked.statement)}")
    for citation in checked.citations:
        output.say(f"{_INDENT}{located(citation)}")
        output.say(f"{_INDENT}\u201c{safe_line(citation.quote)}\u201d")


def _counted(found: list[Checked]) -> str:
    counts = Counter(c.support for c in found)
    told = ", ".join(f"{counts[f]:,} {check_page.WORDS[f]}" for f in FINDINGS)
    return f"{formatting.count(len(found), 'statement')}: {told}"


def _as_json(name: str, found: list[Checked]) -> dict[str, Any]:
    counts = Counter(c.support for c in found)
    return {
        "version": 1,
        "text": name,
        "counts": {finding: counts[finding] for finding in FINDINGS},
        "statements": [c.to_json() for c in found],
    }


@dataclass(frozen=True)
class _Line:
    """A statement of a JSON lines input, with the evidence that was given along, if any."""

    id: str | int | None
    statement: str
    evidence: tuple[str, ...] | None = None


def _check_lines(options: argparse.Namespace) -> int:
    """A finding for each line; 0 unless a line failed."""
    status = SUPPORTED
    with ExitStack() as stack:
        checks = _Checks(options, stack)
        for number, text in _lines(options.file):
            line_id = None
            try:
                line = _parse(text)
                line_id = line.id
                output.say_json({"version": 1, "id": line_id} | checks.check(line).to_json())
            except AssistantError as error:
                status = FAILED
                output.say_json({"version": 1, "id": line_id, "line": number, "error": str(error)})
    return status


class _Checks:
    """Opens the library when the first statement comes without evidence, not before."""

    def __init__(self, options: argparse.Namespace, stack: ExitStack) -> None:
        self._options = options
        self._stack = stack
        self._verifier: Verifier | None = None
        self._checker: Checker | None = None

    def check(self, line: _Line) -> Checked:
        """The check of a statement by the given evidence, else by the library."""
        if line.evidence is None:
            if self._checker is None:
                library = self._stack.enter_context(opened(self._options, llm=False))
                self._checker = library.checker()
            return self._checker.statement(line.statement)
        if self._verifier is None:
            models = self._stack.enter_context(
                Assistant(self._options.library, NO_MODEL, create=False)
            )
            self._verifier = models.verifier()
        return against(self._verifier, line.statement, line.evidence)


def _lines(name: str) -> Iterator[tuple[int, str]]:
    if name == STDIN:
        yield from json_lines.numbered(_stdin())
        return
    with _open(name) as file:
        yield from json_lines.numbered(file)


def _open(name: str) -> BinaryIO:
    try:
        return Path(name).expanduser().open("rb")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise QuestionError(f"{name} cannot be read: {why}.", "Name a file, or -.") from error


def _parse(text: str) -> _Line:
    value = json_lines.value(text)
    if isinstance(value, str):
        return _Line(None, value)
    if not isinstance(value, dict) or not isinstance(value.get("statement"), str):
        raise QuestionError('The line has no "statement" with a text in it.')
    evidence = value.get("evidence")
    texts = [evidence] if isinstance(evidence, str) else evidence
    if texts is not None and not (
        isinstance(texts, list) and all(isinstance(each, str) for each in texts)
    ):
        raise QuestionError('"evidence" is neither a text nor a list of texts.')
    given = None if texts is None else tuple(texts)
    return _Line(json_lines.identity(value), value["statement"], given)
