"""`assistant ask` and `assistant search`: one question, or one a line."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.answering.answer import passage_json
from assistant.answering.pipeline import readable_question
from assistant.cli import json_lines, output
from assistant.cli.answers import show_answer, tell_notices, tell_timeline
from assistant.cli.session import limited_to, opened
from assistant.errors import AssistantError, QuestionError
from assistant.printable import safe, safe_line
from assistant.query.question import Question
from assistant.query.rewriter import Turn
from assistant.retrieval.retriever import prepare, search

ANSWERED, NOT_FOUND, FAILED = 0, 1, 2


def run_ask(options: argparse.Namespace) -> int:
    """Answer the question of the command line, or those of stdin."""
    if options.jsonl:
        if options.question:
            raise QuestionError(
                "With --jsonl the questions come from stdin.", "Leave the question out."
            )
        return _answer_lines(options)
    given = " ".join(options.question) if options.question else _read_stdin()
    question = readable_question(given)
    with opened(options) as assistant:
        answerer = assistant.answerer().within(limited_to(options, assistant.library))
        if options.json:
            answer = answerer.complete(question)
            tell_notices(answer)
            output.say_json(answer.to_json(), indent=1)
        else:
            answer = show_answer(answerer.answer(question))
        if options.timings:
            tell_timeline(answer)
        return ANSWERED if answer.status == "answered" else NOT_FOUND


def run_search(options: argparse.Namespace) -> int:
    """Show the passages that fit a query; 1 if there are none."""
    query = readable_question(" ".join(options.query))
    with opened(options, llm=False) as assistant:
        library = assistant.library
        sources = limited_to(options, library)
        asked = prepare(library, Question(query))
        found, notice = search(library, asked, options.limit, sources=sources)
    if notice:
        output.tell(notice)
    if options.json:
        output.say_json([passage_json(p) for p in found], indent=1)
    for p in () if options.json else found:
        passage = p.passage
        page = f", page {passage.page}" if passage.page else ""
        where = f"{safe_line(passage.source)}:{passage.lines[0]}{page}"
        path = " > ".join(passage.headings)
        output.say(f"{p.score:.3f}  {where}" + (f"  {safe_line(path)}" if path else ""))
        output.say(f"       BM25 {p.bm25:.2f}, cosine {p.cosine:.3f}")
        output.say("\n".join("       " + line for line in safe(passage.text).splitlines()))
    return ANSWERED if found else NOT_FOUND


def _read_stdin() -> str:
    if sys.stdin is None or output.is_terminal(sys.stdin):
        raise QuestionError("No question was asked.", 'Try `assistant ask "What is …?"`.')
    return sys.stdin.buffer.read(json_lines.MOST_BYTES).decode("utf-8", "replace")


@dataclass(frozen=True)
class _Line:
    """A question of a JSON lines input; `history` as given: texts or questions with answers."""

    id: str | int | None
    question: str
    history: tuple[str | Turn, ...]


def _answer_lines(options: argparse.Namespace) -> int:
    status = ANSWERED
    with opened(options) as assistant:
        answerer = assistant.answerer().within(limited_to(options, assistant.library))
        for number, text in _lines():
            question_id = None
            try:
                line = _parse(text)
                question_id = line.id
                answer = answerer.complete(line.question, answerer.turns(line.history))
                output.say_json(answer.to_json(line.id))
            except AssistantError as error:
                status = FAILED
                output.say_json(
                    {"version": 1, "id": question_id, "line": number, "error": str(error)}
                )
    return status


def _lines() -> Iterator[tuple[int, str]]:
    if sys.stdin is None:
        raise QuestionError("stdin is closed; there are no questions.", "Pipe them in.")
    yield from json_lines.numbered(sys.stdin.buffer)


def _parse(text: str) -> _Line:
    value = json_lines.value(text)
    if isinstance(value, str):
        return _Line(None, value, ())
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        raise QuestionError('The line has no "question" with a text in it.')
    question_id = json_lines.identity(value)
    history = value.get("history") or []
    if not isinstance(history, list):
        raise QuestionError('"history" is not a list.')
    return _Line(question_id, value["question"], tuple(map(_turn, history)))


def _turn(value: Any) -> str | Turn:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("question"), str):
        answer = value.get("answer")
        if answer is None:
            return str(value["question"])
        if isinstance(answer, str):
            return Turn(value["question"], answer)
    raise QuestionError('"history" holds an entry that is not a question.')
