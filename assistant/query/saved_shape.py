"""The shape of a saved turn: a file that somebody else wrote holds this, or is not shown."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

# A type; one of several words or shapes; texts by any name; a list of one shape; fields.
Shape = Any

_TEXTS = {"*": str}
_SPAN = (int, int)
_STATEMENT = {
    "text": str,
    "support": frozenset({"exact", "supported", "partly", "unsupported", "contradicted"}),
    "citations": [int],
}
_CITATION = {
    "marker": int,
    "source": str,
    "title": str,
    "page": [None, int],
    "lines": _SPAN,
    "span": _SPAN,
    "quote": str,
}
_PASSAGE = {"source": str, "lines": _SPAN, "score": float, "text": str, "used": bool}

# Each field may be missing, as in what an earlier version wrote; what is there must fit.
ANSWER: Mapping[str, Shape] = {
    "question": str,
    "standalone_question": str,
    "status": frozenset({"answered", "not_found"}),
    "outcome": str,
    "answer": str,
    "confidence": float,
    "statements": [_STATEMENT],
    "citations": [_CITATION],
    "passages": [_PASSAGE],
    "mode": frozenset({"quote", "words", "compose"}),
    "kind": str,
    "lead": str,
    "model": [None, _TEXTS],
    "embedder": _TEXTS,
    "prompt": _TEXTS,
    "usage": {"prompt_tokens": int, "completion_tokens": int},
    "timings": {"retrieve_ms": float, "first_token_ms": float, "total_ms": float},
}
WHY: Mapping[str, Shape] = {
    "threshold": float,
    "notices": [str],
    "draft": [
        None,
        {"text": str, "statements": [_STATEMENT], "mean_log_probability": float, "finish": str},
    ],
    "headings": [[str]],
    "answers": [[None, _SPAN]],
    "passages": [{"id": int, "start": int, "title": str, "page": [None, int], "headings": [str]}],
}


def fits(value: Any, shape: Shape) -> bool:
    """Tell whether a JSON value has a shape; further fields do not matter."""
    if shape is None:
        return value is None
    if shape is float:
        return type(value) in {int, float} and math.isfinite(value)
    if isinstance(shape, type):
        return type(value) is shape
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    if isinstance(shape, tuple):
        return _is_list(value) and len(value) == len(shape) and all(map(fits, value, shape))
    if isinstance(shape, list):
        if shape[0] is None:
            return value is None or fits(value, shape[1])
        return _is_list(value) and all(fits(item, shape[0]) for item in value)
    if not isinstance(value, Mapping):
        return False
    if "*" in shape:
        return all(fits(item, shape["*"]) for item in value.values())
    return all(name in value and fits(value[name], inner) for name, inner in shape.items())


def fits_partly(value: Any, shape: Mapping[str, Shape]) -> bool:
    """Tell whether a JSON object has a shape as far as it has its fields."""
    return isinstance(value, Mapping) and all(
        fits(value[name], inner) for name, inner in shape.items() if name in value
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
