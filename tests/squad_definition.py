"""SQuAD's exact match and F1 from their definition, to hold the program's against.

Written from the papers (Rajpurkar et al. 2016, section 6.1; 2018, section 5) and the description of
the official script's normalisation, by other means than the program's: characters one by one
instead of patterns, sorted lists instead of counters.

`python tests/squad_definition.py RUN.jsonl SET.jsonl` writes the fixture anew: 500
predictions out of a recorded run (answers, drafts, sentences of evidence, the words that were marked
in them) beside the gold answers, with the values that this file finds.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).parent / "evaluation" / "squad_500.jsonl"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
# What hardly occurs in a run: nothing at all, articles, accents, other dashes, only punctuation.
_ODD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ()), ("", ("...",)), ("the", ()), ("a", ("an",)), ("?!", ("the",)), ("word", ()),
    ("", ("word",)), ("the a an", ("x",)), ("x\u2013a\u2013y", ("x\u2013 \u2013y",)),
    ("Caf\u00e9", ("cafe", "CAF\u00c9")), ("the_end", ("theend",)), ("U.S.A.", ("USA",)),
    ("a-b", ("ab",)), ("one one two", ("one two two",)), ("The The", ("the",)),
    ("30\u00a0km", ("30 km",)), ("A's", ("as",)), ("an apple a day", ("Apple day.", "day")),
)  # fmt: skip


def expected(prediction: str, answers: Sequence[str]) -> tuple[float, float]:
    """Exact match and F1, the best over the answers.

    Answers that normalise to nothing are not counted; where none is left, the one answer is "".
    """
    golds = [words for words in map(_words, answers) if words] or [[]]
    said = _words(prediction)
    return max(float(said == gold) for gold in golds), max(_overlap(said, gold) for gold in golds)


def _words(text: str) -> list[str]:
    kept = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    runs = ("".join(run) for _, run in groupby(kept, key=lambda c: c.isalnum() or c == "_"))
    return "".join(" " if run in {"a", "an", "the"} else run for run in runs).split()


def _overlap(said: list[str], gold: list[str]) -> float:
    if not said or not gold:  # "no answer" is right or wrong as a whole
        return float(said == gold)
    left, shared = sorted(gold), 0
    for word in sorted(said):
        if word in left:
            left.remove(word)
            shared += 1
    if not shared:
        return 0.0
    precision, recall = shared / len(said), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def _recorded(run: Path, questions: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    golds = {}
    for row in map(json.loads, questions.read_text(encoding="utf-8").splitlines()):
        golds[row["id"]] = tuple(row["answers"]) if row["answerable"] else ()
    lines = [json.loads(row) for row in run.read_text(encoding="utf-8").splitlines()]
    for depth in range(20):
        for one in lines:
            said = list(_said(one))
            if depth < len(said):
                yield said[depth], golds[one["id"]]


def _said(one: dict[str, Any]) -> Iterator[str]:
    yield "" if one["status"] == "not_found" else one["answer"].replace(" [1]", "")
    yield from [one["evaluation"]["draft"]] if one["evaluation"]["draft"] else []
    for sentence in one["evaluation"]["evidence"] or ():
        yield from [sentence["answer"]] if sentence["answer"] else []
        yield sentence["text"]


def _write(run: Path, questions: Path) -> None:
    pairs = dict.fromkeys((*_ODD, *_recorded(run, questions)))
    rows = []
    for prediction, answers in list(pairs)[:500]:
        exact, f1 = expected(prediction, answers)
        rows.append({"prediction": prediction, "answers": answers, "exact": exact, "f1": f1})
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    FIXTURE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]), Path(sys.argv[2]))
