"""How long evidence takes while another process adds documents to the same library.

`uv run python tests/bench/while_adding.py` prints medians and the 95th percentile in milliseconds,
before and during.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from assistant.assistant import Assistant
from assistant.query.question import Question
from assistant.retrieval.evidence_search import stages
from assistant.retrieval.reranker import shipped_models

WORDS = (Path(__file__).parents[2] / "seeds").glob("*.txt")
QUESTIONS = (
    "When did Ban Ki-moon visit Libya?",
    "Who leads the government in Tripoli?",
    "What did the two sides agree on?",
    "How many people were killed?",
    "Where were the talks held?",
)
ROUNDS = 8


def corpus(folder: Path, files: int) -> None:
    """Files of about twenty passages each, made of the shipped article in other orders."""
    paragraphs = [p for path in WORDS for p in path.read_text(encoding="utf-8").split("\n") if p]
    for number in range(files):
        turned = paragraphs[number % len(paragraphs) :] + paragraphs[: number % len(paragraphs)]
        (folder / f"{number}.txt").write_text(
            "\n\n".join(f"{p} (No. {number})" for p in turned * 2), encoding="utf-8"
        )


def measure(assistant: Assistant) -> list[float]:
    """Milliseconds until the first evidence, for each question of each round."""
    took = []
    for question in QUESTIONS * ROUNDS:
        assistant.embedder.forget()
        began = time.perf_counter()
        with assistant.library.answering():
            next(stages(assistant.library, Question(question), shipped_models()))
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(0.3)  # a person reads
    return took


def show(name: str, took: list[float]) -> None:
    print(f"{name:<16} median {median(took):6.0f}   95 % {quantiles(took, n=20)[-1]:6.0f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as documents:
        os.environ["ASSISTANT_HOME"] = home
        corpus(Path(documents), 200)
        with Assistant(model="none", create=False) as assistant:
            for _ in assistant.seed() or ():
                pass
            measure(assistant)
            show("quiet", measure(assistant))
            adding = subprocess.Popen([sys.executable, "-m", "assistant", "add", documents])
            while not assistant.library.document_store.waiting_count():
                time.sleep(0.1)
            took = measure(assistant)
            assert adding.poll() is None, "adding was done too early"
            adding.kill()
            adding.wait()
            show("while adding", took)


if __name__ == "__main__":
    main()
