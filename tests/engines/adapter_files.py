"""Small LoRA adapters for the embedded model, written by hand: general.type is "adapter"."""

import random
import struct
from pathlib import Path

from engines.gguf_files import gguf_text, gguf_value

_F32 = 0
# Of SmolLM2-135M; blk.N.attn_output.weight goes from this width to the same.
WIDTH, LAYERS, RANK = 576, 30, 1


def write_adapter(
    path: Path,
    *,
    size: float = 0.0,
    width: int = WIDTH,
    architecture: str = "llama",
    kind: str = "adapter",
    cut: int = 0,
) -> Path:
    """An adapter of random weights in [-size, size] on every layer; `cut` bytes are missing."""
    drawn = random.Random(1)
    meta: dict[str, object] = {"general.type": kind, "general.architecture": architecture}
    meta |= {"adapter.type": "lora", "adapter.lora.alpha": float(RANK)}
    head = b"GGUF" + struct.pack("<IQQ", 3, 2 * LAYERS, len(meta))
    head += b"".join(gguf_text(key) + gguf_value(value) for key, value in meta.items())
    data = b""
    for layer in range(LAYERS):
        for part, shape in (("a", (width, RANK)), ("b", (RANK, width))):
            name = f"blk.{layer}.attn_output.weight.lora_{part}"
            head += gguf_text(name) + struct.pack("<IQQIQ", 2, *shape, _F32, len(data))
            values = [drawn.uniform(-size, size) for _ in range(width * RANK)]
            data += struct.pack(f"<{len(values)}f", *values)
            data += b"\0" * (-len(data) % 32)
    whole = head + b"\0" * (-len(head) % 32) + data
    path.write_bytes(whole[: len(whole) - cut])
    return path
