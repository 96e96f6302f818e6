"""The reader's network in plain torch: MiniLM's encoder, a head for spans, one for statements."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

VOCABULARY = 30522
WIDTH = 384
HEADS = 12
LAYERS = 6
INNER = 1536
POSITIONS = 512
_EPSILON = 1e-12


class _Layer(nn.Module):
    """One block of BERT (Devlin et al. 2019): attention, then two linear maps, each normalised."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: "Tensor", bias: "Tensor") -> "Tensor":
        batch, length, _ = x.shape
        q, k, v = (
            part.view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in self.qkv(x).split(WIDTH, dim=-1)
        )
        # Written out rather than as one fused call: onnxruntime quantises these products.
        weights = torch.softmax((q * (WIDTH // HEADS) ** -0.5) @ k.transpose(2, 3) + bias, dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm1(x + self.drop(self.out(mixed)))
        return self.norm2(x + self.drop(self.outer(nn.functional.gelu(self.inner(x)))))


class Reader(nn.Module):
    """The reader: answer spans in a text, and the support of statements by evidence.

    Start and end logits of the answer for every token, those of the first token meaning "none", and
    three logits for a statement: supported, contradicted, not enough.
    """

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(_Layer(dropout) for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, 2)
        self.support = nn.Linear(WIDTH, 3)
        for head in (self.head, self.support):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def encode(self, ids: "Tensor", mask: "Tensor", types: "Tensor") -> "Tensor":
        """Token vectors, (batch, tokens, 384), of inputs of shape (batch, tokens)."""
        places = torch.arange(ids.shape[1], device=ids.device).unsqueeze(0)
        x = self.drop(self.norm(self.words(ids) + self.positions(places) + self.types(types)))
        bias = (1.0 - mask[:, None, None, :].to(x.dtype)) * -10000.0
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def forward(
        self, input_ids: "Tensor", attention_mask: "Tensor", token_type_ids: "Tensor"
    ) -> tuple["Tensor", "Tensor", "Tensor"]:
        """Start and end logits, (batch, tokens), and support's, (batch, 3); inputs (batch, tokens).

        All float32, also where the rest is computed in bfloat16: logits are compared.
        """
        x = self.encode(input_ids, attention_mask, token_type_ids)
        with torch.autocast("cpu", enabled=False):
            logits = self.head(x.float())
            support = self.support(x[:, 0].float())
        return logits[:, :, 0], logits[:, :, 1], support


def load_encoder(reader: Reader, weights: Path) -> None:
    """Fill the encoder from all-MiniLM-L6-v2's model.safetensors; the head stays as it is."""
    from safetensors.torch import load_file

    source = {name.removeprefix("bert."): t for name, t in load_file(str(weights)).items()}
    state = reader.state_dict()
    for name, part in (("words", "word"), ("positions", "position"), ("types", "token_type")):
        state[f"{name}.weight"] = source[f"embeddings.{part}_embeddings.weight"]
    for end in ("weight", "bias"):
        state[f"norm.{end}"] = source[f"embeddings.LayerNorm.{end}"]
        for i in range(LAYERS):
            old, new = f"encoder.layer.{i}", f"layers.{i}"
            state[f"{new}.qkv.{end}"] = torch.cat(
                [source[f"{old}.attention.self.{part}.{end}"] for part in ("query", "key", "value")]
            )
            for mine, theirs in (
                ("out", "attention.output.dense"),
                ("norm1", "attention.output.LayerNorm"),
                ("inner", "intermediate.dense"),
                ("outer", "output.dense"),
                ("norm2", "output.LayerNorm"),
            ):
                state[f"{new}.{mine}.{end}"] = source[f"{old}.{theirs}.{end}"]
    reader.load_state_dict(state)
