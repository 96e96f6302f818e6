"""Turns a trained reader into the file that the product runs: ONNX, then 8-bit."""

from pathlib import Path

import torch

from assistant.lab.training.reader_model import Reader


def export(checkpoint: Path, target: Path) -> None:
    """Write the averaged weights of a checkpoint as ONNX, full precision, to `target`."""
    reader = Reader()
    reader.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    sample = tuple(torch.ones(2, 16, dtype=torch.long) for _ in range(3))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    names += ["start_logits", "end_logits", "support_logits"]
    torch.onnx.export(
        reader.eval(),
        sample,
        str(target),
        input_names=names[:3],
        output_names=names[3:],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names[:5]}
        | {names[5]: {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """Write `source` with 8-bit weights, per channel, to `target`."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)
