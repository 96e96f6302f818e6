"""Reads question sets in JSON lines, with the documents beside them, as articles."""

from pathlib import Path

from assistant.errors import AssistantError
from assistant.evaluation.dataset import EvalQuestion, names_source
from assistant.evaluation.dataset import read as read_questions
from assistant.lab.training.squad import Article, Asked

DOCUMENTS = "documents"


def read(path: Path) -> list[Article]:
    """The files in `documents/` beside a set, each with the questions whose `source` it is.

    The paragraph of a question is its evidence; of a near-miss it is empty. Raises AssistantError
    if a question names no document, or an answerable one no evidence.
    """
    asked = read_questions(path)
    documents = sorted((path.parent / DOCUMENTS).iterdir())
    sources = [file.as_posix() for file in documents]
    for one in asked:
        known = any(names_source(one.source, source) for source in sources)
        if not known or (one.answerable and not (one.evidence and one.answers)):
            raise AssistantError(
                f"{path}: {one.id} has no document or no evidence.", "Name both in the set."
            )
    return [
        Article(
            title=file.name,
            paragraphs=(),
            questions=tuple(map(_asked, (q for q in asked if names_source(q.source, source)))),
            file=file,
        )
        for file, source in zip(documents, sources, strict=True)
    ]


def _asked(question: EvalQuestion) -> Asked:
    answers = question.answers if question.answerable else ()
    return Asked(question.question, answers, " ".join(question.evidence))
