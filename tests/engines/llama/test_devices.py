"""How much of a model goes to a GPU, and what happens where that fails."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import llama_cpp
import pytest

from assistant.engines import catalog, gguf, weights
from assistant.engines.llama import devices, model
from assistant.engines.llama.devices import Device, fitting, layers_for
from assistant.engines.llama.model import GPU_CHUNK_TOKENS, Cancellation, LanguageModel
from assistant.engines.llama.tokens import ChildError

GPU = Device("CUDA0", "A graphics card", is_gpu=True, free_bytes=8_000_000_000)


def llm_file() -> Path:
    known = catalog.llm().weights
    assert known is not None
    return weights.locate(known)


def test_the_processor_is_listed_last() -> None:
    *_, last = devices.listed()
    assert str(last).startswith("CPU")
    assert not last.is_gpu
    assert last.free_bytes > 0


def test_as_many_layers_go_to_a_gpu_as_fit() -> None:
    small = gguf.read(llm_file())
    large = replace(small, bytes=12_000_000_000, layers=47, cache_bytes_a_token=100_000)
    assert fitting(small, 4096, GPU.free_bytes) == -1
    assert fitting(large, 4096, GPU.free_bytes) == 25
    assert fitting(large, 40_000, GPU.free_bytes) == 19
    assert fitting(large, 4096, 500_000_000) == 0
    assert fitting(large, 4096, 0) == fitting(replace(large, layers=0), 4096, 9) == -1


def test_a_number_goes_before_what_fits_and_without_a_gpu_there_is_nothing_to_fit() -> None:
    path = llm_file()
    assert layers_for(path, None, 512, [GPU], can_offload=True) == -1
    assert layers_for(path, 7, 512, [GPU], can_offload=True) == 7
    assert layers_for(path, 7, 512, [], can_offload=False) == 0
    assert layers_for(path, None, 512, [], can_offload=False) == 0


class GpuBuild:
    """llama.cpp as if it were built with a GPU that has room for a few layers."""

    def __init__(self, room: int) -> None:
        self._room = room
        self.tried: list[int] = []
        self.contexts: list[tuple[int, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(llama_cpp, name)

    def llama_supports_gpu_offload(self) -> bool:
        return True

    def llama_model_load_from_file(self, path: bytes, params: Any) -> Any:
        self.tried.append(params.n_gpu_layers)
        if not 0 <= params.n_gpu_layers <= self._room:
            return None
        return llama_cpp.llama_model_load_from_file(path, params)

    def llama_init_from_model(self, model: Any, params: Any) -> Any:
        self.contexts.append((params.n_ubatch, params.flash_attn_type))
        return llama_cpp.llama_init_from_model(model, params)


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Iterator[GpuBuild]:
    made = GpuBuild(room=5)
    monkeypatch.setattr(model, "_llama_cpp", lambda: made)
    return made


def test_what_a_gpu_cannot_hold_is_computed_by_the_processor(build: GpuBuild) -> None:
    model = LanguageModel(llm_file(), Cancellation(), 256, 1, 1, gpu_layers=None)
    assert build.tried == [-1, 0]
    assert (model.offloaded_layers, model.layers) == (0, 31)
    (said,) = model.notices
    assert said.startswith("The GPU could not be used, so the processor computes alone.")
    assert said.endswith("Set llm.gpu_layers to a smaller number, or to 0.")


def test_a_gpu_gets_larger_batches_and_flash_attention(build: GpuBuild) -> None:
    model = LanguageModel(llm_file(), Cancellation(), 256, 1, 1, gpu_layers=5)
    assert build.tried == [5]
    assert (model.offloaded_layers, model.notices) == (5, [])
    ((batch, flash),) = build.contexts
    assert batch > GPU_CHUNK_TOKENS
    assert flash == llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO
    prompt = model.vocabulary.tokenize("The bridge over the river. " * 20)
    model.reuse(prompt)
    assert list(model.read(prompt)) == [len(prompt)]


def test_a_file_that_does_not_load_anywhere_is_refused(build: GpuBuild, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(llm_file().read_bytes()[:3_000_000])
    with pytest.raises(ChildError, match="could not be loaded"):
        LanguageModel(path, Cancellation(), 256, 1, 1, gpu_layers=3)
    assert build.tried == [3, 0]
