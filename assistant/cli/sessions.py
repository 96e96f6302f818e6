"""`assistant sessions`: the saved conversations, listed, shown, searched, exported, deleted."""

import argparse
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assistant import formatting, paths
from assistant.cli import output
from assistant.printable import safe, safe_line
from assistant.sessions import SavedTurn, Session, SessionError, Sessions
from assistant.transcript import as_json, as_markdown

DONE, NOTHING = 0, 1


def run_sessions(options: argparse.Namespace) -> int:
    """Do what the action says; 1 where nothing was found."""
    sessions = Sessions(paths.home() / "sessions")
    words = options.words
    match options.action:
        case "list" | "search":
            return _list(sessions.search(" ".join(words)), options.json)
        case "show":
            _show(*_loaded(sessions, words))
        case "export":
            export = as_json if options.json else as_markdown
            output.say(safe(export(*_loaded(sessions, words))).rstrip())
        case "rename":
            session, _ = _loaded(sessions, words[:1])
            if len(words) < 2:
                raise SessionError("Which title?", "assistant sessions rename ID TITLE")
            sessions.rename(session.id, " ".join(words[1:]))
        case "delete":
            for word in words or [""]:
                _delete(sessions, word, options.yes)
    return DONE


def _list(found: list[Session], in_json: bool) -> int:
    if in_json:
        output.say_json([_session_json(s) for s in found], indent=1)
    for session in () if in_json else found:
        when = datetime.fromtimestamp(session.changed_at).strftime("%Y-%m-%d %H:%M")
        turns = formatting.count(session.turns, "question")
        output.say(f"{session.id}  {when}  {safe_line(session.title)} ({turns})")
    if not found:
        output.tell("There are no such conversations.")
    return DONE if found else NOTHING


def _show(session: Session, turns: list[SavedTurn]) -> None:
    output.say(safe_line(session.title))
    for turn in turns:
        output.say(f"\n> {safe_line(turn.question)}")
        output.say(safe(str(turn.answer.get("answer", ""))))
        for citation in turn.answer.get("citations", ()):
            output.say(_source(citation))


def _source(citation: Mapping[str, Any]) -> str:
    """A citation as it was saved, on one line: "[1] notes.pdf:3-5, page 2"."""
    first, last = citation["lines"]
    lines = str(first) if first == last else f"{first}-{last}"
    on = formatting.page(citation.get("page"), from_picture=bool(citation.get("picture")))
    return safe_line(f"  [{citation['marker']}] {citation['source']}:{lines}{on}")


def _delete(sessions: Sessions, word: str, yes: bool) -> None:
    session, _ = _loaded(sessions, [word] if word else [])
    question = f"Erase \u201c{safe_line(session.title)}\u201d, for good?"
    if not (yes or output.confirmed(question)):
        raise SessionError("Nothing was erased.", "Say --yes to erase without being asked.")
    sessions.delete(session.id)
    sessions.purge()
    output.tell(f"Erased {safe_line(session.title)}")


def _loaded(sessions: Sessions, words: list[str]) -> tuple[Session, list[SavedTurn]]:
    if not words:
        raise SessionError("Which conversation?", "See `assistant sessions list`.")
    found = [s for s in sessions.search() if s.id.startswith(words[0])]
    if not found:
        raise SessionError(
            f"No conversation has an id that begins with {words[0]!r}.",
            "See `assistant sessions list`.",
        )
    if len(found) > 1:
        raise SessionError(
            f"{len(found)} conversations have an id that begins with {words[0]!r}.",
            "Give more of it.",
        )
    return sessions.load(found[0].id)


def _session_json(session: Session) -> dict[str, object]:
    return {
        "id": session.id,
        "title": session.title,
        "library": session.library,
        "started_at": session.started_at,
        "questions": session.turns,
    }
