"""Figures of an adapter: what the embedded LLM writes with it and without, and how fast."""

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from assistant.answering.prompts import load as load_prompt
from assistant.lab.training import adapter_data
from assistant.lab.training.adapter_data import Example, Found
from assistant.lab.training.adapter_text import Text, shipped_base
from assistant.language.words import content_terms

_MOST_TOKENS = 48
_CONTEXT = 640


@dataclass(frozen=True)
class Written:
    """A sentence that a model wrote, and the milliseconds of each of its tokens."""

    example: Example
    token_ms: tuple[float, ...]


class Writer:
    """The base model, with an adapter or without, writing its likeliest tokens."""

    def __init__(self, base: Path, adapter: Path | None, threads: int | None) -> None:
        from llama_cpp import Llama

        self._llama: Any = Llama(
            str(base),
            n_ctx=_CONTEXT,
            lora_path=adapter and str(adapter),
            n_threads=threads,
            n_threads_batch=threads,
            verbose=False,
        )

    def write(self, prompt: Sequence[int]) -> tuple[str, tuple[float, ...]]:
        """The sentence after a prompt, and the milliseconds of each of its tokens."""
        llama = self._llama
        llama.reset()
        llama.eval(list(prompt))
        tokens: list[int] = []
        times: list[float] = []
        while (token := int(llama.sample(temp=0.0))) != llama.token_eos():
            tokens.append(token)
            if len(tokens) == _MOST_TOKENS:
                break
            started = time.perf_counter()
            llama.eval([token])
            times.append((time.perf_counter() - started) * 1000)
        return llama.detokenize(tokens).decode("utf-8", "replace").strip(), tuple(times)


def figures(written: Sequence[Written]) -> dict[str, float]:
    """Shares of sentences with words of their own, and with the answer; words; tokens a second."""
    examples = [w.example for w in written]
    times = [ms for w in written for ms in w.token_ms]
    return {
        "foreign": _share([bool(_foreign_terms(e)) for e in examples]),
        "foreign_but_inflected": _share([bool(adapter_data.foreign_words(e)) for e in examples]),
        "keeps_answer": _share([_squeezed(e.answer) in _squeezed(e.sentence) for e in examples]),
        "words": median(len(e.sentence.split()) for e in examples),
        "most_words": max(len(e.sentence.split()) for e in examples),
        "sentences": len(examples),
        "tokens_per_s": round(1000 / median(times), 1),
    }


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 3)


def _foreign_terms(example: Example) -> set[str]:
    given = f"{example.evidence} {example.question} {example.answer}"
    return set(content_terms(example.sentence)) - set(content_terms(given))


def _squeezed(text: str) -> str:
    return " ".join(text.lower().strip(" .,;").split())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--adapter", type=Path, required=True, help="adapter.gguf")
    parser.add_argument("--base", type=Path, help="GGUF of the base model; the shipped one if not")
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--plain", type=int, default=150, help="of them without the adapter too")
    parser.add_argument("--threads", type=int, help="of llama.cpp; half the cores if not")
    parser.add_argument("--written", type=Path, help="file that the sentences are added to")


def command(options: argparse.Namespace) -> int:
    """Print figures on questions of held-out articles; returns the exit status."""
    base = options.base or shipped_base()
    text, prompt = Text(base), load_prompt("phrase")
    file = options.data / adapter_data.FILES[0]
    asked = [q for q in adapter_data.questions(file, test=True) if q.evidence()]
    drawn = random.Random(7).sample(asked, min(options.questions, len(asked)))
    adapters = {"adapter": options.adapter, "base": None}
    writers = {n: Writer(base, path, options.threads) for n, path in adapters.items()}
    written: dict[str, list[Written]] = {name: [] for name in writers}
    for number, found in enumerate(drawn):
        for name, writer in writers.items():
            if name == "adapter" or number < options.plain:
                written[name].append(_written(writer, text, prompt, found))
                _keep(written[name][-1], name, options.written)
    told = {name: figures(own) for name, own in written.items() if own}
    if "base" in told:
        ratio = told["adapter"]["tokens_per_s"] / told["base"]["tokens_per_s"]
        told["both"] = {"speed_ratio": round(ratio, 3)}
    print(json.dumps(told, indent=1))
    return 0


def _written(writer: Writer, text: Text, prompt: Any, found: Found) -> Written:
    example = Example(found.question, found.evidence(), found.answer.strip(), "")
    values = {"question": example.question, "evidence": example.evidence, "answer": example.answer}
    row = text.row(prompt.messages(**values), "")
    sentence, times = writer.write(row.ids[: row.prompt])
    return Written(Example(**(asdict(example) | {"sentence": sentence})), times)


def _keep(written: Written, writer: str, path: Path | None) -> None:
    """A sentence is kept as soon as it is written: a run may be read before it is over."""
    if path is not None:
        line = json.dumps({"writer": writer} | asdict(written), ensure_ascii=False)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
