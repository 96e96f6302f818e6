"""Why an answer is as it is: what was searched, found, drafted, checked, and what it took."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from assistant.answering.timings import drawn
from assistant.printable import safe_line
from assistant.retrieval.outcome import LIKELY
from assistant.tui import render, words

if TYPE_CHECKING:
    from assistant.answering.answer import Answer
    from assistant.retrieval.outcome import Outcome


_OUTCOMES: Mapping["Outcome", str] = {
    "answered": "Answered: the documents are more likely to answer it than not.",
    "perhaps": f"Perhaps: above the threshold, but below {LIKELY:.2f}: less likely than not.",
    "not_found": "Not found: below the threshold the documents are taken not to answer it.",
}

_BARS = 30  # columns of the time line


class WhyScreen(ModalScreen[None]):
    """One page; Esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,w,f3,q", "dismiss", "Close", id="why.close"),
        Binding("j", "scroll(1)", "Down", id="why.down", show=False),
        Binding("k", "scroll(-1)", "Up", id="why.up", show=False),
    ]

    def __init__(self, answer: "Answer") -> None:
        super().__init__()
        self._answer = answer

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page", classes="sheet") as page:
            page.border_title = "Why this answer"
            for title, text in sections(self._answer):
                yield Static(Content(title), classes="section")
                yield Static(text)
        yield Footer(compact=True)

    def action_scroll(self, by: int) -> None:
        self.query_one("#page").scroll_relative(y=by, animate=False)


def sections(answer: "Answer") -> Iterator[tuple[str, Content]]:
    """Titles and texts of the page, in the order in which things happened."""
    yield "Question", _question(answer)
    yield "Verdict", _verdict(answer)
    if answer.draft is not None:
        yield "The model's draft, statement by statement", _draft(answer)
    yield "Passages", _passages(answer)
    yield "Model and time", _cost(answer)
    if answer.timings.stages:
        yield "Where the time went", _timeline(answer)


def _question(answer: "Answer") -> Content:
    asked = safe_line(answer.question)
    if answer.standalone_question == answer.question:
        return Content.assemble(asked, ("\nsearched as it was asked", render.MUTED))
    standalone = safe_line(answer.standalone_question)
    return Content.assemble(asked, ("\nsearched as: ", render.MUTED), standalone)


def _verdict(answer: "Answer") -> Content:
    compared = "above" if answer.confidence >= answer.threshold else "below"
    lines = [
        Content(
            f"{words.confidence(answer.confidence)}, {compared} the threshold"
            f" of {answer.threshold:.2f}"
        )
    ]
    lines.append(_muted(_OUTCOMES[answer.outcome]))
    if answer.status != "answered":
        lines.append(_muted("`assistant calibrate` fits the threshold to your own questions."))
    elif answer.mode == "compose":
        lines.append(_muted("What the model wrote leads: it was checked, statement by statement."))
    else:
        lead = "quote leads" if answer.mode == "quote" else "words that answer lead"
        why = "no model wrote" if answer.draft is None else "what the model wrote did not stand"
        lines.append(_muted(f"The {lead}: {why}."))
    lines += [_muted(safe_line(notice)) for notice in answer.notices]
    return Content("\n").join(lines)


def _draft(answer: "Answer") -> Content:
    draft = answer.draft
    assert draft is not None
    lines = [
        Content.assemble((f"{words.CHECKED[s.support]:<17}", _style(s.support)), safe_line(s.text))
        for s in draft.statements
    ]
    if not lines:
        lines.append(Content(safe_line(draft.text)))
        lines.append(_muted("No whole sentence to check."))
    ends = {"stop": "ended by itself", "length": "cut at its length", "cancelled": "stopped"}
    how = ends.get(draft.finish, "broke off")
    lines.append(_muted(f"{how}, mean log probability {draft.mean_log_probability:.2f} a token"))
    return Content("\n").join(lines)


def _style(support: str) -> str:
    return "$text-success" if support in {"exact", "supported"} else "$text-warning"


def _passages(answer: "Answer") -> Content:
    if not answer.passages:
        return _muted("None were found.")
    lines = [_muted("used  fused  BM25   cosine")]
    for use in answer.passages:
        found, passage = use.found, use.found.passage
        first, last = passage.lines
        numbers = f"{'yes' if use.used else 'no':<6}{found.score:<7.2f}{found.bm25:<7.2f}"
        numbers += f"{found.cosine:<8.2f}"
        where = f"{words.file_name(passage.source)}:{first}\u2013{last}"
        style = "bold" if use.used else render.MUTED
        lines.append(Content.assemble((numbers, style), (where, style)))
        lines.append(_muted("      " + render.shortened(safe_line(passage.text), 110)))
    return Content("\n").join(lines)


def _cost(answer: "Answer") -> Content:
    times, usage = answer.timings, answer.usage
    model = safe_line(answer.model.get("name", "")) if answer.model else "none, quotes only"
    lines = [
        Content.assemble(("model       ", render.MUTED), model),
        Content.assemble(("embedder    ", render.MUTED), safe_line(answer.embedder["name"])),
        Content.assemble(
            ("tokens      ", render.MUTED),
            f"{usage.prompt_tokens} read, {usage.completion_tokens} written",
            f", {times.tokens_per_s:.0f} tokens/s" if times.tokens_per_s else "",
        ),
        Content.assemble(
            ("time        ", render.MUTED),
            f"evidence {words.seconds(times.retrieve_ms)},"
            f" first text {words.seconds(times.first_token_ms)},"
            f" whole {words.seconds(times.total_ms)}",
        ),
        Content.assemble(
            ("prompt      ", render.MUTED),
            f"{answer.prompt.get('name', '')} {answer.prompt.get('hash', '')[:12]}",
        ),
    ]
    return Content("\n").join(lines)


def _timeline(answer: "Answer") -> Content:
    lines = [
        Content.assemble(
            (f"{name:<12}", render.MUTED), (f"{bar:<{_BARS}}", "$accent"), f"{took:>10}"
        )
        for name, bar, took in drawn(answer.timings.stages, _BARS)
    ]
    return Content("\n").join(lines)


def _muted(text: str) -> Content:
    return Content.assemble((text, render.MUTED))
