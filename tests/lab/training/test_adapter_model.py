"""Torch trains the very model that llama.cpp computes with the written file."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="of the dependency group `train`")
gguf = pytest.importorskip("gguf", reason="of the dependency group `train`")

from assistant.lab.training import adapter_export, adapter_model  # noqa: E402
from assistant.lab.training.adapter_model import Places  # noqa: E402

LAYERS, WIDTH, HEADS, KEY_HEADS, INNER, TOKENS = 2, 64, 4, 2, 96, 300
EVERYWHERE = Places(
    projections=(
        "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down",
    ),
    first=0,
    rank=4,
    alpha=8.0,
)  # fmt: skip


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A tiny Llama of random weights."""
    rng = np.random.default_rng(1)
    key_width = WIDTH // HEADS * KEY_HEADS
    writer = gguf.GGUFWriter(tmp_path / "base.gguf", "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([f"t{i}" for i in range(TOKENS)])
    writer.add_token_types([1] * TOKENS)
    writer.add_token_merges(["t 0"])
    shapes = {"token_embd": (TOKENS, WIDTH), "output_norm": (WIDTH,)}
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        shapes |= {f"{block}.attn_norm": (WIDTH,), f"{block}.ffn_norm": (WIDTH,)}
        shapes |= {f"{block}.attn_q": (WIDTH, WIDTH), f"{block}.attn_output": (WIDTH, WIDTH)}
        shapes |= {f"{block}.attn_k": (key_width, WIDTH), f"{block}.attn_v": (key_width, WIDTH)}
        shapes |= {f"{block}.ffn_gate": (INNER, WIDTH), f"{block}.ffn_up": (INNER, WIDTH)}
        shapes |= {f"{block}.ffn_down": (WIDTH, INNER)}
    for name, shape in shapes.items():
        values = rng.normal(1 if "norm" in name else 0, 0.2, shape).astype(np.float32)
        writer.add_tensor(f"{name}.weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tmp_path / "base.gguf"


def test_llama_cpp_computes_the_same_with_the_written_adapter(base: Path, tmp_path: Path) -> None:
    from llama_cpp import Llama

    torch.manual_seed(1)
    model = adapter_model.load(base, EVERYWHERE, torch.float32)
    for name, tensor in model.adapters().items():
        if name.endswith("lora_b"):
            torch.nn.init.normal_(tensor, std=0.3)
    path = adapter_export.write(model.adapters(), EVERYWHERE.alpha, tmp_path / "adapter.gguf")
    ids = [5, 17, 200, 3, 42, 99, 7, 250, 17, 5]
    with torch.no_grad():
        ours = model.logits(model(torch.tensor([ids])))[0].numpy()
    adapted, plain = (
        Llama(str(base), n_ctx=64, logits_all=True, verbose=False, lora_path=lora)
        for lora in (str(path), None)
    )
    for llama in (adapted, plain):
        llama.eval(ids)
    theirs = np.array(adapted.scores[: len(ids)])
    assert np.abs(theirs - ours).max() < 0.05 * np.abs(ours).max()
    assert np.abs(np.array(plain.scores[: len(ids)]) - ours).max() > 0.3 * np.abs(ours).max()


def test_only_the_places_that_are_named_are_trained(base: Path) -> None:
    places = Places(projections=("attn_v",), first=1, rank=2)
    model = adapter_model.load(base, places, torch.float32)
    assert set(model.adapters()) == {
        "blk.1.attn_v.weight.lora_a",
        "blk.1.attn_v.weight.lora_b",
    }
    assert sum(p.numel() for p in model.parameters()) == 2 * (64 + 32)
