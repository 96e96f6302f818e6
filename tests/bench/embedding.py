"""Passages embedded a second, beside a bare onnxruntime loop and Chroma's default way of padding.

uv run python tests/bench/embedding.py [FILE.txt …]
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from assistant import paths
from assistant.documents.registry import parse
from assistant.engines import catalog, weights
from assistant.engines.embedder import OnnxEmbedder
from assistant.library.passages import split

ROUNDS = 5


def passages(files: list[Path]) -> list[str]:
    found = []
    for path in files:
        document, _ = parse(path, path.read_bytes())
        found += [document.text[p.start : p.end] for p in split(document)]
    return found


def bare(texts: list[str], pad_to: int | None = None) -> Callable[[], None]:
    """The plain loop: one text a call, or padded to a fixed length in batches of 32."""
    entry = catalog.embedder()
    session = onnxruntime.InferenceSession(
        str(weights.locate(entry.weights)), providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(entry.tokenizer))
    tokenizer.enable_truncation(pad_to or entry.max_tokens)
    tokenizer.enable_padding(length=pad_to) if pad_to else tokenizer.no_padding()
    size = 32 if pad_to else 1

    def loop() -> None:
        for i in range(0, len(texts), size):
            encoded = tokenizer.encode_batch(texts[i : i + size])
            ids = np.array([e.ids for e in encoded], dtype=np.int64)
            mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
            hidden = session.run(
                None,
                {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)},
            )[0]
            vectors = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
            vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    return loop


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]] or sorted(paths.shipped("seeds").iterdir())
    texts = passages(files)
    embedder = OnnxEmbedder(catalog.embedder())
    ways: dict[str, Callable[[], object]] = {
        "assistant": lambda: embedder.embed(texts),
        "bare onnxruntime": bare(texts),
        "padded to 256": bare(texts, 256),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    # In turn, so that a noisy machine is as noisy for each.
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    print(f"{len(texts)} passages, median of {ROUNDS} rounds")
    ours = median(seconds["assistant"])
    for name, taken in seconds.items():
        print(
            f"{name:<18}{len(texts) / median(taken):8.1f} passages/s   ratio {median(taken) / ours:.2f}"
        )


if __name__ == "__main__":
    main()
