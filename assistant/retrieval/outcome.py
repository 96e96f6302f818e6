"""The three outcomes of a question: answered, perhaps, not found."""

from typing import Literal

Outcome = Literal["answered", "perhaps", "not_found"]

# Below it an answer is said with "perhaps". In the mix that confidence is calibrated for, as many
# near-misses as answerable questions (`assistant.lab.training.evidence.Fitter`), the documents
# answer two in five of those at this border; one in two where people ask two near-misses to three
# others.
LIKELY = 0.4
# From here on confidence is called high.
HIGH = 0.8


def outcome(confidence: float, *, answered: bool) -> Outcome:
    """The one rule of what a person is told: an answer, an answer with "perhaps", or none.

    `answered` is whether the confidence reached the threshold that was in force.
    """
    if not answered:
        return "not_found"
    return "answered" if confidence >= LIKELY else "perhaps"
