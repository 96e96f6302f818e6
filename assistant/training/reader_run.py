"""A training run's state and its step: what is learned from a batch, how it is kept on disk."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from assistant.training import reader_eval
from assistant.training.reader_model import Reader, load_encoder
from assistant.training.reader_windows import Group

if TYPE_CHECKING:
    from torch import Tensor

_EMA = 0.998


@dataclass(frozen=True)
class Recipe:
    """What a run is made of; recorded in its checkpoint."""

    passes: int = 2
    rate: float = 2e-4
    batch_tokens: int = 4400
    negatives: int = 2
    minutes: float = 235.0
    seed: int = 1
    evaluations: int = 5
    # How often a file's questions come up in a pass: many short ones less, few long ones more.
    shares: tuple[float, ...] = ()


def precision() -> torch.dtype:
    # bfloat16 pays only where the processor multiplies it (AMX: eight times as fast here).
    fast = torch.cuda.is_available() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if fast else torch.float32


def starting_weights(files: Sequence[Path]) -> Reader:
    """A reader with the encoder's weights, or with the mean of earlier runs' (their reader.pt).

    The mean of fine-tuned models that share a start is as good as their ensemble and costs no more
    than one of them ("model soups", Wortsman et al. 2022).
    """
    reader = Reader()
    if files[0].suffix != ".pt":
        load_encoder(reader, files[0])
        return reader
    states = [torch.load(file, weights_only=True)["average"] for file in files]
    mean = {name: sum(state[name] for state in states) / len(states) for name in states[0]}
    reader.load_state_dict(mean)
    return reader


class Run:
    """The state of a run: full-precision weights, the copy that computes, the running average."""

    def __init__(self, weights: Sequence[Path], recipe: Recipe, file: Path) -> None:
        self.file = file
        self.step = 0
        self.seconds = 0.0
        self._recipe = recipe
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._weights = starting_weights(weights)
        # The word vectors stay: a small set would move only the words that it has.
        self._weights.words.weight.requires_grad_(False)
        self._weights.to(self._device)
        self._learned = [p for p in self._weights.parameters() if p.requires_grad]
        self._optimiser = torch.optim.AdamW(self._learned, lr=recipe.rate, weight_decay=0.01)
        self.average = copy.deepcopy(self._weights)
        if file.is_file():
            self._restore()
        self._fast = copy.deepcopy(self._weights).to(precision()).train()
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
