"""Benchmark of whole answers, warm: what a person waits for, stage by stage."""

import time
from collections.abc import Iterator

from assistant.answering.events import Answered, Found
from assistant.answering.llm import Token
from assistant.bench.results import Budget, Row
from assistant.bench.workplace import Workplace


def answers(place: Workplace) -> Iterator[Row]:
    """Evidence, the reader's order after it, the first token after that, the whole answer."""
    place.answerer.complete(place.questions[0])
    taken: dict[str, list[float]] = {name: [] for name in ("evidence", "reader", "token", "whole")}
    for _ in range(place.rounds):
        for question in place.questions:
            place.assistant.embedder.forget()
            for name, ms in _answer(place, question):
                taken[name].append(ms)
    named = {
        "evidence": ("evidence", "evidence on the screen, warm", Budget(150)),
        "reader": ("evidence.reader", "the reader's order after that", Budget(250)),
        "token": ("draft", "first token after that", Budget(600)),
        "whole": ("answer", "the answer", None),
    }
    for stage, (name, title, budget) in named.items():
        if taken[stage]:
            yield Row(name, title, "ms", tuple(taken[stage]), budget=budget)


def _answer(place: Workplace, question: str) -> Iterator[tuple[str, float]]:
    """The stages of one answer and how long each took, the whole last."""
    began = last = time.perf_counter()
    coming = ["evidence", "reader", "token"]
    for event in place.answerer.answer(question):
        now = time.perf_counter()
        if isinstance(event, Found):
            yield coming.pop(0), (now - last) * 1000
            last = now
        elif isinstance(event, Token) and "token" in coming:
            coming.clear()
            yield "token", (now - last) * 1000
        elif isinstance(event, Answered):
            yield "whole", (now - began) * 1000
