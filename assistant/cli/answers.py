"""Shows an answer on a terminal as it comes, and prints it with its sources."""

import shutil
import sys
import textwrap
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from assistant.answering.answer import Answer, Citation
from assistant.answering.events import (
    Answered,
    AnswerEvent,
    Found,
    Interim,
    Notice,
    Understood,
)
from assistant.answering.llm import Reading, Token
from assistant.answering.timings import drawn
from assistant.cli import output
from assistant.errors import AssistantError
from assistant.printable import safe_line

PERHAPS = "Perhaps; this may not be what you asked for, so read it in its place:"
HOW = {
    "compose": "written by the model and checked",
    "words": "in the document's words",
    "quote": "quoted",
}
_NEAREST = 3
_TIMELINE = 50  # columns
# Private-use characters: no text that was made safe to print is harmed by taking them out.
_FROM, _TO = "\ue000", "\ue001"
_BOLD = "\x1b[1m"
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_CLEAR_BELOW = "\r\x1b[J"


def show_answer(events: Iterable[AnswerEvent]) -> Answer:
    """Consume the events of an answer and print it; on a terminal its making can be watched."""
    live = _Live() if output.is_terminal(sys.stdout) else None
    answer: Answer | None = None
    try:
        for event in events:
            if isinstance(event, Answered):
                answer = event.answer
            elif live is not None:
                live.show(event)
    finally:
        if live is not None:
            live.clear()
    if answer is None:
        raise AssistantError("The answer was stopped.", "Ask again.")
    print_answer(answer)
    return answer


def print_answer(answer: Answer) -> None:
    """The answer, its sources with their quotes, and one line on how sure it is."""
    width = shutil.get_terminal_size().columns if output.is_terminal(sys.stdout) else 0
    if answer.standalone_question != answer.question:
        output.tell(f"Understood as: {answer.standalone_question}")
    tell_notices(answer)
    if answer.outcome == "perhaps":
        output.say(_wrapped(PERHAPS, width))
    for paragraph in _shown(answer):
        output.say(_emphasised(_wrapped(paragraph, width), width))
    if answer.status == "not_found":
        _print_nearest(answer, width)
        return
    if not answer.citations:  # small talk, or what the library holds
        return
    output.say()
    for citation in answer.citations:
        output.say(_heading(citation, answer.date_of(citation)))
        if citation.origin:
            output.say(f"    {safe_line(citation.origin)}")
        if answer.mode != "quote":  # then the answer above is the quote
            quote = _wrapped(f"\u201c{_marked(citation)}\u201d", width, "    ")
            output.say(_emphasised(quote, width))
    output.say()
    how = HOW[answer.mode]
    sure = "" if answer.kind == "summary" else f"Confidence {answer.confidence:.2f}, "
    last = f"{sure}{how}, {answer.timings.total_ms / 1000:.1f} s."
    output.say(f"{last[0].upper()}{last[1:]}")


def tell_notices(answer: Answer) -> None:
    """Print to stderr what did not work as it should."""
    for notice in answer.notices:
        output.tell(notice)


def tell_timeline(answer: Answer) -> None:
    """Print the stages of the answer's time, a line each, to stderr."""
    for name, bar, took in drawn(answer.timings.stages, _TIMELINE):
        output.tell(f"{name:<10}{bar:<{_TIMELINE}}{took:>10}")


def _print_nearest(answer: Answer, width: int) -> None:
    nearest = answer.passages[:_NEAREST]
    if nearest:
        output.say("\nThe nearest passages:")
    for use in nearest:
        passage = use.found.passage
        output.say(f"  {safe_line(passage.source)}:{passage.lines[0]}")
        excerpt = textwrap.shorten(safe_line(passage.text), 160, placeholder=" \u2026")
        output.say(_wrapped(excerpt, width, "    "))
    output.say("\nAdd documents that do with `assistant add PATH`, or ask in other words.")


