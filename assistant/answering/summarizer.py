"""A summary of a document: its own sentences that stand for its parts, in its order."""

import re
from collections.abc import Generator, Sequence
from pathlib import PurePath

import numpy as np

from assistant.answering.context import apart, with_context
from assistant.answering.events import Step
from assistant.language.words import content_terms, terms, words
from assistant.library.document_store import DocumentRecord, Passage
from assistant.library.library import Library
from assistant.query.turn import Turn
from assistant.retrieval.evidence import Evidence

# Sentences shown of a short and of a long document; sentences that are read to choose them (4 ms
# each) of the longest, and in one step.
_FEWEST, _MOST = 4, 10
_READ = 2_000
_AT_ONCE = 100
_WORDS = range(6, 46)
# What a sentence gains by opening the document, or its passage.
_OPENS_DOCUMENT = 0.15
_OPENS_PASSAGE = 0.05
# Words of a wish that name no document: "the article about bridges".
_NOT_NAMES = frozenset(
    "document text article file paper report letter page note minut about on call name my".split()
)


def documents_meant(
    target: str, documents: Sequence[DocumentRecord], history: Sequence[Turn]
) -> list[DocumentRecord]:
    """The documents that fit a name best; without one that just spoken of, or the only one."""
    if not target:
        spoken = [source for turn in reversed(history) for source in turn.sources[:1]]
        by_source = {d.source: d for d in documents}
        if found := next((by_source[s] for s in spoken if s in by_source), None):
            return [found]
        return list(documents) if len(documents) == 1 else []
    wanted = set(content_terms(re.sub(r"[_.-]", " ", target)))
    named = wanted - _NOT_NAMES or wanted
    scored = [(_match(named, d), d) for d in documents]
    best = max((score for score, _ in scored), default=0.0)
    return [d for score, d in scored if score == best] if best >= 1 else []


def _match(named: set[str], document: DocumentRecord) -> float:
    """1 and more if title or file name have all the words; more, the fewer others they have."""
    path = PurePath(document.source)
    own = set(terms(re.sub(r"[_.-]", " ", f"{document.title} {path.name}")))
    if not named or not named <= own:
        return 0.0
    return 1 + len(named) / len(own)


def extracts(library: Library, source: str) -> Generator[Step, None, list[Evidence]]:
    """Sentences that stand for the document's parts: of each, the one nearest to its middle.

    By cosine to the centroid of all its sentences (Radev et al. 2004, MEAD), with a little for what
    opens the document or a passage. A sentence that leans on another comes with it. Each step reads
    some of them; a longer document is shown in more sentences.
    """
    catalogue = library.document_store
    passages = catalogue.passages(catalogue.passage_ids(source))
    candidates = _candidates(sorted(passages.values(), key=lambda p: p.start))
    if not candidates:
        return []
    name = PurePath(source).name
    read = []
    for start in range(0, len(candidates), _AT_ONCE):
        end = min(start + _AT_ONCE, len(candidates))
        yield Step(
            f"Reading {name}, sentences {start + 1:,} to {end:,} of {len(candidates):,} \u2026"
        )
        read.append(library.embedder.embed([e.quote for e in candidates[start:end]]))
    vectors = np.concatenate(read)
    centroid = vectors.mean(axis=0)
    scores = vectors @ (centroid / (np.linalg.norm(centroid) or 1.0))
    for i, e in enumerate(candidates):
        opens = e.span == e.passage.sentences[0]
        scores[i] += _OPENS_PASSAGE * opens + _OPENS_DOCUMENT * (i == 0)
    number = min(max(_FEWEST, round(len(candidates) ** 0.5 / 1.5)), _MOST, len(candidates))
    parts = np.array_split(np.arange(len(candidates)), number)
    chosen = [with_context(candidates[int(part[np.argmax(scores[part])])]) for part in parts]
    return apart(chosen)


def _candidates(passages: Sequence[Passage]) -> list[Evidence]:
    """Whole sentences; of a document with very many, some from all over it."""
    found = [
        Evidence(p, span)
        for p in passages
        for span in p.sentences
        if _is_whole(p.slice(span).strip())
    ]
    if len(found) <= _READ:
        return found
    chosen = np.linspace(0, len(found) - 1, _READ).round().astype(int)
    return [found[i] for i in chosen]


def _is_whole(sentence: str) -> bool:
    ended = sentence.endswith((".", "!", ".\u201d", '."')) and "|" not in sentence
    return ended and not sentence[:1].islower() and len(words(sentence)) in _WORDS
