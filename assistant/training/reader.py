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

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WARMUP = 0.06
_CHECKPOINT_STEPS = 200


def load_tokenizer() -> "Tokenizer":
    """all-MiniLM-L6-v2's tokenizer without the padding and truncation that its file sets."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(
        str(paths.shipped("models") / "all-MiniLM-L6-v2/tokenizer.json")
    )
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def train(files: Sequence[Path], weights: Path, out: Path, recipe: Recipe) -> Path:
    """Train from the encoder's `weights` on `files`; returns the checkpoint `out`/reader.pt.

    Goes on where a run with the same `out` stopped. Prints progress, time left and figures.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    tokenizer = load_tokenizer()
    test = reader_data.load(files, tokenizer, test=True)
    steps = _steps(reader_data.load(files, tokenizer, test=False), tokenizer, recipe)
    print(f"{len(steps)} steps on {sum(map(len, steps))} questions", flush=True)
    run = Run(weights, recipe, out / "reader.pt")
    began, tokens, losses = time.monotonic() - run.seconds, 0, 0.0
    first = run.step
    marks = {round(len(steps) * (i + 1) / recipe.evaluations) for i in range(recipe.evaluations)}
    started = time.monotonic()
    while run.step < len(steps):
        run.seconds = time.monotonic() - began
        # By the clock where the machine turns out slower than thought: the rate must reach zero.
        done = max(run.step / len(steps), run.seconds / 60 / recipe.minutes)
        if done >= 1:
            break
        batch = steps[run.step]
        losses += run.learn(batch, recipe.rate * min(done / _WARMUP, (1 - done) / (1 - _WARMUP)))
        tokens += sum(len(w.ids) for group in batch for w in group)
        if run.step % 20 == 0:
            speed = tokens / (time.monotonic() - started)
            share = (len(steps) - run.step) / max(run.step - first, 1)
            left = min((time.monotonic() - started) * share, recipe.minutes * 60 - run.seconds)
            print(
                f"{time.strftime('%H:%M:%S')} step {run.step} loss {losses / 20:.3f} "
                f"{speed:.0f} tokens/s, {left / 60:.0f} min left",
                flush=True,
            )
            losses = 0.0
        if run.step % _CHECKPOINT_STEPS == 0:
            run.save()
        if run.step in marks:
            found = figures(run.average, test, tokenizer, 40)
            print(json.dumps({"step": run.step, "held_out": found}), flush=True)
    run.save()
    print(json.dumps({"final": figures(run.average, test, tokenizer, 150)}), flush=True)
    return run.file


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
    parser.add_argument("--weights", type=Path, required=True, help="MiniLM's model.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and models")
    parser.add_argument("--passes", type=int, default=Recipe.passes)
    parser.add_argument("--minutes", type=float, default=Recipe.minutes, help="at most")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--shares", type=float, nargs="*", default=(), help="of each file, a pass")


def command(options: argparse.Namespace) -> int:
    """Train, export and quantise as the options say; returns the exit status."""
    recipe = Recipe(
        passes=options.passes,
        minutes=options.minutes,
        seed=options.seed,
        shares=tuple(options.shares),
    )
    checkpoint = train(options.files, options.weights, options.out, recipe)
    export(checkpoint, options.out / "reader-fp32.onnx")
    quantise(options.out / "reader-fp32.onnx", options.out / "reader.onnx")
    return 0


if __name__ == "__main__":
    _parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(_parser)
    raise SystemExit(command(_parser.parse_args()))
