"""A saved conversation as Markdown or JSON, every answer with its citations."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.formatting import page
from assistant.sessions import SavedTurn, Session

# What Markdown would take for more than text.
_MARKED = re.compile(r"([\\`*_\[\]<>#|~])")


def as_json(session: Session, turns: Sequence[SavedTurn]) -> str:
    """The conversation as one JSON object; its answers are the contract's, version 1."""
    value = {
        "version": 1,
        "title": session.title,
        "library": session.library,
        "started_at": session.started_at,
        "turns": [
            {"question": t.question, "asked_at": t.asked_at, "answer": dict(t.answer)}
            for t in turns
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def as_markdown(session: Session, turns: Sequence[SavedTurn]) -> str:
    """The conversation for people: question, answer, and the quotes with file and lines."""
    head = f"# {_plain(session.title)}\n\n{session.started_at} \u00b7 library {session.library}\n"
    return head + "".join(_turn(turn) for turn in turns)


def file_name(session: Session, suffix: str) -> str:
    """A name for the file of an export: the title's words, or the id where it has none."""
    words = re.findall(r"[\w-]+", session.title.lower())
    return ("-".join(words)[:60].strip("-") or session.id) + suffix


def _turn(turn: SavedTurn) -> str:
    answer = turn.answer
    parts = [f"\n## {_plain(turn.question)}\n"]
    standalone = str(answer.get("standalone_question", turn.question))
    if standalone != turn.question:
        parts.append(f"\n*Understood as: {_plain(standalone)}*\n")
    parts.append(f"\n{_plain(str(answer.get('answer', '')))}\n")
    for citation in answer.get("citations", ()):
        parts.append(f"\n{_citation(citation)}\n")
    if answer.get("status") == "answered":
        perhaps = "Perhaps: c" if answer.get("outcome") == "perhaps" else "C"
        parts.append(f"\n{perhaps}onfidence {float(answer.get('confidence', 0)):.2f}\n")
    return "".join(parts)


def _citation(citation: Mapping[str, Any]) -> str:
    first, last = citation["lines"]
    lines = f"line {first}" if first == last else f"lines {first}\u2013{last}"
    on = page(citation.get("page"), from_picture=bool(citation.get("picture")))
    quote = "\n> ".join(_plain(line) for line in str(citation["quote"]).splitlines())
    where = f"{_plain(str(citation['source']))}, {lines}{on}"
    return f"> {quote}\n>\n> \\[{citation['marker']}\\] {where}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, without control characters."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return _MARKED.sub(r"\\\1", " ".join(line.split()))
