"""Trains the evidence reader: `python -m assistant.training reader FILE… --weights … --out …`."""

import argparse
import copy
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from assistant import paths
from assistant.training import reader_data, reader_eval
from assistant.training.reader_data import QuestionSet
from assistant.training.reader_export import export, quantise
from assistant.training.reader_model import Reader
from assistant.training.reader_run import Recipe, Run, precision
from assistant.training.reader_windows import Group, batches
from assistant.training.split import HeldOut

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WARMUP = 0.06
_CHECKPOINT_STEPS = 200
_REPORT_STEPS = 20


def load_tokenizer() -> "Tokenizer":
    """all-MiniLM-L6-v2's tokenizer without the padding and truncation that its file sets."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(
        str(paths.shipped("models") / "all-MiniLM-L6-v2/tokenizer.json")
    )
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def train(
    files: Sequence[Path],
    weights: Sequence[Path],
    out: Path,
    recipe: Recipe,
    held_out: HeldOut,
) -> Path:
    """Train from the encoder's `weights` or the mean of checkpoints'; returns `out`/reader.pt.

    Without passes the mean itself is written. Goes on where a run with the same `out` stopped.
    Prints progress, time left and figures.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    tokenizer = load_tokenizer()
    test = reader_data.load(files, tokenizer, held_out, test=True)
    learned = reader_data.load(files, tokenizer, held_out, test=False)
    steps = _steps(learned, tokenizer, recipe)
    print(f"{len(steps)} steps on {sum(map(len, steps))} questions", flush=True)
    run = Run(weights, recipe, out / "reader.pt")
    progress = _Progress(run, len(steps), recipe.minutes)
    marks = {round(len(steps) * (i + 1) / recipe.evaluations) for i in range(recipe.evaluations)}
    # By the clock where the machine turns out slower than thought: the rate must reach zero.
    while (done := progress.done()) < 1:
        batch = steps[run.step]
        rate = recipe.rate * min(done / _WARMUP, (1 - done) / (1 - _WARMUP))
        progress.add(batch, run.learn(batch, rate))
        if run.step % _CHECKPOINT_STEPS == 0:
            run.save()
        if run.step in marks:
            found = figures(run.average, test, tokenizer, 40)
            print(json.dumps({"step": run.step, "held_out": found}), flush=True)
    run.save()
    print(json.dumps({"final": figures(run.average, test, tokenizer, 150)}), flush=True)
    return run.file


class _Progress:
    """How far a run is, by steps and by the clock; prints a line now and then."""

    def __init__(self, run: Run, steps: int, minutes: float) -> None:
        self._run, self._steps, self._minutes = run, steps, minutes
        self._first, self._started, self._before = run.step, time.monotonic(), run.seconds
        self._tokens, self._loss = 0, 0.0

    def done(self) -> float:
        """The part of the run that is over, from 0 to 1."""
        self._run.seconds = self._before + time.monotonic() - self._started
        by_steps = self._run.step / self._steps if self._steps else 1.0
        return max(by_steps, self._run.seconds / 60 / self._minutes)

    def add(self, batch: Sequence[Group], loss: float) -> None:
        """Count a step that was made."""
        self._tokens += sum(len(w.ids) for group in batch for w in group)
        self._loss += loss
        if self._run.step % _REPORT_STEPS == 0:
            spent = time.monotonic() - self._started
            by_steps = spent * (self._steps - self._run.step) / (self._run.step - self._first)
            left = min(by_steps, self._minutes * 60 - self._run.seconds)
            print(
                f"{time.strftime('%H:%M:%S')} step {self._run.step} of {self._steps}, "
                f"loss {self._loss / _REPORT_STEPS:.3f}, {self._tokens / spent:.0f} tokens/s, "
                f"{left / 60:.0f} min left",
                flush=True,
            )
            self._loss = 0.0


def figures(
    reader: Reader, sets: Sequence[QuestionSet], tokenizer: "Tokenizer", number: int
) -> dict[str, dict[str, float]]:
    """Figures on the held-out articles of each file, on at most `number` of their questions."""
    fast = copy.deepcopy(reader).to(precision()).eval()
    return {s.name: reader_eval.evaluate(fast, s, tokenizer, number, 7) for s in sets}


def _steps(
    sets: Sequence[QuestionSet], tokenizer: "Tokenizer", recipe: Recipe
) -> list[list[Group]]:
    """All batches of a run, pass after pass: the same for the same files and seed."""
    result = []
    shares = recipe.shares or (1.0,) * len(sets)
    for number in range(recipe.passes):
        rng = random.Random(f"{recipe.seed}-{number}")
        items: list[Group] = []
        for found, share in zip(sets, shares, strict=True):
            for _ in range(max(1, round(share))):
                drawn = reader_data.groups(found, tokenizer, rng, recipe.negatives)
                # Half a set: the other half in the next pass.
                stride = 1 if share >= 1 else round(1 / share)
                items += drawn[number % stride :: stride]
        result += batches(items, recipe.batch_tokens, rng)
    return result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("files", nargs="+", type=Path, help="question sets in SQuAD's JSON shape")
    parser.add_argument(
        "--weights",
        type=Path,
        nargs="+",
        required=True,
        help="MiniLM's model.safetensors, or earlier runs' reader.pt, whose mean is the start",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and models")
    parser.add_argument("--passes", type=int, default=Recipe.passes)
    parser.add_argument("--minutes", type=float, default=Recipe.minutes, help="at most")
    parser.add_argument("--rate", type=float, default=Recipe.rate, help="of learning, at its peak")
    parser.add_argument(
        "--held-out",
        nargs="*",
        default=(),
        metavar="TITLE",
        help="articles that their file holds out, instead of one in six",
    )
    parser.add_argument(
        "--whole", nargs="*", default=(), metavar="NAME", help="files that hold out nothing"
    )
    parser.add_argument(
        "--evaluations", type=int, default=Recipe.evaluations, help="on the way, beside the last"
    )
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--shares", type=float, nargs="*", default=(), help="of each file, a pass")


def command(options: argparse.Namespace) -> int:
    """Train, export and quantise as the options say; returns the exit status."""
    recipe = Recipe(
        passes=options.passes,
        rate=options.rate,
        minutes=options.minutes,
        seed=options.seed,
        evaluations=options.evaluations,
        shares=tuple(options.shares),
    )
    held_out = HeldOut(tuple(options.held_out), tuple(options.whole))
    checkpoint = train(options.files, options.weights, options.out, recipe, held_out)
    export(checkpoint, options.out / "reader-fp32.onnx")
    quantise(options.out / "reader-fp32.onnx", options.out / "reader.onnx")
    return 0


if __name__ == "__main__":
    _parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(_parser)
    raise SystemExit(command(_parser.parse_args()))
