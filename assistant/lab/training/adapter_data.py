"""Examples for the adapter: question, evidence and the reader's words beside one sentence."""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.lab.training import verb_forms
from assistant.lab.training.split import held_out
from assistant.lab.training.statements import statement
from assistant.language.sentences import sentence_spans
from assistant.language.words import content_terms, term, words

FILES = ("squad-train.json.gz", "squadshifts-new-wiki.json")
_MOST_EVIDENCE_WORDS = 55
_MOST_SENTENCE_WORDS = 22
# How many sentences of a question word are learned from, at most.
_CAPS = {"what": 1500, "who": 750, "when": 600, "how": 800, "where": 500, "which": 500, "": 350}
_WHY = 500
_CLAUSES = 250
# Shares of the examples that are changed: words too many or too few, evidence of two sentences, a
# question typed in haste.
_NOISY, _TWO, _HASTY = 0.08, 0.15, 0.06
_QUESTION_WORD = re.compile(r"\b(who|what|which|when|where|why|how|whom|whose)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Example:
    """A question, its evidence, the reader's words, and the sentence that is to be written."""

    question: str
    evidence: str
    answer: str
    sentence: str


@dataclass(frozen=True)
class Found:
    """A question with its answer's place in a paragraph."""

    question: str
    answer: str
    paragraph: str
    start: int

    @property
    def kind(self) -> str:
        found = _QUESTION_WORD.search(self.question)
        return found.group(1).lower() if found else ""

    def evidence(self, *, two: bool = False) -> str:
        """The sentence with the answer, or with the one before it; "" if none holds it whole."""
        end = self.start + len(self.answer)
        spans = sentence_spans(self.paragraph)
        at = next((i for i, (a, b) in enumerate(spans) if a <= self.start and end <= b), None)
        if at is None:
            return ""
        first = spans[max(0, at - two)][0]
        return " ".join(self.paragraph[first : spans[at][1]].split())


def questions(file: Path, *, test: bool) -> list[Found]:
    """The answerable questions of a file's articles: those held out of training, or the others."""
    name = file.name.partition(".")[0]
    data = file.read_bytes()
    articles = json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)["data"]
    return [
        found for a in articles if held_out(a["title"], name) == test for found in _questions(a)
    ]


def _questions(article: dict[str, Any]) -> Iterator[Found]:
    for paragraph in article["paragraphs"]:
        for q in paragraph["qas"]:
            if q.get("answers") and not q.get("is_impossible"):
                answer = q["answers"][0]
                yield Found(
                    " ".join(q["question"].split()),
                    answer["text"],
                    paragraph["context"],
                    answer["answer_start"],
                )


def examples(found: Sequence[Found], seed: int) -> list[Example]:
    """Sentences made by rule, of all kinds of questions, in an order drawn with `seed`."""
    rng = random.Random(seed)
    counts: Counter[str] = Counter()
    made: list[Example] = []
    for one in rng.sample(found, len(found)):
        kind = "clause" if _is_clause(one.answer) else one.kind
        cap = {"clause": _CLAUSES, "why": _WHY}.get(kind, _CAPS.get(kind, _CAPS[""]))
        if counts[kind] < cap and (example := _example(one)) is not None:
            counts[kind] += 1
            made.append(_changed(example, one, rng))
    return made


def _example(found: Found) -> Example | None:
    evidence = found.evidence()
    if not 4 <= len(evidence.split()) <= _MOST_EVIDENCE_WORDS:
        return None
    if _is_clause(found.answer):
        sentence = _as_sentence(found.answer)
    else:
        sentence = statement(found.question, found.answer, evidence) or ""
    example = Example(found.question, evidence, found.answer.strip(), sentence)
    return example if is_good(example) else None


def is_good(example: Example) -> bool:
    """Tell if the sentence is short, holds the answer and says nothing in words of its own."""
    length = len(example.sentence.split())
    holds = example.answer.rstrip(".,;").lower() in example.sentence.lower()
    return 3 <= length <= _MOST_SENTENCE_WORDS and holds and not foreign_words(example)


def foreign_words(example: Example) -> list[str]:
    """The content words of the sentence that neither evidence nor question has in any form."""
    given = set(content_terms(f"{example.evidence} {example.question}"))
    bases = {_base(w.text) for w in words(f"{example.evidence} {example.question}")}
    return [
        w.text
        for w in words(example.sentence)
        if not w.is_stop_word and term(w.text) not in given and _base(w.text) not in bases
    ]


def _base(word: str) -> str:
    return verb_forms.base_of(word.lower()) or word.lower()


def _is_clause(answer: str) -> bool:
    """Tell if the answer is a clause with its own subject and verb: "prices were too high"."""
    tokens = answer.split()
    plain = len(tokens) >= 5 and not re.search(r"[;:?!]|\.\s", answer)
    return plain and bool(
        re.match(
            r"(?!(?:Since|Because|If|When|Although|While|But|As|That|What|Who|Which|To|In|By)\b)"
            r"(?:The|the|a|an|A|he|she|it|they|It|They|He|She|[A-Z]\w+)\b(?:\s[\w'-]+){0,3}"
            r"\s(?:is|are|was|were|has|had|have|can|could|would|will|must)\s",
            answer,
        )
    )


def _as_sentence(clause: str) -> str:
    clause = clause.strip().rstrip(".,;")
    return f"{clause[0].upper()}{clause[1:]}."


def _changed(example: Example, found: Found, rng: random.Random) -> Example:
    """The example, now and then with what a reader or a person gets wrong."""
    if rng.random() < _TWO and len(two := found.evidence(two=True)) < 420:
        example = replace(example, evidence=two)
    if rng.random() < _NOISY:
        example = replace(example, answer=_misread(example, rng))
    if rng.random() < _HASTY:
        example = replace(example, question=example.question.lower().rstrip(" ?"))
    return example


def _misread(example: Example, rng: random.Random) -> str:
    """The reader's words with one cut off or one too many."""
    tokens = example.answer.split()
    if len(tokens) > 2 and rng.random() < 0.5:
        return " ".join(tokens[1:] if rng.random() < 0.5 else tokens[:-1])
    around = rf"(?:\w+ )?{re.escape(example.answer)}|{re.escape(example.answer)}(?: \w+)?"
    longer = re.findall(around, example.evidence)
    return str(longer[0]) if longer else example.answer
