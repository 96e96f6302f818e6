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


def load_exported(reader: Reader, source: Path) -> None:
    """Fill a reader with the weights of an 8-bit ONNX file that `quantise` wrote.

    What the rounding lost stays lost: on average a 250th of the largest weight of a row.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(source)).graph
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    state = reader.state_dict()

    def whole(name: str) -> torch.Tensor:
        zero, scale = (values[f"{name}_{part}"] for part in ("zero_point", "scale"))
        steps = values[f"{name}_quantized"].astype("float32") - zero.astype("float32")
        return torch.from_numpy(steps * scale)

    for name in state:
        if name in values:
            state[name] = torch.from_numpy(values[name].copy())
        elif f"{name}_quantized" in values:
            state[name] = whole(name)
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1].endswith("_quantized"):
            # "/layers.0/qkv/MatMul_quant" multiplies by the transposed weights of layers.0.qkv.
            module = ".".join(node.name.strip("/").split("/")[:-1])
            state[f"{module}.weight"] = whole(node.input[1].removesuffix("_quantized")).T
    reader.load_state_dict(state)
