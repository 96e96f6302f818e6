"""A Llama in plain torch with low-rank adapters, over the weights of a GGUF as they lie in it.

llama.cpp turns neighbouring pairs of a query's or key's values (rotary embedding) and therefore
keeps the rows of both weights in an order of its own. This model turns the same pairs, so that an
adapter trained here has the order that llama.cpp expects and needs no rearranging.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

_PROJECTIONS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True)
class Places:
    """The places of adapters: in these projections of the layers from `first` on.

    Each costs time for every token read or written, and training goes back to `first` alone.
    """

    projections: tuple[str, ...] = ("attn_q", "attn_v", "ffn_down")
    first: int = 8
    rank: int = 16
    alpha: float = 32.0


@dataclass(frozen=True)
class Shape:
    """The sizes of a model; `theta` is the base of the rotary embedding's frequencies."""

    layers: int
    width: int
    heads: int
    key_heads: int
    theta: float
    epsilon: float

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class _Frozen(nn.Module):
    """A weight, (out, in), that stays as it is."""

    def __init__(self, weight: "Tensor") -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)

    def forward(self, x: "Tensor") -> "Tensor":
        return functional.linear(x.to(self.weight.dtype), self.weight)


class _Adapted(_Frozen):
    """A frozen weight with what an adapter of some rank adds (Hu et al. 2021)."""

    def __init__(self, weight: "Tensor", rank: int, scale: float) -> None:
        super().__init__(weight)
        out, inner = weight.shape
        self.scale = scale
        self.lora_a = nn.Parameter(torch.empty(rank, inner))
        self.lora_b = nn.Parameter(torch.zeros(out, rank))
        nn.init.kaiming_uniform_(self.lora_a, a=5**0.5)

    def forward(self, x: "Tensor") -> "Tensor":
        added = functional.linear(functional.linear(x, self.lora_a), self.lora_b)
        return super().forward(x) + self.scale * added


class _Norm(nn.Module):
    def __init__(self, weight: "Tensor", epsilon: float) -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)
        self.epsilon = epsilon

    def forward(self, x: "Tensor") -> "Tensor":
        return functional.rms_norm(x.float(), (x.shape[-1],), self.weight, self.epsilon)


class _Layer(nn.Module):
    def __init__(self, shape: Shape, parts: dict[str, Any]) -> None:
        super().__init__()
        self.shape = shape
        self.parts = nn.ModuleDict(parts)

    def forward(self, x: "Tensor", turns: "Tensor") -> "Tensor":
        parts = self.parts
        x = x + self._attended(parts["attn_norm"](x), turns)
        y = parts["ffn_norm"](x)
        gated = functional.silu(parts["ffn_gate"](y)) * parts["ffn_up"](y)
        return x + parts["ffn_down"](gated)

    def _attended(self, y: "Tensor", turns: "Tensor") -> "Tensor":
        """Causal attention, each key head shared by several query heads."""
        shape, (rows, length, _) = self.shape, y.shape
        q, k, v = (
            self.parts[name](y).view(rows, length, heads, shape.head_width).transpose(1, 2)
            for name, heads in (
                ("attn_q", shape.heads),
                ("attn_k", shape.key_heads),
                ("attn_v", shape.key_heads),
            )
        )
        q, k = (turned(part, turns).to(v.dtype) for part in (q, k))
        k, v = (part.repeat_interleave(shape.heads // shape.key_heads, dim=1) for part in (k, v))
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.parts["attn_output"](mixed.transpose(1, 2).reshape(rows, length, -1))


class Model(nn.Module):
    """The model: token ids (rows, length), padded at the end, to the last hidden states."""

    def __init__(self, shape: Shape, weights: dict[str, "Tensor"], places: Places) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("embedding", weights["token_embd.weight"], persistent=False)
        output = weights.get("output.weight", weights["token_embd.weight"])
        self.register_buffer("output", output, persistent=False)
        self.layers = nn.ModuleList(
            _Layer(shape, _parts(weights, number, shape, places)) for number in range(shape.layers)
        )
        self.norm = _Norm(weights["output_norm.weight"].float(), shape.epsilon)

    def forward(self, ids: "Tensor") -> "Tensor":
        turns = rotations(ids.shape[1], self.shape)
        x = functional.embedding(ids, self.embedding).float()
        for layer in self.layers:
            x = layer(x, turns)
        return self.norm(x)

    def logits(self, hidden: "Tensor") -> "Tensor":
        """Scores of all tokens after these hidden states, (…, vocabulary)."""
        return functional.linear(hidden.to(self.output.dtype), self.output).float()

    def adapters(self) -> dict[str, "Tensor"]:
        """The trained tensors under the names that a GGUF gives them."""
        return {
            f"blk.{number}.{name}.weight.{part}": getattr(layer.parts[name], part)
            for number, layer in enumerate(self.layers)
            for name in _PROJECTIONS
            if isinstance(layer.parts[name], _Adapted)
            for part in ("lora_a", "lora_b")
        }


def _parts(
    weights: dict[str, "Tensor"], number: int, shape: Shape, places: Places
) -> dict[str, nn.Module]:
    parts: dict[str, nn.Module] = {}
    for name in _PROJECTIONS:
        weight = weights[f"blk.{number}.{name}.weight"]
        adapted = number >= places.first and name in places.projections
        scale = places.alpha / places.rank
        parts[name] = _Adapted(weight, places.rank, scale) if adapted else _Frozen(weight)
    for name in ("attn_norm", "ffn_norm"):
        parts[name] = _Norm(weights[f"blk.{number}.{name}.weight"].float(), shape.epsilon)
    return parts


def rotations(length: int, shape: Shape) -> "Tensor":
    """The turn of each pair of a head's values at each place, as complex numbers."""
    places = torch.arange(0, shape.head_width, 2).float() / shape.head_width
    angles = torch.outer(torch.arange(length).float(), shape.theta**-places)
    return torch.polar(torch.ones_like(angles), angles)


def turned(x: "Tensor", turns: "Tensor") -> "Tensor":
    """Neighbouring pairs of the last dimension turned: the order of rows in a GGUF."""
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * turns).flatten(-2)


def load(path: Path, places: Places, dtype: Any) -> Model:
    """The model in a GGUF of the llama architecture, its weights dequantised to `dtype`."""
    from gguf import GGUFReader, dequantize

    reader = GGUFReader(path)

    def told(key: str) -> Any:
        return reader.fields[f"llama.{key}"].contents()

    shape = Shape(
        layers=told("block_count"),
        width=told("embedding_length"),
        heads=told("attention.head_count"),
        key_heads=told("attention.head_count_kv"),
        theta=told("rope.freq_base"),
        epsilon=told("attention.layer_norm_rms_epsilon"),
    )
    weights = {
        t.name: torch.from_numpy(dequantize(t.data, t.tensor_type).copy()).to(dtype)
        for t in reader.tensors
    }
    return Model(shape, weights, places)
