"""Problems of a question set: their place, field and wording."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.errors import QuestionError

# More lines than this hide what a person should mend first.
_ERRORS_TOLD = 20
_PLACES_TOLD = 5
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Problem:
    """Something wrong with a question, or with the whole set where `place` is empty.

    `place` is "line 3" or a question of a SQuAD file; `field` may be empty. `message` is the same
    for all problems of a kind, so that many can be told as one; `detail` is what is particular. An
    error stops the evaluation, a warning is told and it goes on.
    """

    severity: Literal["error", "warning"]
    place: str
    field: str
    message: str
    detail: str = ""

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.place, self.field and f'"{self.field}"') if part)
        said = f"{self.message}: {self.detail}" if self.detail else self.message
        return f"{where}: {said}" if where else said[0].upper() + said[1:]


def fail_on_errors(name: str, problems: Iterable[Problem]) -> None:
    """Raises QuestionError naming every error (up to a cap, then their number); else nothing."""
    errors = [p for p in problems if p.severity == "error"]
    if not errors:
        return
    errors.sort(key=lambda problem: [int(n) for n in _NUMBER.findall(problem.place)])
    count = "an error; mend it" if len(errors) == 1 else f"{len(errors):,} errors; mend them"
    told = [f"  {problem}." for problem in errors[:_ERRORS_TOLD]]
    if len(errors) > _ERRORS_TOLD:
        told.append(f"  and {len(errors) - _ERRORS_TOLD:,} more.")
    # The lines come last: whoever reads them knows already what to do.
    raise QuestionError(
        "\n".join([f"The question set {name} has {count} and run the command again:", *told])
    )


def warnings_told(problems: Iterable[Problem]) -> list[str]:
    """The warnings as lines to print: one for each kind, with the places where it occurs."""
    kinds: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.severity == "warning":
            kinds.setdefault((problem.field, problem.message), []).append(problem)
    return [_told(kind) for kind in kinds.values()]


def _told(kind: Sequence[Problem]) -> str:
    first = kind[0]
    if len(kind) == 1:
        return f"{first}."
    places = ", ".join(p.place for p in kind[:_PLACES_TOLD]).replace(", line ", ", ")
    more = f" and {len(kind) - _PLACES_TOLD:,} more" if len(kind) > _PLACES_TOLD else ""
    field = f', "{first.field}"' if first.field else ""
    return f"{len(kind):,} questions{field}: {first.message} ({places}{more})."
