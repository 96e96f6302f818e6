"""Figures of `assistant check` on statements that are made by rule from a question set.

A question with its answer makes a supported one; denied, or with a name or number exchanged, it is
contradicted; one about a document that the library lacks is not found.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.answering.checker import FINDINGS, Finding
from assistant.assistant import Assistant
from assistant.engines.models import NO_MODEL
from assistant.evaluation.dataset import EvalQuestion, names_source, read
from assistant.lab.training.statements import statement
from assistant.lab.training.support_data import denied, exchanged
from assistant.language.sentences import sentence_spans

Labelled = tuple[str, Finding]


def labelled(
    questions: Sequence[EvalQuestion], held: Sequence[str], rng: random.Random
) -> Iterator[Labelled]:
    """Statements with what the library should say, which holds the sources `held`."""
    turn = 0
    for question in questions:
        said = _statement(question)
        if said is None:
            continue
        if question.source not in held:
            yield said, "not_found"
            continue
        yield said, "supported"
        turn += 1
        other = exchanged(said, question.passage, rng) or ""
        if contrary := (other or denied(said) if turn % 2 else denied(said) or other):
            yield contrary, "contradicted"


def _statement(question: EvalQuestion) -> str | None:
    """The question and its answer as one sentence, where the rules are sure of it."""
    if not question.answers or question.history:
        return None
    answer, text = question.answers[0], question.passage
    place = text.find(answer)
    for start, end in sentence_spans(text):
        if start <= place < end:
            return statement(question.question, answer, text[start:end])
    return None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("questions", type=Path, help="a question set with passages, JSON lines")
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--number", type=int, default=100, help="how many statements (default 100)")
    parser.add_argument("--seed", type=int, default=1)


def command(options: argparse.Namespace) -> int:
    """Check the statements against half of the documents and print the figures as JSON."""
    rng = random.Random(options.seed)
    questions = read(options.questions)
    rng.shuffle(questions)
    sources = sorted({q.source for q in questions})
    held = sources[: -(-len(sources) // 2)]
    files = [path for path in sorted(options.documents.iterdir()) if _is_held(path, held)]
    made = list(labelled(questions, held, rng))
    share = -(-options.number // len(FINDINGS))
    chosen = [row for f in FINDINGS for row in [r for r in made if r[1] == f][:share]]
    told: dict[str, dict[str, int]] = {f: dict.fromkeys(FINDINGS, 0) for f in FINDINGS}
    with (
        tempfile.TemporaryDirectory() as place,
        Assistant(model=NO_MODEL, folder=Path(place)) as own,
    ):
        for _ in own.library.add([str(path) for path in files]):
            pass
        checker = own.checker()
        for said, label in chosen:
            told[label][checker.statement(said).support] += 1
    recalls = [told[f][f] / sum(told[f].values()) for f in FINDINGS if sum(told[f].values())]
    accuracy = round(sum(recalls) / len(recalls), 3) if recalls else None
    print(json.dumps({"statements": len(chosen), "told": told, "balanced_accuracy": accuracy}))
    return 0


def _is_held(path: Path, held: Sequence[str]) -> bool:
    return any(names_source(source, str(path)) for source in held)
