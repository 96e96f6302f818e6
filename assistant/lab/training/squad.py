"""Reads question sets in SQuAD's JSON shape and builds libraries of their documents."""

import gzip
import json
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError


def text_of(path: Path) -> str:
    """The text of a file, unpacked where it is gzip's. Raises OSError or ValueError."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


def stem(name: str) -> str:
    """A file's name without its endings."""
    return name.partition(".")[0]


@dataclass(frozen=True)
class Asked:
    """A question on a paragraph; `answers` are phrases of it, empty where it has none."""

    question: str
    answers: tuple[str, ...]
    paragraph: str


@dataclass(frozen=True)
class Article:
    """A document of a question set: its paragraphs, or the `file` that it is, and what is asked
    about them."""

    title: str
    paragraphs: tuple[str, ...]
    questions: tuple[Asked, ...]
    file: Path | None = None


def read(path: Path) -> list[Article]:
    """The articles of a SQuAD (v1 or v2) file, or one packed by gzip.

    Raises AssistantError if it is not one.
    """
    try:
        data = json.loads(text_of(path))["data"]
        return [_article(entry) for entry in data]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssistantError(
            f"{path} cannot be read as a SQuAD file: {error}.", "Name files in SQuAD's JSON shape."
        ) from error


def _article(entry: dict[str, object]) -> Article:
    paragraphs = entry["paragraphs"]
    assert isinstance(paragraphs, list)
    return Article(
        title=str(entry["title"]),
        paragraphs=tuple(p["context"].strip() for p in paragraphs),
        questions=tuple(q for p in paragraphs for q in _questions(p)),
    )


def _questions(paragraph: dict[str, object]) -> Iterator[Asked]:
    asked = paragraph["qas"]
    assert isinstance(asked, list)
    for q in asked:
        answers = () if q.get("is_impossible") else tuple(a["text"] for a in q.get("answers", ()))
        yield Asked(q["question"], answers, str(paragraph["context"]).strip())


def sample(
    articles: Sequence[Article], number: int, seed: int, *, answerable: bool = True
) -> list[Asked]:
    """At most `number` of the articles' questions, drawn at random: those with answers, or not."""
    questions = [q for a in articles for q in a.questions if bool(q.answers) is answerable]
    return random.Random(seed).sample(questions, min(number, len(questions)))


def write_documents(articles: Sequence[Article], folder: Path) -> None:
    """The articles as text files, paragraphs separated by blank lines; files as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, article in enumerate(articles):
        if article.file is not None:
            shutil.copyfile(article.file, folder / article.file.name)
            continue
        name = re.sub(r"\W+", "-", article.title)[:60]
        text = "\n\n".join(article.paragraphs)
        (folder / f"{number:03}-{name}.txt").write_text(text, encoding="utf-8")
