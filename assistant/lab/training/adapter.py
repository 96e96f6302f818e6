"""Trains the answer adapter: `python -m assistant.lab.training adapter --data … --out …`."""

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from assistant.answering.prompts import Prompt
from assistant.answering.prompts import load as load_prompt
from assistant.lab.training import adapter_data, adapter_export, adapter_model
from assistant.lab.training.adapter_data import Example
from assistant.lab.training.adapter_model import Model, Places
from assistant.lab.training.adapter_text import Row, Text, batches, shipped_base
from assistant.lab.training.reader_run import computing

if TYPE_CHECKING:
    from torch import Tensor

_WARMUP = 0.05
_CHECKPOINT_STEPS = 50
_REPORT_STEPS = 10
_HELD_OUT = 200


@dataclass(frozen=True)
class Recipe:
    """The makings of a run; the rate of learning rises to `rate` and falls to zero."""

    places: Places = field(default_factory=Places)
    rate: float = 1.2e-3
    batch_tokens: int = 900
    passes: int = 1
    minutes: float = 240.0
    seed: int = 1


class Run:
    """The model, its optimiser, and how far it has come; kept in `file`."""

    def __init__(self, base: Path, recipe: Recipe, file: Path) -> None:
        torch.manual_seed(recipe.seed)
        dtype = torch.bfloat16 if fast() else torch.float32
        self.model = adapter_model.load(base, recipe.places, dtype)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=0.0, weight_decay=0.0)
        self.recipe, self.file = recipe, file
        self.step, self.seconds = 0, 0.0
        if file.exists():
            self._resume(torch.load(file, weights_only=True))

    def _resume(self, kept: dict[str, Any]) -> None:
        self.model.load_state_dict(kept["model"])
        self.optimiser.load_state_dict(kept["optimiser"])
        self.step, self.seconds = kept["step"], kept["seconds"]

    def save(self) -> None:
        """Keep the state; a run that is stopped goes on from here."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "recipe": asdict(self.recipe),
        }
        beside = self.file.with_suffix(".part")
        torch.save(state, beside)
        beside.replace(self.file)

    def learn(self, batch: Sequence[Row], rate: float) -> float:
        """One step at this rate of learning; returns the mean loss of a token."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = mean_loss(self.model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.step += 1
        return float(loss.detach())


def fast() -> bool:
    """Tell if the processor multiplies in bfloat16."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def mean_loss(model: Model, batch: Sequence[Row]) -> "Tensor":
    """The cross-entropy of the sentences' tokens alone, as a mean over them."""
    longest = max(len(row.ids) for row in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    for i, row in enumerate(batch):
        ids[i, : len(row.ids)] = torch.tensor(row.ids)
    places = [(i, at) for i, row in enumerate(batch) for at in range(row.prompt, len(row.ids))]
    rows, ends = map(torch.tensor, zip(*places, strict=True))
    with computing():
        hidden = model(ids)[rows, ends - 1]
        return functional.cross_entropy(model.logits(hidden), ids[rows, ends])


def train(
    rows: Sequence[Row], held_out: Sequence[Row], base: Path, out: Path, recipe: Recipe
) -> Run:
    """Train, going on where a run with the same `out` stopped; prints progress and time left."""
    run = Run(base, recipe, out / "adapter.pt")
    rng = random.Random(recipe.seed)
    steps = [b for _ in range(recipe.passes) for b in batches(rows, recipe.batch_tokens, rng)]
    started, before, losses, tokens = time.monotonic(), run.seconds, [0.0], 0
    while run.step < len(steps) and run.seconds < recipe.minutes * 60:
        done = max(run.step / len(steps), run.seconds / 60 / recipe.minutes)
        rate = recipe.rate * min((done + 0.002) / _WARMUP, (1 - done) / (1 - _WARMUP))
        batch = steps[run.step]
        losses.append(run.learn(batch, rate))
        tokens += sum(len(row.ids) for row in batch)
        run.seconds = before + time.monotonic() - started
        if run.step % _REPORT_STEPS == 0:
            spent = run.seconds - before
            speed = tokens / spent
            left = (len(steps) - run.step) * spent / (len(losses) - 1)
            _report(run, len(steps), losses[-_REPORT_STEPS:], speed, left)
        if run.step % _CHECKPOINT_STEPS == 0:
            run.save()
    run.save()
    print(f"held out: loss {held_out_loss(run.model, held_out):.3f}", flush=True)
    return run


def _report(run: Run, steps: int, losses: Sequence[float], speed: float, left: float) -> None:
    left = min(left, run.recipe.minutes * 60 - run.seconds)
    print(
        f"{time.strftime('%H:%M:%S')} step {run.step} of {steps}, "
        f"loss {sum(losses) / len(losses):.3f}, {speed:.0f} tokens/s, {left / 60:.0f} min left",
        flush=True,
    )


def held_out_loss(model: Model, rows: Sequence[Row]) -> float:
    """The mean loss of a token of the held-out sentences."""
    parts = batches(rows, 3000, random.Random(0))
    sizes = [sum(len(row.ids) - row.prompt for row in part) for part in parts]
    with torch.no_grad():
        losses = [float(mean_loss(model, part)) for part in parts]
    return sum(a * b for a, b in zip(losses, sizes, strict=True)) / sum(sizes)


def rows_of(examples: Sequence[Example], text: Text, prompt: Prompt) -> list[Row]:
    """The examples as tokens: the prompt as the engine renders it, then the sentence."""
    return [
        text.row(
            prompt.messages(question=e.question, evidence=e.evidence, answer=e.answer), e.sentence
        )
        for e in examples
    ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and adapter")
    parser.add_argument("--base", type=Path, help="GGUF of the base model; the shipped one if not")
    parser.add_argument("--minutes", type=float, default=Recipe.minutes, help="at most")


def command(options: argparse.Namespace) -> int:
    """Train and write adapter.gguf; returns the exit status."""
    options.out.mkdir(parents=True, exist_ok=True)
    base = options.base or shipped_base()
    recipe = Recipe(minutes=options.minutes)
    text, prompt = Text(base), load_prompt("phrase")
    files = [options.data / name for name in adapter_data.FILES]
    made = {
        test: adapter_data.examples(
            [q for file in files for q in adapter_data.questions(file, test=test)], recipe.seed
        )
        for test in (False, True)
    }
    _keep(made[False], options.out / "examples.jsonl")
    rows, held_out = (rows_of(made[test], text, prompt) for test in (False, True))
    print(f"{len(rows)} examples, {sum(len(row.ids) for row in rows)} tokens", flush=True)
    run = train(rows, held_out[:_HELD_OUT], base, options.out, recipe)
    path = options.out / "adapter.gguf"
    adapter_export.write(run.model.adapters(), recipe.places.alpha, path)
    print(f"Written: {path}")
    return 0


def _keep(examples: Sequence[Example], path: Path) -> None:
    """The examples as they are learned, for reading."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(e), ensure_ascii=False) + "\n" for e in examples)
