"""Passages for a question: BM25 and dense vectors, fused by their normalised scores."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.errors import LibraryError
from assistant.language.questions import AnswerType, answer_type, subject_terms
from assistant.language.words import names
from assistant.library.catalogue import Passage
from assistant.library.embedding import embedded_text
from assistant.library.library import Library
from assistant.library.stores import Vectors

# What can be left out, to measure what it is worth: the vectors; BM25; the fusion by scores (ranks
# are fused then); the fitted ranking of sentences (their order by words or by the reader stands).
Part = Literal["dense", "bm25", "fusion", "reranker"]

# Passages taken from each of the two rankings before they are fused.
_CANDIDATES = 40
# Of the passages that the words found best, those without a vector get theirs for the question:
# about 25 ms each, while a library is still being indexed.
_EMBEDDED_AT_ONCE = 8
# The share of BM25 in the fused score; the rest is the cosine's.
_BM25_SHARE = 0.5
# The constant of reciprocal rank fusion (Cormack et al. 2009).
_RANK_CONSTANT = 60


@dataclass(frozen=True)
class Query:
    """A question made ready: its terms with their inverse document frequencies, and its vector.

    `idf[term]` is ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N passages (Robertson & Zaragoza
    2009); `unknown` are terms that occur in no passage. `vector` is None without a vector store.
    """

    text: str
    terms: tuple[str, ...]
    idf: dict[str, float]
    unknown: frozenset[str]
    names: frozenset[str]
    type: AnswerType
    vector: Vectors | None
    tokens: tuple[str, ...]
    token_vectors: Vectors | None


@dataclass(frozen=True)
class ScoredPassage:
    """A passage with its fused score (1 is the best possible) and the two it was made from."""

    passage: Passage
    score: float
    bm25: float
    cosine: float


def prepare(library: Library, question: str, *, dense: bool = True) -> Query:
    """Analyse a question against a library's vocabulary and embed it."""
    wanted = tuple(dict.fromkeys(subject_terms(question)))
    counts = library.catalogue.term_frequency(wanted)
    total = library.catalogue.passage_count()
    idf = {t: math.log(1 + (total - n + 0.5) / (n + 0.5)) for t, n in counts.items()}
    tokens, token_vectors, vector = (
        library.embedder.embed_tokens([question], questions=True)[0] if dense else ([], None, None)
    )
    return Query(
        text=question,
        terms=wanted,
        idf=idf,
        unknown=frozenset(t for t, n in counts.items() if n == 0),
        names=frozenset(names(question) & set(wanted)),
        type=answer_type(question),
        vector=vector,
        tokens=tuple(tokens),
        token_vectors=token_vectors,
    )


def search(
    library: Library, query: Query, limit: int, without: Collection[Part] = ()
) -> tuple[list[ScoredPassage], str]:
    """The best passages, and a sentence if the vectors could not be used (else "")."""
    lexical: list[tuple[int, float]] = []
    if "bm25" not in without:
        lexical = library.catalogue.match(query.terms, _CANDIDATES)
    dense: list[tuple[int, float]] = []
    notice = library.progress_notice()
    if query.vector is not None:
        missing = [i for i, _ in lexical[:_EMBEDDED_AT_ONCE]]
        try:
            if library.vectors_match():
                dense = library.vectors.nearest(query.vector, _CANDIDATES)
                missing = library.catalogue.waiting_among(missing)
        except LibraryError as error:
            notice = f"{error.message} {error.remedy}"
        dense = [*dense, *_cosines(library, query.vector, missing)]
    fused = (fuse_ranks if "fusion" in without else fuse)(lexical, dense)[: limit * 2]
    passages = library.catalogue.passages([i for i, _, _, _ in fused])
    found: dict[str, ScoredPassage] = {}
    for i, score, bm25, cosine in fused:
        if i in passages:  # of a document that is there twice, each passage counts once
            found.setdefault(passages[i].text, ScoredPassage(passages[i], score, bm25, cosine))
    return list(found.values())[:limit], notice


def _cosines(library: Library, vector: Vectors, ids: Sequence[int]) -> list[tuple[int, float]]:
    """The passages with their cosines, computed here: what the store would say once it has them.

    Without them their confidence would be that of passages which mean something else.
    """
    passages = library.catalogue.passages(ids)
    if not passages:
        return []
    embedded = library.embedder.embed([embedded_text(p) for p in passages.values()])
    return [(i, float(vector @ own)) for i, own in zip(passages, embedded, strict=True)]


def fuse(
    lexical: Sequence[tuple[int, float]], dense: Sequence[tuple[int, float]]
) -> list[tuple[int, float, float, float]]:
    """Both rankings as (id, fused score, BM25, cosine), best first.

    Each score is divided by its best, after the cosine's lowest is taken off: sums of normalised
    scores keep how far apart hits are, which ranks alone (RRF) lose. A passage that only one
    ranking found has 0 in the other.
    """
    bm25, cosine = dict(lexical), dict(dense)
    best = max(bm25.values(), default=0.0)
    high, low = max(cosine.values(), default=0.0), min(cosine.values(), default=0.0)
    share = _BM25_SHARE if cosine else 1.0
    rows = []
    for i in bm25 | cosine:
        lexical_part = bm25[i] / best if i in bm25 and best > 0 else 0.0
        dense_part = (cosine[i] - low) / (high - low) if i in cosine and high > low else 0.0
        score = share * lexical_part + (1 - share) * dense_part
        rows.append((i, score, bm25.get(i, 0.0), cosine.get(i, 0.0)))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def fuse_ranks(
    lexical: Sequence[tuple[int, float]], dense: Sequence[tuple[int, float]]
) -> list[tuple[int, float, float, float]]:
    """The same by ranks alone (RRF, Cormack et al. 2009): what fusing by scores is held against.

    1 is the score of a passage that leads both rankings.
    """
    bm25, cosine = dict(lexical), dict(dense)
    ranks = [{i: place for place, (i, _) in enumerate(found)} for found in (lexical, dense)]
    most = sum(1 / (_RANK_CONSTANT + 1) for found in ranks if found)
    rows = []
    for i in bm25 | cosine:
        score = sum(1 / (_RANK_CONSTANT + 1 + found[i]) for found in ranks if i in found)
        rows.append((i, score / most, bm25.get(i, 0.0), cosine.get(i, 0.0)))
    return sorted(rows, key=lambda row: (-row[1], row[0]))
