"""What the shipped reader is trained with: the stages, in order, each going on from the last."""

from dataclasses import dataclass

from assistant.lab.training.reader_data import Mix
from assistant.lab.training.reader_run import Recipe

# Question sets in SQuAD's JSON shape, and pairs of statement and evidence, in the data's folder.
# squad2-half is not among them: its questions are the development set's.
QUESTIONS = (
    "squad-train.json.gz",
    "squad2-rest.json.gz",
    "squadshifts-new-wiki.json",
    "xquad-rest.json",
    "qamr-sentences.json",
    "papers.json",
    "sentences.json",
)
STATEMENTS = ("support.jsonl.gz",)


@dataclass(frozen=True)
class Stage:
    """A run under a name, which is its folder's."""

    name: str
    recipe: Recipe


READER = (
    # Questions beside their near-misses, most other questions of the same articles.
    Stage(
        "pairs",
        Recipe(
            shares=(("squad-train", 0.6), ("squad2-rest", 1), ("support", 1)),
            mix=Mix(negatives=0.35, swapped=0.05, without_answer=0.1),
            rate=2.5e-4,
            seed=1,
        ),
    ),
)
