"""A training run's state and its step: what is learned from a batch, how it is kept on disk."""

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from assistant.lab.training import reader_eval
from assistant.lab.training.plan import Recipe
from assistant.lab.training.reader_export import load_exported
from assistant.lab.training.reader_model import Reader, load_encoder
from assistant.lab.training.reader_windows import Group, Item, Window

if TYPE_CHECKING:
    from torch import Tensor

_EMA = 0.998
# By how much, in log odds, a question is to be more answerable than its near-miss; what that
# weighs beside the losses of the two alone; what a statement weighs beside a question.
_MARGIN = 4.0
_PAIR_WEIGHT = 0.5
_STATEMENT_WEIGHT = 0.5


def computing() -> Any:
    """Compute in bfloat16 where the processor multiplies it: 2.7 times as fast with AVX-512."""
    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", torch.bfloat16, enabled=fast)


def starting_weights(files: Sequence[Path]) -> Reader:
    """A reader with the encoder's weights, a shipped reader's, or the mean of runs' (reader.pt).

    The mean of fine-tuned models that share a start is as good as their ensemble and costs no more
    than one of them ("model soups", Wortsman et al. 2022).
    """
    reader = Reader()
    if files[0].suffix == ".onnx":
        load_exported(reader, files[0])
        return reader
    if files[0].suffix != ".pt":
        load_encoder(reader, files[0])
        return reader
    states = [torch.load(file, weights_only=True)["average"] for file in files]
    mean = {name: sum(state[name] for state in states) / len(states) for name in states[0]}
    reader.load_state_dict(mean)
    return reader


class Run:
    """The state of a run: the weights that learn, and their running average, which is kept."""

    def __init__(self, weights: Sequence[Path], recipe: Recipe, file: Path) -> None:
        self.file = file
        self.step = 0
        self.seconds = 0.0
        self._recipe = recipe
        self._weights = starting_weights(weights)
        # The word vectors stay: a small set would move only the words that it has.
        self._weights.words.weight.requires_grad_(False)
        self._learned = [p for p in self._weights.parameters() if p.requires_grad]
        self._optimiser = torch.optim.AdamW(self._learned, lr=recipe.rate, weight_decay=0.01)
        self.average = copy.deepcopy(self._weights)
        if file.is_file():
            self._restore()
        self._weights.train()

    def learn(self, batch: Sequence[Item], rate: float) -> float:
        """One step; returns the loss."""
        value = loss(self._weights, batch)
        self._optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self._learned, 1.0)
        self._optimiser.param_groups[0]["lr"] = rate
        self._optimiser.step()
        self.step += 1
        keep = min(_EMA, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(
                [p for p in self.average.parameters() if p.requires_grad], self._learned, 1 - keep
            )
        return float(value.detach())

    def save(self) -> None:
        """Write the checkpoint, replacing the last."""
        state: dict[str, Any] = {
            "step": self.step,
            "seconds": self.seconds,
            "recipe": asdict(self._recipe),
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


def loss(reader: Reader, batch: Sequence[Item]) -> "Tensor":
    """The loss: of questions, pairs and statements, each as a mean over the batch."""
    groups = [group for item in batch for group in item]
    rows = [window for group in groups for window in group]
    with computing():
        starts, ends, support = reader(*reader_eval.tensors(rows))
    labelled = [i for i, row in enumerate(rows) if row.label is not None]
    total = torch.zeros(())
    if labelled:
        labels = [rows[i].label or 0 for i in labelled]
        total = total + _STATEMENT_WEIGHT * _support_loss(support[labelled], labels) / len(groups)
    asked = [(number, i) for number, i in _numbered(groups) if rows[i].label is None]
    if not asked:
        return total
    numbers, places = map(list, zip(*asked, strict=True))
    scores = [_scores(logits[places], [rows[i] for i in places]) for logits in (starts, ends)]
    gold = ([rows[i].starts for i in places], [rows[i].ends for i in places])
    for score, own in zip(scores, gold, strict=True):
        total = total + _span_loss(score, own, groups, numbers) / 4
    odds = sum(score.text - score.none for score in scores)
    return total + _PAIR_WEIGHT * _pair_loss(odds, batch, places) / len(groups)


def _numbered(groups: Sequence[Group]) -> list[tuple[int, int]]:
    """The number of its group for every row, and the row's own."""
    of_rows = [number for number, group in enumerate(groups) for _ in group]
    return list(zip(of_rows, range(len(of_rows)), strict=True))


def _support_loss(logits: "Tensor", labels: Sequence[int]) -> "Tensor":
    """Cross-entropy, summed; "not supported" is either of its two kinds."""
    log_p = functional.log_softmax(logits, dim=1)
    either = torch.logsumexp(log_p[:, 1:], dim=1, keepdim=True)
    kinds = torch.cat([log_p, either], dim=1)
    return -kinds[torch.arange(len(labels)), torch.tensor(labels)].sum()


@dataclass(frozen=True)
class _Scores:
    """Logits of one border, (rows, tokens), summed (logsumexp) over the text; and that of none."""

    logits: "Tensor"
    text: "Tensor"
    none: "Tensor"


def _scores(logits: "Tensor", rows: Sequence[Window]) -> _Scores:
    inside = torch.zeros(logits.shape, dtype=torch.bool)
    for i, row in enumerate(rows):
        inside[i, row.question_tokens + 2 : len(row.ids) - 1] = True
    return _Scores(logits, logits.masked_fill(~inside, -1e9).logsumexp(1), logits[:, 0])


def _span_loss(
    score: _Scores,
    gold: Sequence[Sequence[int]],
    groups: Sequence[Group],
    numbers: Sequence[int],
) -> "Tensor":
    """Each window's own loss, null included, and one shared by the windows of a question.

    Several gold starts (or ends) count by their sum. The shared part is Clark & Gardner (2018,
    section 3.3): one softmax over the windows, so that scores of different windows compare.
    """
    marked = torch.zeros(score.logits.shape, dtype=torch.bool)
    for i, own in enumerate(gold):
        marked[i, list(own)] = True
    right = score.logits.masked_fill(~marked, -1e9).logsumexp(1)
    own_loss = torch.logaddexp(score.text, score.none) - right
    answered = torch.tensor([tuple(own) != (0,) for own in gold])
    half = torch.tensor([0.5 if groups[n][0].starts != (0,) else 1.0 for n in numbers])
    weight = torch.where(answered, torch.ones_like(half), half)
    peak = score.text.detach().max()
    index = torch.tensor(numbers)
    shared = torch.zeros(len(groups)).index_add(0, index, (score.text - peak).exp())
    beside = shared.clamp_min(1e-30).log()[index] + peak - right
    return ((own_loss * weight).sum() + beside[answered].sum()) / len(groups)


def _pair_loss(odds: "Tensor", batch: Sequence[Item], places: Sequence[int]) -> "Tensor":
    """The logistic loss of a question's odds of an answer above its near-miss's, summed.

    Odds are of the window that both have: logsumexp over the text less "none", start and end.
    """
    at = {row: i for i, row in enumerate(places)}
    first, pairs = 0, []
    for item in batch:
        if len(item) > 1 and item[0][0].starts != (0,):
            pairs.append((at[first], at[first + len(item[0])]))
        first += sum(map(len, item))
    if not pairs:
        return torch.zeros(())
    answered, missed = map(list, zip(*pairs, strict=True))
    return functional.softplus(_MARGIN - (odds[answered] - odds[missed])).sum()
