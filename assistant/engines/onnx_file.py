"""An ONNX file looked at before it is loaded: it must hold its weights itself.

A tensor of an ONNX file may name another file, by any path, to be read for it. The format is
protobuf (https://onnx.ai/onnx/repo-docs/IR.html); only fields that lead to tensors are followed.
"""

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_DEPTH = 40

Slice = tuple[int, int]


@dataclass(frozen=True)
class _Kind:
    """A kind of message: the kinds in its fields, and the fields that it must not have."""

    inner: "Mapping[int, _Kind]" = field(default_factory=dict)
    refused: frozenset[int] = frozenset()


# TensorProto.external_data and data_location; a location may be given as the default, so that the
# entries count.
_TENSOR = _Kind(refused=frozenset({13}))
_SPARSE = _Kind({1: _TENSOR, 2: _TENSOR})
_GRAPHS: dict[int, _Kind] = {5: _TENSOR, 15: _SPARSE}
_GRAPH = _Kind(_GRAPHS)
_ATTRIBUTE = _Kind({5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE})
_NODE = _Kind({5: _ATTRIBUTE})
_GRAPHS[1] = _NODE
_FUNCTION = _Kind({7: _NODE, 11: _ATTRIBUTE})
_MODEL = _Kind({7: _GRAPH, 20: _Kind({1: _GRAPH, 2: _GRAPH}), 25: _FUNCTION})


def problem(path: Path) -> str:
    """Why a file is not loaded, in words; "" where it holds all of its weights. Raises OSError."""
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            return "it is empty"
        with data:
            try:
                return _problem(data, (0, len(data)), _MODEL, 0)
            except ValueError:
                return "it is no ONNX file"


def _problem(data: mmap.mmap, place: Slice, kind: _Kind, depth: int) -> str:
    if depth > _MOST_DEPTH:
        return "its graphs are nested too deeply"
    for number, inner in _fields(data, place):
        if number in kind.refused:
            return "it wants weights from another file"
        if number in kind.inner and (found := _problem(data, inner, kind.inner[number], depth + 1)):
            return found
    return ""


def _fields(data: mmap.mmap, place: Slice) -> Iterator[tuple[int, Slice]]:
    """The fields of a message that hold bytes: their numbers and places. ValueError if damaged."""
    at, end = place
    while at < end:
        key, at = _varint(data, at, end)
        kind = key & 7
        if kind == _BYTES:
            size, at = _varint(data, at, end)
            if size > end - at:
                raise ValueError("cut")
            yield key >> 3, (at, at + size)
            at += size
        elif kind == _VARINT:
            _, at = _varint(data, at, end)
        elif kind in {_FIXED64, _FIXED32}:
            at += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("an unknown kind of field")
    if at != end:
        raise ValueError("cut")


def _varint(data: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise ValueError("cut")
