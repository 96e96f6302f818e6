"""From chosen evidence to what is said: statements, their citations, and the answer's text."""

from collections.abc import Callable, Sequence
from datetime import date

from assistant.answering.answer import Citation, Statement, cite
from assistant.answering.check import Verdict
from assistant.answering.leaning_quotes import whole
from assistant.language.dates import written
from assistant.retrieval.evidence import Evidence, Retrieval

Dated = Callable[[str], date | None]
Said = tuple[tuple[Statement, ...], tuple[Citation, ...]]


def quoted(shown: Sequence[Evidence], day_of: Dated) -> Said:
    """Each sentence as a statement of its own."""
    said = tuple(
        Statement(" ".join(e.quote.split()), "exact", (marker,))
        for marker, e in enumerate(shown, start=1)
    )
    return said, tuple(_cited(marker, e, day_of) for marker, e in enumerate(shown, start=1))


def composed(found: Retrieval, verdicts: Sequence[Verdict], day_of: Dated) -> Said:
    """The draft's statements; those that stood cite the sentence that backs them."""
    markers: dict[int, int] = {}
    said = []
    for verdict in verdicts:
        if verdict.evidence is None:
            said.append(Statement(verdict.text, "unsupported", ()))
            continue
        marker = markers.setdefault(verdict.evidence, len(markers) + 1)
        said.append(Statement(verdict.text, verdict.support, (marker,)))
    cited = [(whole(found.evidence[number]), marker) for number, marker in markers.items()]
    return tuple(said), tuple(_cited(marker, e, day_of) for e, marker in cited)


def text(lead: str, said: Sequence[Statement], dates: Sequence[str] = ()) -> str:
    """What is said first, and the statements that stand, each with its markers and its date."""
    lines = [lead] if lead else []
    for number, s in enumerate(said):
        if s.support == "unsupported":
            continue
        day = f" ({dates[number]})" if number < len(dates) and dates[number] else ""
        lines.append(f"{s.text} {' '.join(f'[{m}]' for m in s.citations)}{day}")
    return " ".join(lines)


def dates(cited: Sequence[Citation]) -> list[str]:
    """The days of the cited documents in words, where documents stand against each other."""
    return [written(c.day) if c.day else "no date known" for c in cited]


def _cited(marker: int, e: Evidence, day_of: Dated) -> Citation:
    return cite(marker, e.passage, e.span, e.answer, day_of(e.passage.source))
