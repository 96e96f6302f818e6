"""Feeds mutated files to every parser and counts what becomes of them.

`uv run python tests/faults/fuzz.py --inputs 20000 --seed 1` ends with 1 if a parser crashed its
process, hung, or wrote anything. Each input can be made again from the seed and its number.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

from assistant.documents.document import Document
from assistant.documents.parsers import PARSERS
from assistant.documents.sandbox import Sandbox
from assistant.errors import DocumentError
from assistant.library.splitter import split

FILES = Path(__file__).parents[1] / "documents" / "files"
ZIPPED = frozenset(".docx .pptx .xlsx .epub .odt .ods .odp".split())
SECONDS = 5.0
# What parsers choke on, to be put in at random places.
MORSELS = (
    b"\0", b"\xff" * 9, b"<" * 50, b">", b"&#x0;", b"&amp;" * 20, b"{" * 80, b"}" * 80, b"\\u-1?",
    b"[" * 90, b'"', b"\\bin999999999 ", b"obj << /Kids [1 0 R] >>", b"\r", b"\n" * 40, b"9" * 60,
    b"\xed\xa0\x80", b"<table><tr>" * 30, b"endobj", b"1 0 R " * 20, b"=?utf-8?b?!!?=", b"-->",
)  # fmt: skip


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The bytes with a few things wrong."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 9, 30))):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(6)
        if kind == 0 and out:
            out[at % len(out)] = rng.randrange(256)
        elif kind == 1:
            out[at:at] = rng.choice(MORSELS)
        elif kind == 2:
            del out[at : at + rng.randrange(1, 200)]
        elif kind == 3:
            begin = rng.randrange(len(out) + 1)
            out[at:at] = out[begin : begin + rng.randrange(1, 400)]
        elif kind == 4 and rng.random() < 0.2:
            del out[at:]
        elif out:
            out[at % len(out)] ^= 1 << rng.randrange(8)
    return bytes(out)


def variant(path: Path, rng: random.Random) -> bytes:
    """A damaged file; half of the archives are damaged in a part, so that the archive opens."""
    data = path.read_bytes()
    if path.suffix not in ZIPPED or rng.random() < 0.3:
        return mutated(data, rng)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        names = old.namelist()
        chosen = rng.choice([n for n in names if n.endswith((".xml", ".rels", ".xhtml"))])
        for name in names:
            part = old.read(name)
            new.writestr(name, mutated(part, rng) if name == chosen else part)
    return made.getvalue()


def lawful(document: Document) -> bool:
    """Whether every span that was made of it lies in its text."""
    return all(0 <= p.start < p.end <= len(document.text) and p.sentences for p in split(document))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # Recognition takes seconds a page and more memory than is allowed here.
    recognised = {"scan.pdf", "half.pdf", "note.png"}
    found = (p for p in FILES.iterdir() if p.suffix in PARSERS and p.name not in recognised)
    seeds = sorted(found)
    tally: Counter[str] = Counter()
    bad: list[str] = []
    sandbox = Sandbox(seconds=SECONDS, memory_bytes=1 << 30)
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        for number in range(options.inputs):
            path = seeds[number % len(seeds)]
            data = variant(path, random.Random(f"{options.seed}:{number}"))
            began = time.perf_counter()
            try:
                document, _ = sandbox.parse(path, data)
                outcome = "read" if lawful(document) else "UNLAWFUL"
            except DocumentError as error:
                outcome = "refused"
                if "within" in error.message or "crashed" in error.message:
                    outcome = "HUNG OR CRASHED"
                elif "its parser failed" in error.message:
                    outcome = f"failed inside, {error.message.split('(')[1]}"
            took = time.perf_counter() - began
            slowest = max(slowest, (took, f"{path.name} {number}"))
            tally[f"{PARSERS[path.suffix].name}: {outcome}"] += 1
            if outcome.isupper():
                bad.append(f"{path.name}, seed {options.seed}, number {number}: {outcome}")
        touched = os.listdir(empty)
    sandbox.close()
    for name, count in sorted(tally.items()):
        print(f"{count:7}  {name}")
    print(f"{options.inputs} inputs, {len(bad)} bad, slowest {slowest[0]:.2f} s ({slowest[1]})")
    print("\n".join([*bad, *(f"wrote {name}" for name in touched)]))
    return 1 if bad or touched else 0


if __name__ == "__main__":
    sys.exit(main())
