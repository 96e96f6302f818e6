"""Trains the evidence reader: `python -m assistant.training reader FILE… --weights … --out …`."""

import argparse
import copy
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from assistant import paths
from assistant.training import reader_data, reader_eval
from assistant.training.reader_data import Group, QuestionSet
from assistant.training.reader_model import Reader, load_encoder

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

_WARMUP = 0.06
_EMA = 0.998
_CHECKPOINT_STEPS = 200


@dataclass(frozen=True)
class Recipe:
    """What a run is made of; recorded in its checkpoint."""

    passes: int = 2
    rate: float = 2e-4
    batch_tokens: int = 4400
    negatives: int = 2
    minutes: float = 235.0
    seed: int = 1
    evaluations: int = 6
    # How often a file's questions come up in a pass: many short ones less, few long ones more.
    shares: tuple[float, ...] = ()


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
    random.seed(recipe.seed)
    torch.manual_seed(recipe.seed)
    tokenizer = load_tokenizer()
    test = reader_data.load(files, tokenizer, test=True)
    batches = _batches(reader_data.load(files, tokenizer, test=False), tokenizer, recipe)
    print(f"{len(batches)} steps on {sum(map(len, batches))} questions", flush=True)
    run = _Run(weights, recipe, out / "reader.pt")
    began, tokens, losses = time.monotonic() - run.seconds, 0, 0.0
    first = run.step
    marks = {round(len(batches) * (i + 1) / recipe.evaluations) for i in range(recipe.evaluations)}
    started = time.monotonic()
    while run.step < len(batches):
        run.seconds = time.monotonic() - began
        # By the clock where the machine turns out slower than thought: the rate must reach zero.
        done = max(run.step / len(batches), run.seconds / 60 / recipe.minutes)
        if done >= 1:
            break
        batch = batches[run.step]
        losses += run.learn(batch, recipe.rate * min(done / _WARMUP, (1 - done) / (1 - _WARMUP)))
        tokens += sum(len(w.ids) for group in batch for w in group)
        if run.step % 20 == 0:
            speed = tokens / (time.monotonic() - started)
            share = (len(batches) - run.step) / max(run.step - first, 1)
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
            print(json.dumps({"step": run.step} | figures(run.average, test, tokenizer, 150)))
    run.save()
    print(json.dumps({"final": figures(run.average, test, tokenizer, 400)}), flush=True)
    return run.file


