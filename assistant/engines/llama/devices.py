"""The devices that llama.cpp can compute on, and how much of a model goes to which.

Part of the child process (`child.py`). The devices are those of ggml's own list (CPU, Metal,
CUDA, Vulkan and others), which llama_cpp does not offer; they are read from its library.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.engines import gguf
from assistant.errors import WeightsError

# enum ggml_backend_dev_type: GPU and IGPU; accelerators such as BLAS or AMX serve the CPU.
_CPU, _GPUS = 0, (1, 2)
# What computing takes of a GPU's memory beside weights and cache, mostly the logits of a batch.
_COMPUTE_BYTES = 600_000_000
# Others use the GPU too, and a full one swaps or fails in the middle of an answer.
_SHARE = 0.9


@dataclass(frozen=True)
class Device:
    """A device by ggml's name of it, such as CUDA0, with the bytes that are free there."""

    name: str
    description: str
    is_gpu: bool
    free_bytes: int

    def __str__(self) -> str:
        said = self.description if self.description != self.name else ""
        return f"{self.name} ({said})" if said else self.name


def listed() -> list[Device]:
    """The devices as ggml has them, GPUs first; none where its library cannot be asked."""
    with suppress(ImportError, AttributeError, OSError):
        return sorted(_Ggml().devices(), key=lambda device: not device.is_gpu)
    return []


def layers_for(
    path: Path, wanted: int | None, n_ctx: int, devices: Sequence[Device], *, can_offload: bool
) -> int:
    """The number of layers to put on the GPUs: as wanted, or (None) as many as fit; -1 for all."""
    if not can_offload:
        return 0
    if wanted is not None:
        return wanted
    free = sum(device.free_bytes for device in devices if device.is_gpu)
    try:
        return fitting(gguf.read(path), n_ctx, free)
    except WeightsError:
        return -1


def fitting(info: gguf.GgufInfo, n_ctx: int, free_bytes: int) -> int:
    """The number of layers that fit into a GPU's memory with their part of the cache; -1 for all.

    The output counts as one more, as llama.cpp counts. Also -1 where sizes are not known.
    """
    layers = info.layers + 1
    if not info.layers or free_bytes <= 0:
        return -1
    a_layer = (info.bytes + n_ctx * info.cache_bytes_a_token) / layers
    fit = int((free_bytes * _SHARE - _COMPUTE_BYTES) / a_layer)
    return -1 if fit >= layers else max(0, fit)


class _Ggml:
    """The part of ggml's C interface (ggml-backend.h) that lists devices."""

    def __init__(self) -> None:
        from llama_cpp import _ggml
        from llama_cpp._ctypes_extensions import load_shared_library

        folder = _ggml.libggml_base_path
        # The list is in one library, what it holds in another that Windows does not look into.
        self._libraries = [_ggml.libggml, load_shared_library("ggml-base", folder)]

    def devices(self) -> list[Device]:
        """Every device that a backend of this build offers, but no accelerators."""
        count = self._function("dev_count", ctypes.c_size_t)
        get = self._function("dev_get", ctypes.c_void_p, ctypes.c_size_t)
        kind = self._function("dev_type", ctypes.c_int, ctypes.c_void_p)
        places = [get(index) for index in range(count())]
        return [
            self._device(place, kind(place)) for place in places if kind(place) in (_CPU, *_GPUS)
        ]

    def _device(self, place: int, kind: int) -> Device:
        text = {
            name: self._function(f"dev_{name}", ctypes.c_char_p, ctypes.c_void_p)(place)
            for name in ("name", "description")
        }
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        sizes = ctypes.POINTER(ctypes.c_size_t)
        memory = self._function("dev_memory", None, ctypes.c_void_p, sizes, sizes)
        memory(place, ctypes.byref(free), ctypes.byref(total))
        name, about = (" ".join((text[k] or b"").decode("utf-8", "replace").split()) for k in text)
        return Device(name, about, kind in _GPUS, free.value)

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        for library in self._libraries:
            with suppress(AttributeError):
                function = getattr(library, f"ggml_backend_{name}")
                function.restype, function.argtypes = result, list(arguments)
                return function
        raise AttributeError(name)
