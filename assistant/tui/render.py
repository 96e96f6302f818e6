"""Answers as styled text. Whatever comes from documents or models is plain text in here: it is
made safe for the terminal and never read as markup."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from assistant.printable import safe, safe_line
from assistant.tui import words
from assistant.tui.widgets.hanging import Hanging, Paragraph

if TYPE_CHECKING:
    from assistant.answering.answer import Answer, Citation
    from assistant.library.document_store import Passage
    from assistant.retrieval.evidence import Retrieval

MUTED = "$text-quiet"
_SPACES = re.compile(r"\s+")
_EXCERPT = 100
_NEAREST = 3
_FOUND = 3
_BAR = 20
_WHOLE, _PART = 400, 130
# Under a marker, "[1] ".
_INDENT = Content("    ")


def places(answer: "Answer") -> tuple["Citation", ...]:
    """Citations that can be opened from an answer: its citations, or the nearest passages of a
    refusal."""
    if answer.status == "answered":
        return answer.citations
    return tuple(
        _whole(number, use.found.passage)
        for number, use in enumerate(answer.passages[:_NEAREST], start=1)
    )


def found_places(found: "Retrieval") -> tuple["Citation", ...]:
    """Citations that can be opened while the answer is still being made: the quotes found, best
    first."""
    from assistant.answering.answer import cite

    if not found.is_answered:
        return ()
    best = found.evidence[:_FOUND]
    return tuple(
        cite(number, e.passage, e.span, e.answer) for number, e in enumerate(best, start=1)
    )


def _whole(number: int, passage: "Passage") -> "Citation":
    from assistant.answering.answer import cite

    return cite(number, passage, (passage.start, passage.end))


def link(text: str, action: str, style: str = "") -> Content:
    """Text that runs an action of its widget when it is clicked."""
    content = Content.assemble((text, style) if style else text)
    return content.stylize(Style.from_meta({"@click": action}))


def marker(number: int) -> Content:
    """A citation's marker, to click."""
    return link(f"[{number}]", f"cite({number})", "bold")


def answer_text(answer: "Answer") -> Content:
    """The answer with its markers; statements that differ in their backing each say theirs."""
    if answer.status != "answered":
        return Content(safe_line(answer.text))
    if answer.tells_list:
        items = [Content(safe_line(line)) for line in answer.statements[0].text.splitlines()]
        return Content("\n").join(items) + Content(" ") + marker(answer.citations[0].marker)
    if answer.mode == "quote":
        quotes = [quoted(c) + Content(" ") + marker(c.marker) for c in answer.citations]
        lead = [Content(safe_line(line)) for line in answer.lead.splitlines()]
        return Content("\n" if len(quotes) != 1 else " ").join([*lead, *quotes])
    parts: list[Content] = []
    for statement in answer.statements:
        content = Content(safe_line(statement.text))
        for number in statement.citations:
            content += Content(" ") + marker(number)
        if statement.support in words.SUPPORT:
            content += Content.assemble((f" ({words.SUPPORT[statement.support]})", "$text-warning"))
        parts.append(content)
    text = Content("; " if answer.mode == "words" else " ").join(parts)
    return Content(f"{safe_line(answer.lead)} ") + text if answer.lead else text


def answer_details(answer: "Answer", *, stopped: bool = False) -> Hanging:
    """Below the answer: its sources, what was left out, how sure it is."""
    if answer.status != "answered":
        return Hanging(_refusal_help(answer))
    if not answer.citations:
        return Hanging([])  # small talk, or what the library holds
    lines = [_perhaps()] if answer.outcome == "perhaps" else []
    said = {_bare(s.text) for s in answer.statements}
    for citation in answer.citations:
        lines.append(place_line(citation, answer.date_of(citation)))
        if answer.mode != "quote" and _bare(citation.quote) not in said:
            lines.append(Paragraph(quoted(citation).stylize_before(MUTED), _INDENT))
    lines += map(_notice, answer.notices)
    if stopped:
        lines.append(_notice("Stopped; this is what was found until then."))
    lines.append(Paragraph(_foot(answer)))
    return Hanging(lines)


def _bare(text: str) -> str:
    return " ".join(text.split()).rstrip(".!?")


def place_line(place: "Citation", day: str = "") -> Paragraph:
    """The place of a quote: marker, file, lines, headings, and the `day` of its document."""
    where = f"{words.file_name(place.source)}, {words.lines(place)}"
    line = link(where, f"cite({place.marker})")
    if place.headings:
        line += Content.assemble((f" \u203a {safe_line(place.headings[-1])}", MUTED))
    for further in filter(None, (day, safe_line(place.origin))):
        line += Content.assemble((f" \u00b7 {further}", MUTED))
    return Paragraph(line, marker(place.marker) + Content(" "))