def _shown(answer: Answer) -> list[str]:
    """The answer in paragraphs; quotes in quotation marks, their markers behind them."""
    if answer.tells_list:
        return answer.text.splitlines()
    if answer.status == "not_found" or answer.mode != "quote":
        return [answer.text]
    quotes = [f"\u201c{_marked(c)}\u201d [{c.marker}]" for c in answer.citations]
    lead = answer.lead.splitlines()
    if len(quotes) == 1:
        return [" ".join((*lead, *quotes))]
    return [*lead, *(f"\u2022 {quote}" for quote in quotes)]


def _marked(citation: Citation) -> str:
    """The quote with marks around the words that answer; they survive wrapping."""
    before, words, after = citation.words
    return f"{before}{_FROM}{words}{_TO}{after}" if words else citation.quote


def _emphasised(text: str, width: int) -> str:
    """Marks turned into bold on a terminal, and taken out otherwise."""
    on, off = (_BOLD, _PLAIN) if width else ("", "")
    return text.replace(_FROM, on).replace(_TO, off)


def _heading(citation: Citation, day: str) -> str:
    dated = f"  ({day})" if day else ""
    return safe_line(f"[{citation.marker}] {located(citation)}{dated}")


def located(citation: Citation) -> str:
    """The place of a citation on one line: source, lines, page and the headings above it."""
    first, last = citation.lines
    lines = str(first) if first == last else f"{first}-{last}"
    page = f", page {citation.page}" if citation.page else ""
    path = f"  {' > '.join(citation.headings)}" if citation.headings else ""
    return safe_line(f"{citation.source}:{lines}{page}{path}")


def _wrapped(text: str, width: int, indent: str = "") -> str:
    """The text in lines of a terminal's width; unwrapped, for files and pipes, if width is 0."""
    plain = safe_line(text)
    if not width:
        return indent + plain
    return textwrap.fill(
        plain,
        max(20, width - 1),
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


@dataclass
class _Live:
    """The part of the screen below the prompt that is drawn anew as the answer comes.

    First the quote that was found, at once; then the words in it that answer, above it; below it
    what the model reads and writes. It is cleared when the answer stands.
    """

    answer: str = ""
    quote: str = ""
    status: str = "Searching \u2026"
    draft: str = ""
    _rows: int = field(default=0, repr=False)

    def show(self, event: AnswerEvent) -> None:
        if isinstance(event, Found):
            found = event.retrieval
            if found.is_answered:
                self.quote = f"Found: \u201c{safe_line(found.evidence[0].quote)}\u201d"
                self.status = "Waiting for the language model \u2026"
        elif isinstance(event, Interim):
            self.answer = "" if event.answer.mode == "quote" else safe_line(event.answer.text)
        elif isinstance(event, Reading):
            self.status = f"Reading {event.done} of {event.total} tokens \u2026"
        elif isinstance(event, Token):
            self.draft += event.text
            self.status = f"Drafting: {safe_line(self.draft)}"
        elif isinstance(event, Understood | Notice):
            return
        self._draw()

    def clear(self) -> None:
        up = f"\x1b[{self._rows}A" if self._rows else ""
        self._rows = 0
        self._write(f"{up}{_CLEAR_BELOW}")

    def _draw(self) -> None:
        width = max(20, shutil.get_terminal_size().columns)
        parts = (self.answer, self.quote, self.status)
        lines = [line for part in parts for line in textwrap.wrap(part, width - 1)]
        most = max(2, shutil.get_terminal_size().lines - 2)
        lines = lines[-most:]
        up = f"\x1b[{self._rows}A" if self._rows else ""
        self._rows = len(lines) - 1
        self._write(f"{up}{_CLEAR_BELOW}{_DIM}" + "\n".join(lines) + _PLAIN)

    @staticmethod
    def _write(text: str) -> None:
        with suppress(OSError, ValueError):
            sys.stdout.write(text)
            sys.stdout.flush()
