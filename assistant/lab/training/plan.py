"""The training plan of the shipped reader: the stages, in order, each going on from the last."""

from dataclasses import dataclass, field
from pathlib import Path

from assistant.lab.training.reader_data import Mix
from assistant.lab.training.squad import stem

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
TALES = "tales.jsonl.gz"
STATEMENTS = "support.jsonl.gz"
# The texts of records.py are made, not read: the same for the same seed.
RECORDS = "records"
RECORDS_SEED = 1
# The sets that ranking and confidence are fitted on, on articles that the reader did not see; of
# each file so many questions of a kind; the share of questions on other subjects to refuse.
EVIDENCE = (
    "squad-train.json.gz",
    "squad2-rest.json.gz",
    "squadshifts-new-wiki.json",
    "papers.json",
    "sentences.json",
)
# What people have in their folders, beside those paragraphs: all of its questions.
EVERYDAY = Path(__file__).with_name("everyday") / "questions.jsonl"
QUESTIONS_A_FILE = 130
OUTSIDE_REFUSED = 0.95
# The set whose near-misses name their twins.
PAIRED = "squad-train"


def names() -> frozenset[str]:
    """The names of all files."""
    return frozenset(map(stem, (*QUESTIONS, TALES, STATEMENTS))) | {RECORDS}


def evidence_files(data: Path) -> list[Path]:
    """The sets that ranking and confidence are fitted on; `data` is the training data's folder."""
    return [*(data / name for name in EVIDENCE), EVERYDAY]


@dataclass(frozen=True)
class Recipe:
    """The settings of a run; recorded in its checkpoint.

    `shares` says how often a file's questions come up in the run; a file that is not named is not
    used; a source of statements may have a share of its own. Of that share of squad-train's
    questions statements are made too (`statements`), and of those with a near-miss claims of
    question and answer (`assertions`). The rate of learning rises to `rate` and falls
    to zero.
    """

    shares: tuple[tuple[str, float], ...]
    mix: Mix = field(default_factory=Mix)
    statements: float = 0.0
    assertions: float = 0.0
    rate: float = 2e-4
    batch_tokens: int = 4400
    minutes: float = 600.0
    seed: int = 1
    evaluations: int = 3


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
            minutes=85,
            seed=1,
        ),
    ),
    # All kinds of text, fewer pairs; statements made of questions beside those that people made.
    Stage(
        "kinds",
        Recipe(
            shares=(
                ("squad-train", 0.04),
                ("squad2-rest", 0.3),
                ("squadshifts-new-wiki", 0.25),
                ("qamr-sentences", 0.1),
                ("papers", 0.8),
                ("sentences", 2),
                ("tales", 0.2),
                ("support", 1),
            ),
            statements=0.5,
            mix=Mix(negatives=0.5, swapped=0.1, without_answer=0.15, pairs=0.15),
            rate=1.5e-4,
            minutes=24,
            evaluations=1,
            seed=2,
        ),
    ),
    # All of it again, each question beside paragraphs that only look as if they answered it.
    Stage(
        "across",
        Recipe(
            shares=(
                ("squad-train", 0.3),
                ("squad2-rest", 1),
                ("squadshifts-new-wiki", 0.3),
                ("qamr-sentences", 0.05),
                ("papers", 1),
                ("sentences", 2),
                ("tales", 0.1),
                ("support", 0.7),
                ("support:fool-me-twice", 3),
                ("support:wice", 2),
            ),
            statements=0.2,
            mix=Mix(negatives=1.0, swapped=0.05, without_answer=0.1, pairs=0.6),
            rate=2e-4,
            minutes=95,
            evaluations=2,
            seed=3,
        ),
    ),
    # Once more, with the records, settings and rules of everyday documents among them.
    Stage(
        "records",
        Recipe(
            shares=(
                ("squad-train", 0.25),
                ("squad2-rest", 1),
                ("squadshifts-new-wiki", 0.3),
                ("qamr-sentences", 0.05),
                ("papers", 0.6),
                ("sentences", 2),
                ("tales", 0.1),
                (RECORDS, 0.5),
                ("support", 0.5),
                (f"support:{RECORDS}", 1),
                ("support:fool-me-twice", 2),
                ("support:wice", 1),
            ),
            statements=0.15,
            mix=Mix(negatives=1.0, swapped=0.05, without_answer=0.1, pairs=0.65),
            rate=1.5e-4,
            minutes=78,
            evaluations=2,
            seed=4,
        ),
    ),
    # Answers judged too: a question and what was read as its answer, as one claim.
    Stage(
        "answers",
        Recipe(
            shares=(
                ("squad-train", 0.12),
                ("squad2-rest", 0.6),
                ("squadshifts-new-wiki", 0.2),
                ("papers", 0.3),
                ("sentences", 1),
                ("tales", 0.05),
                (RECORDS, 0.2),
                ("support", 0.25),
                (f"support:{RECORDS}", 0.5),
                ("support:fool-me-twice", 1),
            ),
            statements=0.05,
            assertions=0.7,
            mix=Mix(negatives=1.0, swapped=0.05, without_answer=0.1, pairs=0.3),
            rate=1.2e-4,
            minutes=20,
            evaluations=1,
            seed=5,
        ),
    ),
)
