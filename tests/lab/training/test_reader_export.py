"""The reader's file: what is written in 8 bits can be trained on."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="of the dependency group `train`")
pytest.importorskip("onnx", reason="of the dependency group `train`")

from assistant.lab.training.reader_export import export, load_exported, quantise  # noqa: E402
from assistant.lab.training.reader_model import Reader  # noqa: E402


def test_weights_come_back_from_the_8_bit_file(tmp_path: Path) -> None:
    torch.manual_seed(1)
    reader = Reader().eval()
    torch.save({"average": reader.state_dict()}, tmp_path / "reader.pt")
    export(tmp_path / "reader.pt", tmp_path / "whole.onnx")
    quantise(tmp_path / "whole.onnx", tmp_path / "reader.onnx")
    again = Reader()
    load_exported(again, tmp_path / "reader.onnx")
    for name, weights in reader.state_dict().items():
        step = float(weights.abs().max()) / 127
        assert (again.state_dict()[name] - weights).abs().max() <= step + 1e-6, name
