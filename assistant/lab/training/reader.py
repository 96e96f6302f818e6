"""Trains the evidence reader: `python -m assistant.lab.training reader FILE… --weights … --out …`."""

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from assistant import paths
from assistant.lab.training import plan, reader_data, reader_eval
from assistant.lab.training.reader_data import QuestionSet
from assistant.lab.training.reader_export import export, quantise
from assistant.lab.training.reader_model import Reader
from assistant.lab.training.reader_run import Recipe, Run, computing
from assistant.lab.training.reader_windows import Item, batches
from assistant.lab.training.split import HeldOut

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
    pairs: Sequence[Path],
    weights: Sequence[Path],
    out: Path,
    recipe: Recipe,
    held_out: HeldOut,
) -> Path:
    """Train from the encoder's `weights` or the mean of checkpoints'; returns `out`/reader.pt.

    `files` are question sets, `pairs` files of statements with evidence. Goes on where a run with
    the same `out` stopped. Prints progress, time left and figures.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    tokenizer = load_tokenizer()
    shares = dict(recipe.shares)
    test = reader_data.load(files, tokenizer, held_out, test=True)
    told = _Statements(pairs, tokenizer, test=True)
    run = Run(weights, recipe, out / "reader.pt")
    steps = _steps(
        reader_data.load([f for f in files if _name(f) in shares], tokenizer, held_out, test=False),
        _Statements([f for f in pairs if _name(f) in shares], tokenizer, test=False),
        tokenizer,
        recipe,
    )
    tokens = sum(len(w.ids) for batch in steps for item in batch for group in item for w in group)
    print(f"{len(steps)} steps on {tokens} tokens", flush=True)
    progress = _Progress(run, len(steps), recipe.minutes)
    marks = {round(len(steps) * (i + 1) / recipe.evaluations) for i in range(recipe.evaluations)}
    # By the clock where the machine turns out slower than thought: the rate must reach zero.
    while (done := progress.done()) < 1:
        batch = steps[run.step]
        rate = recipe.rate * min(done / _WARMUP, (1 - done) / (1 - _WARMUP))
        progress.add(batch, run.learn(batch, rate))
        if run.step % _CHECKPOINT_STEPS == 0:
            run.save()
        if run.step in marks and run.step < len(steps):
            found = figures(run.average, test, told, tokenizer, 60)
            print(json.dumps({"step": run.step, "held_out": found}), flush=True)
    run.save()
    found = figures(run.average, test, told, tokenizer, 200)
    (out / "figures.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({"final": found}), flush=True)
    return run.file


class _Statements:
    """The statements with evidence of several files, by file and source."""

    def __init__(self, files: Sequence[Path], tokenizer: "Tokenizer", *, test: bool) -> None:
        self.files = {_name(f): reader_data.statements(f, tokenizer, test=test) for f in files}

    def by_source(self) -> dict[str, list[Item]]:
        return {name: items for own in self.files.values() for name, items in own.items()}


def _name(file: Path) -> str:
    return file.name.partition(".")[0]


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

    def add(self, batch: Sequence[Item], loss: float) -> None:
        """Count a step that was made."""
        self._tokens += sum(len(w.ids) for item in batch for group in item for w in group)
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
    reader: Reader,
    sets: Sequence[QuestionSet],
    told: _Statements,
    tokenizer: "Tokenizer",
    number: int,
) -> dict[str, dict[str, float]]:
    """Figures on what is held out of each file, on at most `number` of a file's questions."""
    with computing():
        found = {s.name: reader_eval.evaluate(reader, s, tokenizer, number, 7) for s in sets}
        return found | reader_eval.balanced_accuracy(reader, told.by_source())


def _steps(
    sets: Sequence[QuestionSet], told: _Statements, tokenizer: "Tokenizer", recipe: Recipe
) -> list[list[Item]]:
    """All batches of a run: the same for the same files and seed."""
    rng = random.Random(recipe.seed)
    shares = dict(recipe.shares)
    items: list[Item] = []
    for found in sets:
        items += reader_data.items(found, tokenizer, rng, shares[found.name], recipe.mix)
    for name, of_source in told.files.items():
        share = shares[name]
        for pair in (pair for pairs in of_source.values() for pair in pairs):
            items += [pair] * (int(share) + (rng.random() < share % 1))
    return batches(items, recipe.batch_tokens, rng)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--encoder", type=Path, required=True, help="MiniLM's model.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and models")


def command(options: argparse.Namespace) -> int:
    """Train through all stages, export and quantise; returns the exit status."""
    questions = [options.data / name for name in plan.QUESTIONS]
    statements = [options.data / name for name in plan.STATEMENTS]
    weights = options.encoder
    for stage in plan.READER:
        print(f"Stage {stage.name}", flush=True)
        out = options.out / stage.name
        weights = train(questions, statements, [weights], out, stage.recipe, HeldOut())
    export(weights, options.out / "reader-fp32.onnx")
    quantise(options.out / "reader-fp32.onnx", options.out / "reader.onnx")
    return 0
