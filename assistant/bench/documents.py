"""Documents to measure with: sentences of real English, drawn anew into as many passages as wanted.

The sentences are those of the shipped documents and of the language reference that comes with every
Python; each passage opens with a name that no other has, as real ones have words of their own.
The same number gives the same files, byte for byte, under one version of Python.
"""

import os
from pathlib import Path
from random import Random

from assistant import paths
from assistant.language.sentences import sentence_spans

PASSAGES_PER_FILE = 10
# Lengths of paragraphs: least, most, commonest. A paragraph becomes a passage.
_CHARS = (240, 800, 380)
_SYLLABLES = "ba ko ri me tu sa lo ne di va gu pe ha zo mi ra".split()


def write(folder: Path, passages: int) -> None:
    """Fill `folder` with files of ten passages each, `passages` in all."""
    known = _sentences()
    for number in range(-(-passages // PASSAGES_PER_FILE)):
        random = Random(number)
        left = min(PASSAGES_PER_FILE, passages - number * PASSAGES_PER_FILE)
        text = "\n\n".join(_paragraph(random, known) for _ in range(left))
        path = folder / str(number % 100) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
        # What was just written might change within the same tick of its clock; this is old.
        os.utime(path, ns=(10**18, 10**18))


def _paragraph(random: Random, known: list[str]) -> str:
    name = "".join(random.choices(_SYLLABLES, k=4)).capitalize()
    text = f"{name} is entry {random.randrange(10**6)}."
    chars = random.triangular(*_CHARS)
    while len(text) < chars:
        text += f" {random.choice(known)}"
    return text


def _sentences() -> list[str]:
    from pydoc_data.topics import topics  # 0.5 MB, only to measure

    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted(paths.shipped("seeds").iterdir())
        if path.suffix in {".txt", ".md"}
    ]
    found = []
    for text in (*texts, *topics.values()):
        for start, end in sentence_spans(text):
            sentence = " ".join(text[start:end].split())
            if 40 <= len(sentence) <= 300 and sentence[0].isupper() and sentence[-1] == ".":
                found.append(sentence)
    return found
