"""How much of the right evidence is still found when people write carelessly.

    uv run python tests/bench/perturbed.py QUESTIONS.jsonl --documents DIR [--limit 40]

Each answerable question is asked as it is and in five careless ways, always the same for the same
question; of those whose first sentence holds the gold as asked, the share that still does is told.
"""

import argparse
import json
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluation.text_matching import contains
from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import words
from assistant.query.question import Question
from assistant.query.wording import core
from assistant.retrieval.evidence_search import retrieve
from assistant.retrieval.reranker import shipped_models


def misspelt(question: str) -> str:
    """Two letters of the longest word that is no name change places; of a name, where all are."""
    found = [w for w in words(question) if len(w.text) > 4 and not w.is_stop_word]
    plain = [w for w in found if not w.is_capitalised] or found
    if not plain:
        return question
    word = max(plain, key=lambda w: len(w.text))
    place = word.start + 1 + random.Random(question).randrange(len(word.text) - 3)
    a, b = question[place], question[place + 1]
    return question[:place] + b + a + question[place + 2 :]


def lower(question: str) -> str:
    """Lower case, no question mark."""
    return question.lower().rstrip("?")


def keywords(question: str) -> str:
    """Its words without function words."""
    return " ".join(w.text for w in words(question) if w.text.lower() not in STOP_WORDS)


def long_winded(question: str) -> str:
    """With what people say around a question."""
    return (
        "Hi, I have been reading about this for some time and my brother told me that you may"
        f" help. Could you please tell me {question[:1].lower()}{question[1:].rstrip('?')}?"
    )


def shouted(question: str) -> str:
    """In capitals, with many marks."""
    return question.upper().rstrip("?") + "???"


WAYS: dict[str, Callable[[str], str]] = {
    "misspelt": misspelt,
    "lower case": lower,
    "keywords": keywords,
    "long-winded": long_winded,
    "shouted": shouted,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--library", type=Path, help="a folder to keep the library in")
    parser.add_argument("--limit", type=int, default=40)
    options = parser.parse_args()
    lines = map(json.loads, options.questions.read_text(encoding="utf-8").splitlines())
    asked = [q for q in lines if q["answerable"] and q["answers"]][: options.limit]
    with tempfile.TemporaryDirectory() as folder:
        place = options.library or Path(folder)
        with Assistant(folder=place, model="none") as assistant:
            if not assistant.library.sources():
                list(assistant.library.add([str(options.documents)]))
            measure(assistant, asked)


def measure(assistant: Assistant, asked: list[dict[str, object]]) -> None:
    """Print, for each way, the share of right first sentences that stay right."""

    def right(question: str, answers: list[str]) -> bool:
        found = retrieve(
            assistant.library, Question(core(question)), shipped_models(), assistant.reader
        )
        first = re.sub(r"\s+", " ", found.evidence[0].quote) if found.evidence else ""
        return found.is_answered and contains(first, answers)

    kept = dict.fromkeys(WAYS, 0)
    sound = 0
    for row in asked:
        question, answers = str(row["question"]), [str(a) for a in row["answers"]]  # type: ignore[attr-defined]
        if not right(question, answers):
            continue
        sound += 1
        for way, change in WAYS.items():
            held = right(change(question), answers)
            kept[way] += held
            if not held:
                print(f"lost {way}: {change(question)}")
    for way, count in kept.items():
        print(f"{way:12} {count / sound:.3f} of {sound}")


if __name__ == "__main__":
    main()
