"""An embedder of the person's own: a folder as model hubs have it, with an ONNX file in it.

Pooling and prefixes are read where the folder states them (sentence-transformers' files), else
taken from the family that its name shows: BGE, E5, GTE, Granite and others each have their own.
"""

import json
from pathlib import Path
from typing import Any, Literal, cast

from assistant.engines import weights
from assistant.engines.catalog import EmbedderEntry, Pooling, Weights
from assistant.errors import WeightsError

_ONNX = ("model_quantized.onnx", "model_int8.onnx", "model.onnx", "model_fp16.onnx")
_MOST_TOKENS = 512
_MOST_NUMBERS = 16_384
_MOST_PREFIX_CHARS = 2_000
_MOST_JSON_BYTES = 10_000_000
_E5_TASK = "Instruct: Given a web search query, retrieve relevant passages that answer the query"
_QWEN_TASK = f"{_E5_TASK}\nQuery:"
_BGE_QUERY = "Represent this sentence for searching relevant passages: "

# Family, by a part of the name: pooling, what stands before a question, what before a passage.
# The first that fits counts. From the models' own cards.
_FAMILIES: tuple[tuple[str, Pooling, str, str], ...] = (
    ("e5-mistral", "last", f"{_E5_TASK}\nQuery: ", ""),
    ("multilingual-e5-large-instruct", "mean", f"{_E5_TASK}\nQuery: ", ""),
    ("e5-", "mean", "query: ", "passage: "),
    ("bge-m3", "cls", "", ""),
    ("bge-", "cls", _BGE_QUERY, ""),
    ("gte-qwen", "last", f"{_E5_TASK}\nQuery: ", ""),
    ("gte-modernbert", "cls", "", ""),
    ("gte-multilingual", "cls", "", ""),
    ("gte-", "mean", "", ""),
    ("granite-embedding", "cls", "", ""),
    ("snowflake-arctic-embed", "cls", _BGE_QUERY, ""),
    ("mxbai-embed", "cls", _BGE_QUERY, ""),
    ("nomic-embed", "mean", "search_query: ", "search_document: "),
    ("qwen3-embedding", "last", _QWEN_TASK, ""),
    ("minilm", "mean", "", ""),
    ("mpnet", "mean", "", ""),
)


def read(folder: Path) -> EmbedderEntry:
    """The entry of the embedder in `folder`. Raises WeightsError, saying which file is missing."""
    folder = folder.expanduser().absolute()
    path = _onnx(folder)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise WeightsError(
            f"The embedder's folder {folder} has no tokenizer.json.", "Fetch it with the model."
        )
    config = _json(folder / "config.json")
    name = f"{folder.name} {config.get('_name_or_path', '')}".lower()
    _, pooling, query, passage = next((f for f in _FAMILIES if f[0] in name), ("", "mean", "", ""))
    prompts = _json(folder / "config_sentence_transformers.json").get("prompts")
    if isinstance(prompts, dict):
        query = _prefix(folder, prompts.get("query", query))
        passage = _prefix(folder, prompts.get("passage", prompts.get("document", passage)))
    sha256 = weights.sha256(path)
    dimension = config.get("hidden_size") or config.get("dim") or config.get("n_embd")
    if type(dimension) is not int or not 0 < dimension <= _MOST_NUMBERS:
        raise WeightsError(
            f"{folder / 'config.json'} does not say the size of the vectors (hidden_size).",
            "Fetch the model's own config.json.",
        )
    return EmbedderEntry(
        # Vectors of two files cannot be compared, whatever their folders are called.
        name=f"{folder.name}@{sha256[:8]}",
        title=folder.name,
        weights=Weights("", str(path), sha256, path.stat().st_size),
        tokenizer=tokenizer,
        dimension=dimension,
        max_tokens=_max_tokens(folder, config),
        pooling=_stated_pooling(folder) or pooling,
        query_prefix=query,
        passage_prefix=passage,
    )


def _onnx(folder: Path) -> Path:
    for place in (folder, folder / "onnx"):
        for name in _ONNX:
            if (place / name).is_file():
                return place / name
    raise WeightsError(
        f"There is no ONNX model in {folder}.",
        "It must hold model.onnx (or onnx/model.onnx) and tokenizer.json.",
    )


def _stated_pooling(folder: Path) -> Pooling | None:
    """The pooling that sentence-transformers' module asks for. Raises WeightsError for others than
    ours."""
    stated = _json(folder / "1_Pooling" / "config.json")
    kinds = {"cls_token": "cls", "mean_tokens": "mean", "lasttoken": "last"}
    on = [k.removeprefix("pooling_mode_") for k, v in stated.items() if v is True]
    on = [k for k in on if k not in {"include_prompt"} and f"pooling_mode_{k}" in stated]
    if not on:
        return None
    if len(on) > 1 or on[0] not in kinds:
        raise WeightsError(
            f"The embedder {folder.name} pools by {', '.join(on)}, which is not known here.",
            "Models that pool by cls, mean or last token can be used.",
        )
    return cast(Literal["cls", "mean", "last"], kinds[on[0]])


def _max_tokens(folder: Path, config: dict[str, Any]) -> int:
    stated = _json(folder / "sentence_bert_config.json").get("max_seq_length")
    limits = (stated, config.get("max_position_embeddings"), _MOST_TOKENS)
    return int(min(n for n in limits if type(n) is int and n > 0))


def _prefix(folder: Path, value: Any) -> str:
    """The prefix of a text. Raises WeightsError for what is no short text."""
    if not isinstance(value, str) or len(value) > _MOST_PREFIX_CHARS:
        raise WeightsError(
            f"The embedder {folder.name} has a prompt that is no short text.",
            "See its config_sentence_transformers.json.",
        )
    return value


def _json(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_JSON_BYTES:
            return {}
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