def found_text(places_found: Sequence["Citation"]) -> Hanging:
    """The quotes that were found, while the model still drafts: the best whole, of others a part.

    They stay few lines, so that the draft above them stays in sight.
    """
    lines = [Paragraph(Content.assemble(("Found in your documents", f"italic {MUTED}")))]
    for place in places_found:
        quote = quoted(place, _WHOLE if place is places_found[0] else _PART)
        where = f"  {words.file_name(place.source)}, {words.lines(place)}"
        text = quote + Content.assemble((where, MUTED))
        lines.append(Paragraph(text, marker(place.marker) + Content(" ")))
    return Hanging(lines)


def quoted(place: "Citation", room: int = 0) -> Content:
    """The quote in quotation marks, the words in it that answer in bold.

    With `room` (characters) a longer quote is cut at words, what answers stays.
    """
    before, words_, after = (_SPACES.sub(" ", safe(part)) for part in place.words)
    if 0 < room < len(before) + len(words_) + len(after):
        before = _end(before, max(0, room - len(words_)) // 2)
        after = _start(after, max(0, room - len(words_) - len(before)))
    return Content.assemble("\u201c", before, (words_, "bold"), after, "\u201d")


def _end(text: str, room: int) -> str:
    return text if len(text) <= room else "\u2026 " + text[len(text) - room :].partition(" ")[2]


def _start(text: str, room: int) -> str:
    return text if len(text) <= room else text[:room].rpartition(" ")[0] + " \u2026"


def reading_text(done: int, total: int) -> Content:
    """The part of the prompt that the model has read, as a bar and in numbers."""
    full = round(_BAR * done / total) if total else 0
    bar = ("\u2501" * full, "$primary"), ("\u2501" * (_BAR - full), "$foreground 25%")
    return Content.assemble("Reading  ", *bar, (f"  {done} of {total} tokens", MUTED))


def draft_text(draft: str, tokens: int, seconds: float) -> Content:
    """The draft as it is written; it counts only once it is checked."""
    speed = f", {tokens / seconds:.0f} tokens/s" if seconds > 0.2 else ""
    label = f"Drafting, not yet checked{speed}"
    return Content.assemble((label, f"italic {MUTED}"), "\n", safe_line(draft) + "\u258c")


def shortened(text: str, length: int = _EXCERPT) -> str:
    """The text cut at a word."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0] + " \u2026"


def _perhaps() -> Paragraph:
    warning = Content.assemble(("Perhaps: ", "$text-warning"))
    text = "this may not be what you asked for. Read it in its place (F2)."
    return Paragraph(Content.assemble((text, MUTED)), warning)


def _notice(text: str) -> Paragraph:
    note = Content.assemble(("Note: ", "$text-warning"))
    return Paragraph(Content.assemble((safe_line(text), MUTED)), note)


def _foot(answer: "Answer") -> Content:
    sure = [words.confidence(answer.confidence)] if answer.kind != "summary" else []
    parts = [
        *sure,
        words.backing(answer),
        words.seconds(answer.timings.total_ms),
    ]
    if answer.timings.tokens_per_s:
        parts.append(f"{answer.timings.tokens_per_s:.0f} tokens/s")
    return Content.assemble((" \u00b7 ".join(parts) + " \u00b7 ", MUTED)) + link(
        "why", "why", "underline"
    )


def _refusal_help(answer: "Answer") -> list[Paragraph]:
    lines = []
    nearest = places(answer)
    if nearest:
        said = "The nearest passages, to look for yourself"
        lines.append(Paragraph(Content.assemble((said, MUTED))))
    for place in nearest:
        lines.append(place_line(place))
        excerpt = shortened(safe_line(place.quote))
        lines.append(Paragraph(Content.assemble((excerpt, MUTED)), _INDENT))
    lines += map(_notice, answer.notices)
    help_ = Content.assemble(("What would help: ", MUTED)) + link(
        "add documents that do", "app.library", "underline"
    )
    help_ += Content.assemble((", or ", MUTED))
    help_ += link("ask in other words", "edit", "underline")
    help_ += Content.assemble((" \u00b7 ", MUTED)) + link("why", "why", "underline")
    return [*lines, Paragraph(help_)]
