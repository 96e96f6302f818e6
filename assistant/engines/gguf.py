"""A GGUF file's description of itself, read without llama.cpp and without trust.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3).
"""

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import WeightsError

MAGIC = b"GGUF"
_MOST_ENTRIES = 1 << 16
_MOST_TENSORS = 1 << 17
_MOST_DEPTH = 4
# Chat templates have some thousands.
_MOST_TEXT_BYTES = 4 << 20
_STRING, _ARRAY = 8, 9
_SCALARS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
# Longer arrays (vocabularies) are passed over; nothing here needs them.
_KEPT = 64

# llama.cpp's llama_ftype, and ggml's tensor types as (weights a block, bytes a block).
_QUANTISATIONS = dict(
    enumerate(
        (
            "F32 F16 Q4_0 Q4_1 ? ? ? Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S "
            "Q5_K_M Q6_K IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S IQ2_M "
            "IQ4_XS IQ1_M BF16 ? ? ? TQ1_0 TQ2_0 MXFP4"
        ).split()
    )
)
_BLOCKS = {0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34)}
_BLOCKS |= {10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210)}
_BLOCKS |= {16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18)}
_BLOCKS |= {21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4)}
_BLOCKS |= {27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 39: (32, 17)}

# Architectures that turn text into vectors and write nothing, or only look at pictures.
_NOT_WRITING = frozenset(
    "bert nomic-bert nomic-bert-moe jina-bert-v2 jina-bert-v3 modern-bert neo-bert eurobert "
    "gemma-embedding t5encoder clip whisper wavtokenizer-dec".split()
)


@dataclass(frozen=True)
class GgufInfo:
    """A model file's own words. `parameters` counts weights; texts are empty where it is silent.

    `problem` is one sentence why it cannot answer here, "" as far as its header tells.
    `cache_bytes_a_token` is what the keys and values of a token take in memory, as 16-bit numbers;
    0 where the header does not tell, as for `layers`. `kind` is "model", "adapter" or another.
    """

    name: str
    architecture: str
    parameters: int
    quantisation: str
    context_tokens: int
    chat_template: str
    licence: str
    bytes: int
    problem: str
    cache_bytes_a_token: int = 0
    layers: int = 0
    kind: str = "model"


class _Header:
    """Values one after the other; anything that points out of the file is an error."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self.at = 0

    def number(self, code: str) -> Any:
        form = struct.Struct(f"<{code}")
        if self.at + form.size > len(self._data):
            raise ValueError("the header is cut")
        (value,) = form.unpack_from(self._data, self.at)
        self.at += form.size
        return value

    def text(self) -> str:
        return self._bytes().decode("utf-8", "replace")

    def value(self, kind: int, depth: int = 0) -> Any:
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self._array(depth)
        if kind not in _SCALARS:
            raise ValueError(f"an unknown kind of value ({kind})")
        return self.number(_SCALARS[kind])

    def _array(self, depth: int) -> list[Any]:
        if depth >= _MOST_DEPTH:
            raise ValueError("lists within lists")
        kind, count = self.number("I"), self.number("Q")
        if kind in _SCALARS and count > _KEPT:
            self._skip(count * struct.calcsize(f"<{_SCALARS[kind]}"))
            return []
        kept = []
        for i in range(count):
            if kind == _STRING and i >= _KEPT:
                self._skip(self.number("Q"))
            else:
                item = self.value(kind, depth + 1)
                if i < _KEPT:
                    kept.append(item)
        return kept

    def _bytes(self) -> bytes:
        size = self.number("Q")
        if size > _MOST_TEXT_BYTES:
            raise ValueError("a text without end")
        start = self.at
        self._skip(size)
        return self._data[start : start + size]

    def _skip(self, size: int) -> None:
        if size > len(self._data) - self.at:
            raise ValueError("the header is cut")
        self.at += size


def is_gguf(path: Path) -> bool:
    """Tell whether a file begins as a GGUF model does."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as file:
            return file.read(4) == MAGIC
    except OSError:
        return False


