"""A library's own scale of confidence and its own threshold."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from assistant.retrieval.reranker import RankingModel, RankingModels, probability

_NAMES = {"plain", "with_reader"}


def log_odds(probability_: float) -> float:
    """The log odds of a probability, that of 0 and 1 at \u00b110."""
    clipped = min(max(probability_, 4.54e-5), 1 - 4.54e-5)
    return math.log(clipped / (1 - clipped))


@dataclass(frozen=True)
class Scale:
    """A monotone map of confidence: log odds times `slope`, plus `intercept` (Platt 1999)."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, confidence: float) -> float:
        return probability(self.slope * log_odds(confidence) + self.intercept)


@dataclass(frozen=True)
class Calibration:
    """A library's own scale and threshold, and what they were fitted with.

    `threshold` is on the scale; `threshold_as_shipped` is the same border on the shipped one. They
    hold for one model of one file of weights, `model` and `ranking`, with the reader `reader`
    (sha256; "" where none is used). `questions` is how many there were and `sha256` of what file;
    "" where they were made from the library itself. `made_on` is a date.
    """

    slope: float
    intercept: float
    threshold: float
    threshold_as_shipped: float
    model: Literal["plain", "with_reader"]
    ranking: str
    reader: str
    questions: int
    answerable: int
    sha256: str
    made_on: str

    def fits(self, models: RankingModels, reader: str) -> bool:
        """Tell whether it was fitted to the confidences that these models give."""
        return (self.ranking, self.reader) == (models.hash, reader)

    def applied(self, models: RankingModels) -> RankingModels:
        """The models with this scale and threshold on the one that they were fitted for."""
        chosen: RankingModel | None = getattr(models, self.model)
        if chosen is None:
            return models
        scaled = replace(
            chosen,
            confidence=chosen.confidence.rescaled(self.slope, self.intercept),
            threshold=self.threshold,
        )
        mark = f"{models.hash}+{self.slope:.4f},{self.intercept:.4f},{self.threshold:.4f}"
        if self.model == "plain":
            return replace(models, plain=scaled, hash=mark)
        return replace(models, with_reader=scaled, hash=mark)

    def to_text(self) -> str:
        """As it is kept among a library's settings."""
        return json.dumps(asdict(self))


def read_calibration(text: str) -> Calibration | None:
    """The calibration that `Calibration.to_text` wrote; None for anything else."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    return _checked(found) if isinstance(found, dict) else None


def _checked(found: Mapping[str, Any]) -> Calibration | None:
    kinds = {f.name: f.type for f in fields(Calibration)}
    numbers = {name: found.get(name) for name, kind in kinds.items() if kind in {float, int}}
    good = (
        found.keys() == kinds.keys()
        and all(type(value) in {int, float} for value in numbers.values())
        and all(isinstance(found[name], str) for name in kinds.keys() - numbers.keys())
        and found["model"] in _NAMES
    )
    if not good:
        return None
    made = Calibration(**found)
    ok = made.slope > 0 and math.isfinite(made.slope + made.intercept) and 0 < made.threshold < 1
    return made if ok else None