def figures(
    reader: Reader, sets: Sequence[QuestionSet], tokenizer: "Tokenizer", number: int
) -> dict[str, dict[str, float]]:
    """Figures on held-out articles: of encyclopedia questions, and of all other sets together."""
    fast = copy.deepcopy(reader).to(_precision()).eval()
    return {
        "wiki": reader_eval.evaluate(fast, sets[:2], tokenizer, number, 7),
        "other": reader_eval.evaluate(fast, sets[2:], tokenizer, number // 2, 7),
    }


def _batches(
    sets: Sequence[QuestionSet], tokenizer: "Tokenizer", recipe: Recipe
) -> list[list[Group]]:
    """All batches of a run, pass after pass: the same for the same files and seed."""
    result = []
    shares = recipe.shares or (1.0,) * len(sets)
    for number in range(recipe.passes):
        rng = random.Random(f"{recipe.seed}-{number}")
        items: list[Group] = []
        for found, share in zip(sets, shares, strict=True):
            for part in range(max(1, round(share))):
                drawn = reader_data.groups(found, tokenizer, rng, recipe.negatives)
                # Half a set: the other half in the next pass.
                items += (
                    drawn
                    if share >= 1
                    else drawn[(number + part) % round(1 / share) :: round(1 / share)]
                )
        result += reader_data.batches(items, recipe.batch_tokens, rng)
    return result


def _precision() -> torch.dtype:
    # bfloat16 pays only where the processor multiplies it (AMX: eight times as fast here).
    fast = torch.cuda.is_available() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if fast else torch.float32


class _Run:
    """The state of a run: full-precision weights, the copy that computes, the running average."""

    def __init__(self, weights: Path, recipe: Recipe, file: Path) -> None:
        self.file = file
        self.step = 0
        self.seconds = 0.0
        self._recipe = recipe
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._weights = Reader()
        load_encoder(self._weights, weights)
        # The word vectors stay: a small set would move only the words that it has.
        self._weights.words.weight.requires_grad_(False)
        self._weights.to(self._device)
        self._learned = [p for p in self._weights.parameters() if p.requires_grad]
        self._optimiser = torch.optim.AdamW(self._learned, lr=recipe.rate, weight_decay=0.01)
        self.average = copy.deepcopy(self._weights)
        if file.is_file():
            self._restore()
        self._fast = copy.deepcopy(self._weights).to(_precision()).train()
        self._computing = [p for p in self._fast.parameters() if p.requires_grad]

    def learn(self, batch: Sequence[Group], rate: float) -> float:
        """One step; returns the loss."""
        loss = _loss(self._fast, batch, self._device)
        loss.backward()
        for mine, theirs in zip(self._learned, self._computing, strict=True):
            mine.grad = theirs.grad.to(mine.dtype) if theirs.grad is not None else None
            theirs.grad = None
        torch.nn.utils.clip_grad_norm_(self._learned, 1.0)
        self._optimiser.param_groups[0]["lr"] = rate
        self._optimiser.step()
        self.step += 1
        keep = min(_EMA, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_copy_(self._computing, self._learned)
            torch._foreach_lerp_(
                [p for p in self.average.parameters() if p.requires_grad], self._learned, 1 - keep
            )
        return float(loss.detach())

    def save(self) -> None:
        """Write the checkpoint, replacing the last."""
        state: dict[str, Any] = {
            "step": self.step,
            "seconds": self.seconds,
            "recipe": vars(self._recipe),
            "weights": self._weights.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "random": torch.get_rng_state(),
        }
        torch.save(state, self.file.with_suffix(".new"))
        self.file.with_suffix(".new").replace(self.file)

    def _restore(self) -> None:
        state = torch.load(self.file, weights_only=True)
        self._weights.load_state_dict(state["weights"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"])
        self.step, self.seconds = state["step"], state["seconds"]


def _loss(reader: Reader, batch: Sequence[Group], device: str) -> "Tensor":
    """Each window's own loss, null included, and one shared by the windows of a question.

    Several gold starts (or ends) count by their sum. The shared part is Clark & Gardner (2018,
    section 3.3): one softmax over the windows, so that scores of different windows compare.
    """
    rows = [window for group in batch for window in group]
    numbers = torch.tensor([n for n, group in enumerate(batch) for _ in group], device=device)
    ids, mask, types = (t.to(device) for t in reader_eval.tensors(rows))
    inside = (types * mask).bool()
    for i, row in enumerate(rows):
        inside[i, len(row.ids) - 1] = False
    answered = torch.tensor([row.starts != (0,) for row in rows], device=device)
    hard = torch.tensor([0.5 if g[0].starts != (0,) else 1.0 for g in batch], device=device)
    weight = torch.where(answered, torch.ones_like(hard[numbers]), hard[numbers])
    total = torch.zeros((), device=device)
    for logits, places in zip(
        reader(ids, mask, types), ([r.starts for r in rows], [r.ends for r in rows]), strict=True
    ):
        gold = torch.zeros_like(inside)
        for i, own in enumerate(places):
            gold[i, list(own)] = True
        text = logits.masked_fill(~inside, -1e9).logsumexp(1)
        right = logits.masked_fill(~gold, -1e9).logsumexp(1)
        own = torch.logaddexp(text, logits[:, 0]) - right
        total = total + (own * weight).sum() / len(batch)
        peak = text.detach().max()
        shared = torch.zeros(len(batch), device=device).index_add(0, numbers, (text - peak).exp())
        beside = shared.clamp_min(1e-30).log()[numbers] + peak - right
        total = total + beside[answered].sum() / len(batch)
    return total / 4


def export(checkpoint: Path, target: Path) -> None:
    """Write the averaged weights of a checkpoint as ONNX, full precision, to `target`."""
    reader = Reader()
    reader.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    sample = tuple(torch.ones(2, 16, dtype=torch.long) for _ in range(3))
    names = ["input_ids", "attention_mask", "token_type_ids", "start_logits", "end_logits"]
    torch.onnx.export(
        reader.eval(),
        sample,
        str(target),
        input_names=names[:3],
        output_names=names[3:],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """Write `source` with 8-bit weights, per channel, to `target`."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)


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