def read(path: Path) -> GgufInfo:
    """The header of a GGUF file. Raises WeightsError if it is none, or is damaged or cut."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if data[:4] != MAGIC:
                raise WeightsError(f"{path} is not a GGUF file.", "Give the path of a GGUF model.")
            return _info(path, data)
    except (ValueError, OverflowError) as error:
        raise WeightsError(
            f"{path} is not a whole GGUF file ({error}).", "Fetch the model again."
        ) from error
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}).") from error


def _info(path: Path, data: mmap.mmap) -> GgufInfo:
    header = _Header(data)
    header.at = 4
    version = header.number("I")
    if version not in {2, 3}:
        raise ValueError(f"version {version} is not known")
    tensors, entries = header.number("Q"), header.number("Q")
    if tensors > _MOST_TENSORS or entries > _MOST_ENTRIES:
        raise ValueError("its counts make no sense")
    meta: dict[str, Any] = {}
    for _ in range(entries):
        key = header.text()
        meta[key] = header.value(header.number("I"))
    parameters = _check_tensors(header, tensors, meta, len(data))
    architecture = str(meta.get("general.architecture", ""))
    return GgufInfo(
        name=str(meta.get("general.name") or path.stem),
        architecture=architecture,
        parameters=parameters,
        quantisation=_quantisation(meta, path),
        context_tokens=_whole(meta.get(f"{architecture}.context_length")),
        chat_template=str(meta.get("tokenizer.chat_template", "")),
        licence=str(meta.get("general.license", "")),
        bytes=len(data),
        problem=_problem(meta, architecture, tensors),
        cache_bytes_a_token=_cache_bytes(meta, architecture),
        kind=str(meta.get("general.type", "model")),
        layers=_whole(meta.get(f"{architecture}.block_count")),
    )


def _cache_bytes(meta: Mapping[str, Any], architecture: str) -> int:
    def number(key: str, default: int = 0) -> int:
        return _whole(meta.get(f"{architecture}.{key}"), default)

    heads = number("attention.head_count")
    width = number("embedding_length") // heads if heads else 0
    of_a_head = number("attention.key_length", width) + number("attention.value_length", width)
    return 2 * number("block_count") * number("attention.head_count_kv", heads) * of_a_head


def _check_tensors(header: _Header, count: int, meta: Mapping[str, Any], size: int) -> int:
    """The number of weights. ValueError if their data would end behind the file's end."""
    parameters, end = 0, 0
    for _ in range(count):
        header.text()
        shape = [header.number("Q") for _ in range(min(header.number("I"), 8))]
        kind, offset = header.number("I"), header.number("Q")
        weights = math.prod(shape)
        block, block_bytes = _BLOCKS.get(kind, (1, 0))
        parameters += weights
        end = max(end, offset + weights // block * block_bytes)
    step = max(1, _whole(meta.get("general.alignment")) or 32)
    start = -(-header.at // step) * step
    if start + end > size:
        raise ValueError(f"it ends after {size:,} of {start + end:,} bytes")
    return parameters


def _problem(meta: Mapping[str, Any], architecture: str, tensors: int) -> str:
    kind = str(meta.get("general.type", "model"))
    parts = _whole(meta.get("split.count"))
    if kind != "model":
        return f"It is no whole model but a part of one (general.type is {kind!r})."
    if parts > 1:
        return f"It is one of {parts} parts of a split model; join them with llama-gguf-split."
    if architecture in _NOT_WRITING:
        return f"It is a model that writes no text (its architecture is {architecture!r})."
    if not tensors:
        return "It holds no weights, only a vocabulary."
    return ""


def _quantisation(meta: Mapping[str, Any], path: Path) -> str:
    name = _QUANTISATIONS.get(_whole(meta.get("general.file_type"), -1), "?")
    if name != "?":
        return name
    known = sorted(filter(lambda q: q != "?", _QUANTISATIONS.values()), key=len, reverse=True)
    return next((q for q in known if q in path.stem.upper()), "")


def _whole(value: Any, default: int = 0) -> int:
    return value if type(value) is int and value >= 0 else default
