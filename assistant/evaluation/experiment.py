"""The plan of one command: models, whole or with a part left out, and the baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.errors import QuestionError
from assistant.evaluation.runs import RunFiles

# The name of the run where a command makes only one, or the first of several.
WHOLE = "assistant"


@dataclass(frozen=True)
class Plan:
    """The engine to answer: a model (None is the default one), or the baseline, or less of it
    all."""

    name: str
    model: str | None = None
    without: tuple[str, ...] = ()
    baseline: bool = False

    def to_json(self) -> dict[str, Any]:
        """The plan as it stands in a manifest."""
        return asdict(self) | {"without": list(self.without)}

    def check_is(self, recorded: Mapping[str, Any], files: RunFiles) -> None:
        """Raises QuestionError if the run that a manifest tells of is not this one.

        A plan that asks for nothing in particular is every run's.
        """
        if self == Plan(WHOLE):
            return
        was, now = recorded["plan"], self.to_json()
        answered_by = (recorded["settings"].get("model") or {}).get("name", "none")
        same = all(was[key] == now[key] for key in ("without", "baseline"))
        if not same or self.model not in {None, was["model"], answered_by}:
            how = " as the baseline" if was["baseline"] else ""
            less = f" without {', '.join(was['without'])}" if was["without"] else ""
            raise QuestionError(
                f"The run in {files.predictions} is not the one that is asked for: it was answered"
                f" by {answered_by}{how}{less}.",
                "Leave the option out to score it as it is, or give another place.",
            )


def plans(models: Sequence[str | None], ablate: Sequence[str], *, baseline: bool) -> list[Plan]:
    """The plans to run: each model whole, then without each part, then the baseline."""
    made = []
    for model in models:
        name = str(model) if len(models) > 1 else WHOLE
        made.append(Plan(name, model))
        prefix = f"{name} " if len(models) > 1 else ""
        made += [Plan(f"{prefix}without {part}", model, (part,)) for part in ablate]
        if baseline:
            made.append(Plan(f"{prefix}baseline", model, baseline=True))
    return made
