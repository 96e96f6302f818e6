"""Cases made by hand: a question of a set, and a line as a run records it."""

from typing import Any

from assistant.evaluation.case import Case
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.recorder import asked

SOURCE = "/docs/bridge.txt"


def question(identifier: str = "q", **fields: Any) -> EvalQuestion:
    plain = {"question": "Who built it?", "answerable": True, "answers": (), "source": "",
             "evidence": (), "history": ()}  # fmt: skip
    return EvalQuestion(id=identifier, **(plain | fields))


def line(
    of: EvalQuestion,
    *,
    answer: str = "Otto Stahn built it. [1]",
    quotes: tuple[str, ...] | None = None,
    evidence: tuple[str, ...] | None = ("Otto Stahn built it.",),
    passages: tuple[str, ...] = ("Otto Stahn built it. It is red.",),
    confidence: float = 0.9,
    refused: bool = False,
    **recorded: Any,
) -> dict[str, Any]:
    """A line of predictions as `eval` writes it; without `quotes` the answer is its quote."""
    if quotes is None:
        quotes = (answer.removesuffix(" [1]"),)
    if refused:
        answer, quotes = "The documents do not answer this.", ()
    return {
        "version": 1, "id": of.id, "question": of.question, "standalone_question": of.question,
        "status": "not_found" if refused else "answered", "answer": answer,
        "confidence": confidence, "mode": "quote",
        "statements": [{"text": q, "support": "exact", "citations": [1]} for q in quotes],
        "citations": [
            {"marker": n, "source": SOURCE, "title": "", "page": None, "lines": [1, 1],
             "span": [0, len(q)], "quote": q}
            for n, q in enumerate(quotes, start=1)
        ],
        "passages": [
            {"source": SOURCE, "lines": [1, 1], "score": 1.0, "text": p, "used": False}
            for p in passages
        ],
        "model": None, "embedder": {"name": "e", "sha256": "0" * 64},
        "prompt": {"name": "answer", "hash": "0"},
        "usage": {"prompt_tokens": 0, "completion_tokens": 0},
        "timings": {"retrieve_ms": 1.0, "first_token_ms": 1.0, "total_ms": 2.0, "tokens_per_s": None},
        "evaluation": {
            "asked": asked(of), "threshold": 0.5, "quotes_valid": [True] * len(quotes),
            "evidence": None if evidence is None else [
                {"source": SOURCE, "lines": [1, 1], "span": [0, len(e)], "score": 1.0, "text": e,
                 "answer": None}
                for e in evidence
            ],
            "standalone": None, "cost": {"seconds": 0.002, "memory_mb": 100.0},
        } | recorded,
    }  # fmt: skip


def case(of: EvalQuestion | None = None, **fields: Any) -> Case:
    made = of or question(answers=("Otto Stahn",))
    return Case(made, line(made, **fields))
