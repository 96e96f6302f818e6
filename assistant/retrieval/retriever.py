"""Passages for a question: BM25 and dense vectors, fused by their normalised scores."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.errors import LibraryError
from assistant.language.detection import function_words, has_english
from assistant.language.words import term, words
from assistant.library.document_store import Passage
from assistant.library.library import Library
from assistant.library.ports import Vectors
from assistant.library.vector_sync import embedded_text
from assistant.library.versions import oldest_first
from assistant.query.question import Question

# A passage's id, fused score, BM25 and cosine.
Fused = tuple[int, float, float, float]

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
# A term is rare in this share of the passages or fewer, and tells passages apart up to that one; in
# a library of a few dozen passages, where it is in three.
_RARE, _TELLING = 0.01, 0.1
_FEW = 3


@dataclass(frozen=True)
class Query:
    """A question made ready for a library: its terms' inverse document frequencies, its vector.

    `idf[term]` is ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N passages (Robertson & Zaragoza
    2009); `unknown` are terms that occur in no passage. `vector` is None without a vector store.
    `rare` are terms of very few passages, `telling` those and others that not many passages have.
    `terms` and `names` are the question's as the library has them: `stems` has, by their English
    stem, the words that are stemmed in another language.
    """

    question: Question
    terms: tuple[str, ...]
    names: frozenset[str]
    idf: dict[str, float]
    unknown: frozenset[str]
    vector: Vectors | None
    tokens: tuple[str, ...]
    token_vectors: Vectors | None
    rare: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    stems: Mapping[str, str] = field(default_factory=dict)

    def term_of(self, word: str) -> str:
        """The term of a word of the question, as it is searched for."""
        plain = term(word)
        return self.stems.get(plain, plain)


@dataclass(frozen=True)
class ScoredPassage:
    """A passage with the score that ranks it (1 is the best possible) and the two it was made from.

    `lifted_from` is its fused score where an exact match has raised it above that.
    """

    passage: Passage
    score: float
    bm25: float
    cosine: float
    lifted_from: float | None = None

    @property
    def fused(self) -> float:
        """The score before an exact match raised it: what the fitted ranking knows."""
        return self.score if self.lifted_from is None else self.lifted_from


def prepare(library: Library, question: Question, *, dense: bool = True) -> Query:
    """Analyse a question against a library's vocabulary and embed it."""
    stems = _foreign_stems(library, question.text)
    # A short question does not show its language, but that it is not English.
    foreign = [] if has_english(question.text) else library.document_store.languages()
    unsaid = {term(word) for code in foreign if code != "en" for word in function_words(code)}
    asked = [t for t in question.terms if t not in unsaid] or question.terms
    wanted = tuple(dict.fromkeys(stems.get(t, t) for t in asked))
    counts = library.document_store.term_frequency(wanted)
    total = library.document_store.passage_count()
    idf = {t: math.log(1 + (total - n + 0.5) / (n + 0.5)) for t, n in counts.items()}
    tokens, token_vectors, vector = (
        library.embedder.embed_tokens([question.text], questions=True)[0]
        if dense
        else ([], None, None)
    )
    return Query(
        question=question,
        idf=idf,
        unknown=frozenset(t for t, n in counts.items() if n == 0),
        terms=wanted,
        names=frozenset({stems.get(t, t) for t in question.names} & set(wanted)),
        vector=vector,
        tokens=tuple(tokens),
        token_vectors=token_vectors,
        rare=_up_to(max(_FEW, _RARE * total), counts),
        telling=_up_to(max(_FEW, _TELLING * total), counts),
        stems=stems,
    )


def _foreign_stems(library: Library, question: str) -> dict[str, str]:
    """The words that the library has by the stem of another language, by their English stem."""
    said = [word.text for word in words(question)]
    own = library.document_store.index_terms(said)
    return {plain: own[word] for word in said if (plain := term(word)) != own[word]}


def _up_to(most: float, counts: Mapping[str, int]) -> frozenset[str]:
    """The terms that some passages have, but no more than `most`."""
    return frozenset(term for term, n in counts.items() if 0 < n <= most)


