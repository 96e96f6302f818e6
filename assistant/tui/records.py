"""Answers to saved turns and back, so that a resumed conversation shows what the live one did."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from assistant.answering.answer import (
    Answer,
    Citation,
    Draft,
    PassageUse,
    Statement,
    Timings,
    Usage,
)
from assistant.answering.timings import Stage
from assistant.library.document_store import Passage
from assistant.retrieval.retriever import ScoredPassage
from assistant.sessions import SavedTurn


def saved(answer: Answer) -> SavedTurn:
    """The turn to save: the contract's JSON, and beside it what only the Why view shows."""
    why = {
        "threshold": answer.threshold,
        "notices": list(answer.notices),
        "draft": asdict(answer.draft) if answer.draft else None,
        "headings": [list(c.headings) for c in answer.citations],
        "answers": [c.answer for c in answer.citations],
        "passages": [_beside(use.found) for use in answer.passages],
    }
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return SavedTurn(answer.question, now, answer.to_json(), why)


def restored(turn: SavedTurn) -> Answer | None:
    """The answer of a saved turn; None if the file was written by something else."""
    try:
        return _restored(turn.answer, turn.why)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _restored(answer: Mapping[str, Any], why: Mapping[str, Any]) -> Answer:
    draft = why["draft"]
    return Answer(
        question=str(answer["question"]),
        standalone_question=str(answer["standalone_question"]),
        status=answer["status"],
        text=str(answer["answer"]),
        confidence=float(answer["confidence"]),
        threshold=float(why["threshold"]),
        statements=tuple(map(_statement, answer["statements"])),
        citations=tuple(map(_citation, answer["citations"], why["headings"], why["answers"])),
        passages=tuple(map(_passage, answer["passages"], why["passages"])),
        mode=answer["mode"],
        model=answer["model"],
        embedder=answer["embedder"],
        prompt=answer["prompt"],
        usage=Usage(**answer["usage"]),
        timings=_timings(answer["timings"]),
        draft=draft
        and Draft(
            draft["text"],
            tuple(map(_statement, draft["statements"])),
            draft["mean_log_probability"],
            draft["finish"],
        ),
        notices=tuple(why["notices"]),
        kind=answer.get("kind", "fact"),
        lead=str(answer.get("lead", "")),
    )


def _timings(value: Mapping[str, Any]) -> Timings:
    stages = tuple(Stage(**stage) for stage in value.get("stages", ()))
    return Timings(**{**value, "stages": stages})


def _statement(value: Mapping[str, Any]) -> Statement:
    return Statement(str(value["text"]), value["support"], tuple(value["citations"]))


def _citation(value: Mapping[str, Any], headings: list[str], words: list[int] | None) -> Citation:
    first, last = value["lines"]
    start, end = value["span"]
    return Citation(
        marker=int(value["marker"]),
        source=str(value["source"]),
        title=str(value["title"]),
        page=value["page"],
        lines=(int(first), int(last)),
        span=(int(start), int(end)),
        quote=str(value["quote"]),
        headings=tuple(headings),
        answer=(words[0], words[1]) if words else None,
        day=date.fromisoformat(value["date"]) if value.get("date") else None,
        address=str(value.get("address") or ""),
        fetched=date.fromisoformat(value["fetched"]) if value.get("fetched") else None,
    )


def _beside(found: ScoredPassage) -> dict[str, Any]:
    """The fields of a passage that the contract's JSON leaves out."""
    passage = found.passage
    return {
        "id": passage.id,
        "start": passage.start,
        "title": passage.title,
        "page": passage.page,
        "headings": list(passage.headings),
        "bm25": found.bm25,
        "cosine": found.cosine,
    }


def _passage(value: Mapping[str, Any], beside: Mapping[str, Any]) -> PassageUse:
    first, last = value["lines"]
    text, start = str(value["text"]), int(beside["start"])
    passage = Passage(
        id=int(beside["id"]),
        source=str(value["source"]),
        title=str(beside["title"]),
        start=start,
        end=start + len(text),
        lines=(int(first), int(last)),
        page=beside["page"],
        headings=tuple(beside["headings"]),
        sentences=(),
        text=text,
    )
    scored = ScoredPassage(passage, float(value["score"]), beside["bm25"], beside["cosine"])
    return PassageUse(scored, bool(value["used"]))
