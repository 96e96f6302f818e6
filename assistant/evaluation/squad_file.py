"""SQuAD's JSON, versions 1.1 and 2.0 (Rajpurkar et al. 2016, 2018), as rows of our fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.evaluation.problems import Problem

Part = tuple[str, Mapping[str, Any]]


def questions(whole: Mapping[str, Any]) -> Iterator[Part | Problem]:
    """Each question's place and fields; the paragraph of a question is its `passage`.

    "Plausible answers" of unanswerable questions are left out: they are wrong ones.
    """
    for article in _parts(whole, "data", "article", ""):
        if isinstance(article, Problem):
            yield article
            continue
        for paragraph in _parts(article[1], "paragraphs", "paragraph", article[0]):
            if isinstance(paragraph, Problem):
                yield paragraph
            else:
                yield from _paragraph(*paragraph)


def _paragraph(place: str, paragraph: Mapping[str, Any]) -> Iterator[Part | Problem]:
    context = paragraph.get("context")
    if not isinstance(context, str) or not context.strip():
        yield Problem("error", place, "context", "it is missing or no text")
        return
    for part in _parts(paragraph, "qas", "question", place):
        yield part if isinstance(part, Problem) else _row(*part, context)


def _parts(value: Mapping[str, Any], key: str, noun: str, within: str) -> Iterator[Part | Problem]:
    """The objects in the list under `key`, each with its place ("article 1, paragraph 2")."""
    items = value.get(key)
    if not isinstance(items, list):
        yield Problem("error", within, key, "it is missing or no list")
        return
    for number, item in enumerate(items, start=1):
        place = ", ".join(p for p in (within, f"{noun} {number}") if p)
        yield (place, item) if isinstance(item, dict) else Problem("error", place, "", "no object")


def _row(place: str, asked: Mapping[str, Any], context: str) -> Part | Problem:
    impossible = asked.get("is_impossible", False)
    answers = asked.get("answers", [])
    if not isinstance(impossible, bool):
        return Problem("error", place, "is_impossible", "it is neither true nor false")
    if not isinstance(answers, list) or not all(
        isinstance(a, dict) and isinstance(a.get("text"), str) for a in answers
    ):
        return Problem("error", place, "answers", "it is no list of objects with a text")
    fields = {
        "question": asked.get("question"),
        "answerable": not impossible,
        "answers": list(dict.fromkeys(a["text"] for a in answers)),
        "passage": context,
    }
    return place, fields | ({"id": asked["id"]} if "id" in asked else {})
