"""An adapter as the GGUF file that llama.cpp loads beside its base model."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def write(adapters: dict[str, "Tensor"], alpha: float, path: Path) -> Path:
    """Write the tensors ("blk.0.attn_q.weight.lora_a": (rank, in), "…lora_b": (out, rank))."""
    import numpy as np
    from gguf import GGUFWriter

    writer = GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, tensor in adapters.items():
        writer.add_tensor(name, tensor.detach().numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
