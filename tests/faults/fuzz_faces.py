"""Feeds damaged input to what other programs speak to, and to what reads files of others.

`uv run python tests/faults/fuzz_faces.py --inputs 20000 --seed 1` ends with 1 if anything but an
answer or one of our own errors came of an input, if one took longer than 5 s, or if an import left
something behind. Each input can be made again from the seed and its number. `--only http,lines`
keeps to these.
"""

import argparse
import asyncio
import io
import json
import os
import random
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzz import mutated

from assistant.errors import AssistantError

SECONDS = 5.0
TOKEN = "the-token-of-the-fuzzer"
QUESTION = "How old is the bridge?"
BODY = {
    "model": "default",
    "stream": False,
    "n": 1,
    "stream_options": {"include_usage": True},
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Who built it?"}]},
        {"role": "assistant", "content": "Mary Lowe. [1]"},
        {"role": "user", "content": QUESTION},
    ],
}
LINE = {"id": 1, "question": QUESTION, "history": ["Who?", {"question": "a", "answer": "b"}]}
HEAD = {
    "method": "POST",
    "path": "/v1/chat/completions",
    "host": "127.0.0.1",
    "authorization": f"Bearer {TOKEN}",
    "content-type": "application/json",
}
# In the place of a value of JSON.
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, float("nan"), 10**30, "", " ", "\ud800", "\0", "x" * 20_000, [], {},
    [[]], [None], {"role": "user"}, {"": ""}, ["user"], "\u202e\x1b[2J", "<|im_end|>",
)  # fmt: skip

Try = Callable[[random.Random], str]


def other(value: Any, rng: random.Random) -> Any:
    """The value with one of its parts replaced, taken away or doubled."""
    if rng.random() < 0.25 or not isinstance(value, dict | list) or not value:
        return rng.choice(ODD)
    if isinstance(value, list):
        at = rng.randrange(len(value))
        made = [*value]
        made[at : at + 1] = rng.choice([[], [value[at]] * 3, [other(value[at], rng)]])
        return made
    key = rng.choice([*value])
    if rng.random() < 0.2:
        return {k: v for k, v in value.items() if k != key}
    return {**value, key: other(value[key], rng)}


def damaged(value: Any, rng: random.Random) -> bytes:
    """A JSON text of another shape, of damaged bytes, or both."""
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        value = other(value, rng)
    data = json.dumps(value).encode()
    return mutated(data, rng) if rng.random() < 0.4 else data


def http(folder: Path) -> Try:
    """The server's application, with an assistant on a small library."""
    from assistant.async_assistant import AsyncAssistant
    from assistant.server.admission import Admission
    from assistant.server.openai_api import Serving, app

    told: list[str] = []
    assistant = AsyncAssistant("fuzzed", model="none")
    served = app(Serving(assistant, "default", Admission(TOKEN, "127.0.0.1"), told.append))
    loop = asyncio.new_event_loop()
    loop.run_until_complete(assistant.add(_documents(folder)))

    async def ask(head: dict[str, str], body: bytes) -> int:
        parts = [body[at : at + 300] for at in range(0, len(body), 300)] or [b""]
        status: list[int] = []

        async def receive() -> dict[str, Any]:
            if parts:
                return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])

        headers = [
            (name.encode(), value.encode("latin-1", "replace"))
            for name, value in head.items()
            if name not in {"method", "path"}
        ]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1"}
        scope |= {
            "method": head["method"],
            "path": head["path"],
            "raw_path": b"/",
            "scheme": "http",
        }
        scope |= {"query_string": b"", "root_path": "", "headers": headers, "state": {}}
        scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}
        await served(scope, receive, send)  # type: ignore[arg-type]
        return status[0]

    def one(rng: random.Random) -> str:
        head = dict(HEAD)
        if rng.random() < 0.2:
            name = rng.choice([*head])
            head[name] = mutated(head[name].encode(), rng).decode("latin-1")
        status = loop.run_until_complete(ask(head, damaged(BODY, rng)))
        assert status != 500, f"500: {told[-1:]}"
        return str(status)

    return one


def lines(folder: Path) -> Try:
    """The reader of JSON lines, as far as the question that is to be asked."""
    from assistant.answering.pipeline import readable_question
    from assistant.cli import ask, json_lines

    def one(rng: random.Random) -> str:
        source = io.BytesIO(b"\n".join(damaged(LINE, rng) for _ in range(3)))
        for _, text in json_lines.numbered(source):
            readable_question(ask._parse(text).question)
        return "read"

    return one