def search(
    library: Library,
    query: Query,
    limit: int,
    without: Collection[Part] = (),
    sources: Collection[str] | None = None,
) -> tuple[list[ScoredPassage], str]:
    """The best passages, and a sentence if the vectors could not be used (else "").

    With `sources` only passages of these documents.
    """
    among = None if sources is None else library.document_store.passages_of(sources)
    lexical: list[tuple[int, float]] = []
    if "bm25" not in without:
        lexical = library.document_store.match(query.terms, _CANDIDATES, among)
    dense: list[tuple[int, float]] = []
    notice = library.progress_notice()
    if query.vector is not None:
        missing = [i for i, _ in lexical[:_EMBEDDED_AT_ONCE]]
        try:
            if library.vectors_match():
                dense = library.vectors.nearest(query.vector, _CANDIDATES, among)
                missing = library.document_store.waiting_among(missing)
        except LibraryError as error:
            notice = f"{error.message} {error.remedy}"
        dense = [*dense, *_cosines(library, query.vector, missing)]
    fused = (fuse_ranks if "fusion" in without else fuse)(lexical, dense)
    telling = () if "bm25" in without else query.telling
    lifted = lift(fused, {t: library.document_store.with_term(t) for t in telling}, query.rare)
    best = lifted[: limit * 2]
    passages = library.document_store.passages([row[0] for row, _ in best])
    found: dict[str, ScoredPassage] = {}
    for (i, before, bm25, cosine), score in best:
        if (
            i in passages
        ):  # of versions of a document, each passage counts once, as the newest has it
            scored = ScoredPassage(passages[i], score, bm25, cosine, before)
            known = found.setdefault(passages[i].text, scored)
            pair = (known.passage.source, passages[i].source)
            if pair[0] != pair[1] and oldest_first(library.document_store, pair)[0] == pair[0]:
                found[passages[i].text] = replace(known, passage=passages[i])
    return list(found.values())[:limit], notice


def lift(
    fused: Sequence[Fused], holders: Mapping[str, set[int]], rare: Collection[str]
) -> list[tuple[Fused, float]]:
    """The passages, best first, each with the score that ranks it: exact matches go first.

    Vectors like what is near in meaning; the fused score alone may set that above the only passage
    with the very name or number asked for. So a passage with a rare term goes above all that only
    vectors found, and one with all the telling terms above all that have none of them. `holders`
    are the ids of passages by the telling term that they hold; rare terms are among these.
    """
    scores = {i: score for i, score, _, _ in fused}
    telling = list(holders.values())
    by_words = {i for i, _, bm25, _ in fused if bm25 > 0}
    with_rare = set[int]().union(*(holders[t] for t in holders.keys() & set(rare)))
    with_all = set.intersection(*telling) if telling else set[int]()
    _raise(scores, with_rare, by_words)
    _raise(scores, with_all, set[int]().union(*telling))
    exact = with_rare | with_all
    rows = [(row, scores[row[0]]) for row in fused]
    return sorted(rows, key=lambda r: (-r[1], r[0][0] not in exact, -r[0][1], r[0][0]))


def _raise(scores: dict[int, float], exact: set[int], touched: set[int]) -> None:
    """Give the exact matches at least the score of the best that is not touched at all."""
    best = max((score for i, score in scores.items() if i not in touched), default=0.0)
    scores.update({i: max(scores[i], best) for i in exact & scores.keys()})


def _cosines(library: Library, vector: Vectors, ids: Sequence[int]) -> list[tuple[int, float]]:
    """The passages with their cosines, computed here: what the store would say once it has them.

    Without them their confidence would be that of passages which mean something else.
    """
    passages = library.document_store.passages(ids)
    if not passages:
        return []
    embedded = library.embedder.embed([embedded_text(p) for p in passages.values()])
    return [(i, float(vector @ own)) for i, own in zip(passages, embedded, strict=True)]


def fuse(lexical: Sequence[tuple[int, float]], dense: Sequence[tuple[int, float]]) -> list[Fused]:
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
) -> list[Fused]:
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
