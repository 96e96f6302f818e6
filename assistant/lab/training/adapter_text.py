"""Prompts and sentences as tokens, by the vocabulary and the chat template of the base model."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.answering.prompts import Message
from assistant.engines import catalog, weights
from assistant.engines.llama.tokens import ChatTemplate, Vocabulary

# Rows among which those of like length are put together.
_POOL = 400


def shipped_base() -> Path:
    """The GGUF of the embedded LLM, once its sha256 is the catalogue's."""
    carried = catalog.llm("smollm2-135m").weights
    assert carried is not None
    return weights.verified(carried)


@dataclass(frozen=True)
class Row:
    """Token ids; the first `prompt` of them are read, the others are to be written."""

    ids: tuple[int, ...]
    prompt: int


class Text:
    """The engine's own tokens: what is trained is what the engine will send."""

    def __init__(self, base: Path) -> None:
        import llama_cpp

        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.vocab_only = True
        model = llama_cpp.llama_model_load_from_file(str(base).encode(), params)
        self._vocabulary = Vocabulary(llama_cpp, model)
        self._template = ChatTemplate(llama_cpp, model, self._vocabulary)

    def row(self, messages: Sequence[Message], sentence: str) -> Row:
        """The prompt of these messages with `sentence` and the end of the turn behind it."""
        prompt = self._template.tokens([asdict(m) for m in messages])
        end = self._vocabulary.tokenize(f"{sentence}{self._vocabulary.eos_text}")
        return Row((*prompt, *end), len(prompt))


def batches(rows: Sequence[Row], tokens: int, rng: random.Random) -> list[list[Row]]:
    """Rows of about like length together, at most about `tokens` padded tokens a batch."""
    order = rng.sample(list(rows), len(rows))
    result: list[list[Row]] = []
    for at in range(0, len(order), _POOL):
        batch: list[Row] = []
        for row in sorted(order[at : at + _POOL], key=lambda row: len(row.ids)):
            if batch and (len(batch) + 1) * len(row.ids) > tokens:
                result.append(batch)
                batch = []
            batch.append(row)
        result.append(batch)
    rng.shuffle(result)
    return result