def imports(folder: Path) -> Try:
    """The import of an exported library, damaged as a file or in one of its parts."""
    from assistant import Assistant
    from assistant.library import transfer
    from assistant.library.library import names

    with Assistant("exported", model="none") as assistant:
        assistant.add(_documents(folder))
        exported = folder / "a.library"
        transfer.export_library(assistant.library, exported)
    whole = exported.read_bytes()
    before = names()

    def one(rng: random.Random) -> str:
        file = folder / "b.library"
        file.write_bytes(mutated(whole, rng) if rng.random() < 0.3 else _rezipped(whole, rng))
        outcome = "refused"
        try:
            transfer.import_library(file, "second")
            outcome = "taken"
            transfer.delete_library("second")
        except AssistantError:
            left = [p.name for p in (folder / "libraries").iterdir() if "second" in p.name]
            assert not left, f"left {left}"
        assert names() == before
        return outcome

    return one


def _rezipped(whole: bytes, rng: random.Random) -> bytes:
    """The archive with one part damaged, and the manifest's sums as if that were right."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    chosen = rng.choice([*parts])
    parts[chosen] = mutated(parts[chosen], rng)
    import hashlib

    for name, data in parts.items():
        sums = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        manifest["parts"][name] = sums
    if rng.random() < 0.3:
        manifest = other(manifest, rng)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


def protocol(folder: Path) -> Try:
    """What the process of the language model says."""
    from assistant.engines.llama import process

    token = {"type": "token", "id": 1, "text": "It", "logprob": -0.1}

    def one(rng: random.Random) -> str:
        try:
            message = json.loads(damaged(token, rng))
            process._checked(message.pop("type"), message)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return "refused"
        return "taken"

    return one


def own_settings(folder: Path) -> Try:
    """The file of settings, read and changed."""
    from assistant import settings

    file = folder / "settings.toml"
    whole = (
        b'# mine\n[llm]\nurl = "http://127.0.0.1:1/v1"\nthreads = 2\n\n[answering]\n'
        b'max_tokens = 200\ntemperature = 0.5\nunsupported = "drop"\n[chat]\nwhy = "f9"\n'
    )

    def one(rng: random.Random) -> str:
        file.write_bytes(mutated(whole, rng))
        before = file.read_bytes()
        try:
            settings.load()
            settings.save("llm.threads", 3)
            assert settings.load().llm_threads == 3
            return "read"
        except AssistantError:
            assert file.read_bytes() == before, "a file with a mistake was written"
            raise
        finally:
            file.unlink()

    return one


def sets(folder: Path) -> Try:
    """Question sets as JSON lines, CSV and SQuAD's JSON."""
    from assistant.evaluation import dataset

    row = {"id": "a", "question": QUESTION, "answerable": True, "answers": ["90 years"]}
    row |= {
        "source": "bridge.txt",
        "evidence": ["The bridge is 90 years old."],
        "history": ["Who?"],
    }
    answer = {"text": "90 years", "answer_start": 14}
    asked = {"id": "1", "question": QUESTION, "answers": [answer], "is_impossible": False}
    squad = {"context": "The bridge is 90 years old.", "qas": [asked]}
    whole = {
        ".jsonl": row,
        ".json": {"version": "2.0", "data": [{"title": "a", "paragraphs": [squad]}]},
        ".csv": b'question,answers,source\n"How old?",90 years,bridge.txt\nWho?,"a;b",\n',
    }

    def one(rng: random.Random) -> str:
        suffix = rng.choice([*whole])
        value = whole[suffix]
        data = mutated(value, rng) if isinstance(value, bytes) else damaged(value, rng)
        file = folder / f"set{suffix}"
        file.write_bytes(data)
        dataset.read_set(file)
        return "read"

    return one


FACES = {
    "http": http,
    "lines": lines,
    "import": imports,
    "protocol": protocol,
    "settings": own_settings,
    "sets": sets,
}


def _documents(folder: Path) -> str:
    path = folder / "bridge.txt"
    path.write_text("The bridge is 90 years old. Mary Lowe built it in 1936.\n", encoding="utf-8")
    return str(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(FACES))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tally: Counter[str] = Counter()
    bad: list[str] = []
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as place:
        os.environ["ASSISTANT_HOME"] = place
        chosen = options.only.split(",")
        faces = {name: FACES[name](Path(place)) for name in chosen}
        for number in range(options.inputs):
            name = chosen[number % len(chosen)]
            began = time.process_time()
            try:
                outcome = faces[name](random.Random(f"{options.seed}:{number}"))
            except AssistantError:
                outcome = "refused"
            except Exception as error:
                outcome = "FAILED"
                bad.append(f"{name}, seed {options.seed}, number {number}: {error!r:.300}")
            took = time.process_time() - began
            slowest = max(slowest, (took, f"{name} {number}"))
            if took > SECONDS:
                bad.append(f"{name}, seed {options.seed}, number {number}: {took:.1f} s")
            tally[f"{name}: {outcome}"] += 1
    for name, count in sorted(tally.items()):
        print(f"{count:7}  {name}")
    print(f"{options.inputs} inputs, {len(bad)} bad, slowest {slowest[0]:.2f} s ({slowest[1]})")
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # threads of the servers may be at work
