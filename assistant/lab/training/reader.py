"""Trains the evidence reader through the stages of plan.py: `… training reader --data …`."""

import argparse
import json
import random
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from assistant import paths
from assistant.lab.training import plan, reader_data, reader_eval, records, support_data
from assistant.lab.training.reader_export import export, quantise
from assistant.lab.training.reader_model import Reader
from assistant.lab.training.reader_run import Run, computing
from assistant.lab.training.reader_windows import Item, batches
from assistant.lab.training.squad import stem

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WARMUP = 0.06
_CHECKPOINT_STEPS = 200
_REPORT_STEPS = 20
# Written when a run is over.
_FIGURES = "figures.json"


def load_tokenizer() -> "Tokenizer":
    """all-MiniLM-L6-v2's tokenizer without the padding and truncation that its file sets."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(
        str(paths.shipped("models") / "all-MiniLM-L6-v2/tokenizer.json")
    )
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class Data:
    """A side of the training data in a folder: what is learned from, or what is held out."""

    def __init__(self, folder: Path, names: Collection[str], *, test: bool) -> None:
        """The files of plan.py with these names. Raises AssistantError where one is of no use."""
        self._tokenizer = load_tokenizer()
        files = [folder / name for name in plan.QUESTIONS if stem(name) in names]
        self.sets = reader_data.load(files, self._tokenizer, test=test)
        if stem(plan.TALES) in names:
            self.sets.append(reader_data.tales(folder / plan.TALES, self._tokenizer, test=test))
        if plan.RECORDS in names:
            self.sets.append(records.questions(self._tokenizer, test=test))
        self.statements: dict[str, list[Item]] = {}
        if stem(plan.STATEMENTS) in names:
            path = folder / plan.STATEMENTS
            self.statements = reader_data.statements(path, self._tokenizer, test=test)
        if plan.RECORDS in names:
            rules = records.statements(self._tokenizer, test=test)
            self.statements[plan.RECORDS] = rules

    def steps(self, recipe: plan.Recipe) -> list[list[Item]]:
        """All batches of a run: the same for the same files and seed."""
        rng = random.Random(recipe.seed)
        shares = dict(recipe.shares)
        items: list[Item] = []
        for found in self.sets:
            share = shares[found.name]
            items += reader_data.items(found, self._tokenizer, rng, share, recipe.mix)
            if found.name == plan.PAIRED and recipe.statements:
                items += support_data.items(found, self._tokenizer, rng, recipe.statements)
            if found.name == plan.PAIRED and recipe.assertions:
                items += support_data.answered(found, self._tokenizer, rng, recipe.assertions)
        name = stem(plan.STATEMENTS)
        for source, pairs in self.statements.items():
            share = shares.get(f"{name}:{source}", shares.get(name, 0.0))
            for pair in pairs:
                items += [pair] * (int(share) + (rng.random() < share % 1))
        return batches(items, recipe.batch_tokens, rng)

    def figures(self, reader: Reader, number: int) -> dict[str, dict[str, float]]:
        """Figures of a reader on at most `number` of each file's questions, and on the pairs."""
        with computing():
            found = {
                s.name: reader_eval.evaluate(reader, s, self._tokenizer, number, 7)
                for s in self.sets
            }
            return found | reader_eval.balanced_accuracy(reader, self.statements)


def train(folder: Path, stage: plan.Stage, weights: Path, out: Path) -> Path:
    """Train a stage from the encoder's `weights` or a checkpoint; returns `out`/reader.pt.

    Goes on where a run with the same `out` stopped; one that is over is left alone. Prints
    progress, time left and figures on what is held out.
    """
    recipe, file = stage.recipe, out / "reader.pt"
    if (out / _FIGURES).is_file():
        return file
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    run = Run([weights], recipe, file)
    steps = Data(folder, dict(recipe.shares), test=False).steps(recipe)
    test = Data(folder, plan.names(), test=True)
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
            print(json.dumps({"step": run.step} | test.figures(run.average, 30)), flush=True)
    run.save()
    found = test.figures(run.average, 120)
    print(json.dumps(found), flush=True)
    (out / _FIGURES).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return file


class _Progress:
    """The progress of a run, by steps and by the clock; prints a line now and then."""

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument(
        "--encoder", type=Path, required=True, help="MiniLM's model.safetensors, or a reader.onnx"
    )
    stages = [stage.name for stage in plan.READER]
    parser.add_argument("--first", choices=stages, default=stages[0], help="stage to begin with")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and models")


def command(options: argparse.Namespace) -> int:
    """Train through all stages, export and quantise; returns the exit status."""
    weights = options.encoder
    names = [stage.name for stage in plan.READER]
    for stage in plan.READER[names.index(options.first) :]:
        print(f"Stage {stage.name}", flush=True)
        weights = train(options.data, stage, weights, options.out / stage.name)
    export(weights, options.out / "reader-fp32.onnx")
    quantise(options.out / "reader-fp32.onnx", options.out / "reader.onnx")
    return 0
