"""Question sets: questions with what is known of their answers, checked as they are read."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.answering.pipeline import MAX_QUESTION_CHARS
from assistant.errors import QuestionError
from assistant.evaluation import formats
from assistant.evaluation.problems import Problem, fail_on_errors, warnings_told
from assistant.evaluation.question_fields import Fields
from assistant.query.rewriter import Turn

FIELDS = tuple(
    (
        "id question answerable answers items source evidence history standalone passage kind "
        "candidates note"
    ).split()
)
# Left out without a word, these would change what is measured.
_MEASURED = frozenset(FIELDS) - {"candidates", "note", "kind", "id"}


@dataclass(frozen=True)
class EvalQuestion:
    """A question of a set; texts and tuples are empty where the set does not say.

    `source` is a path or the last part of one, `passage` the paragraph that answers, `evidence`
    the sentences that do. `history` holds the earlier turns, `standalone` the question as it would
    be put without them. `items` are all things that the answer must name. `place` is where the
    question stands in its file ("line 3").
    """

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...]
    source: str
    evidence: tuple[str, ...]
    history: tuple[str | Turn, ...]
    standalone: str = ""
    passage: str = ""
    kind: str = ""
    place: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionSet:
    """The questions that can be asked, the warnings of reading them, and how many are empty.

    An empty question is one of a starter set that is not filled in yet.
    """

    questions: tuple[EvalQuestion, ...]
    warnings: tuple[Problem, ...]
    unfilled: int

    def told(self, found: Iterable[Problem] = ()) -> list[str]:
        """Notices for a person before the questions are asked; `found` by checking them."""
        lines = warnings_told((*self.warnings, *found))
        if self.unfilled:
            count = "1 question is" if self.unfilled == 1 else f"{self.unfilled:,} questions are"
            lines.append(f"{count} still empty and left out; {len(self.questions):,} to ask.")
        return lines


def read(path: Path) -> list[EvalQuestion]:
    """The questions of a file; see `read_set`."""
    return list(read_set(path).questions)


def read_set(path: Path) -> QuestionSet:
    """A set of JSON lines, CSV or SQuAD's JSON.

    Raises QuestionError if the file cannot be read, holds no question, or has errors: all of them
    are named, with line and field.
    """
    rows = formats.rows(path)
    problems = list(rows.problems)
    questions: list[EvalQuestion] = []
    unfilled = 0
    for place, values in rows.rows:
        question, wrong = _question(Fields(place, values))
        problems += wrong
        if question.question:
            questions.append(question)
        else:
            unfilled += all(problem.severity == "warning" for problem in wrong)
    problems += _same_ids(questions)
    fail_on_errors(str(path), problems)
    if not questions:
        raise _nothing_to_ask(path, unfilled)
    return QuestionSet(tuple(questions), tuple(problems), unfilled)


def names_source(named: str, source: str) -> bool:
    """Tell whether a set's `source` stands for a document: its path, or the last parts of it."""
    wanted, have = (name.replace(os.sep, "/") for name in (named, source))
    return have == wanted or have.endswith("/" + wanted.lstrip("/"))


def _question(fields: Fields) -> tuple[EvalQuestion, list[Problem]]:
    """The question that a row holds, and what is wrong with it; not to be asked if that stops."""
    question = EvalQuestion(
        id=fields.id(),
        question=" ".join(fields.text("question", MAX_QUESTION_CHARS, needed=True).split()),
        answerable=fields.flag("answerable", True),
        answers=fields.texts("answers"),
        items=fields.texts("items"),
        source=fields.text("source"),
        evidence=fields.texts("evidence"),
        history=fields.turns("history", MAX_QUESTION_CHARS),
        standalone=fields.text("standalone", MAX_QUESTION_CHARS),
        passage=fields.text("passage"),
        kind=fields.text("kind"),
        place=fields.place,
    )
    if question.answers and not question.answerable:
        fields.wrong("answers", "the question is said to be unanswerable, but has answers")
    fields.unknown(FIELDS, _MEASURED)
    return question, fields.problems


def _nothing_to_ask(path: Path, unfilled: int) -> QuestionError:
    if unfilled:
        return QuestionError(
            f"Every question of {path} is still empty ({unfilled:,}).",
            'Write at least one into its "question", then run the command again.',
        )
    return QuestionError(
        f"The question set {path} is empty.",
        "Put a question on each line, or let `assistant eval init` write a set to fill in.",
    )


def _same_ids(questions: Iterable[EvalQuestion]) -> list[Problem]:
    seen: dict[str, str] = {}
    found = []
    for question in questions:
        first = seen.setdefault(question.id, question.place)
        if first != question.place:
            found.append(
                Problem("error", question.place, "id", f"{first} has the same", question.id)
            )
    return found
