"""Benchmarks of the library: BM25, vectors, both, and following files in which nothing changed."""

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from assistant.bench.results import Budget, Row
from assistant.bench.timing import in_turn
from assistant.bench.workplace import Workplace
from assistant.language.answer_types import subject_terms
from assistant.library.chroma_settings import chroma
from assistant.library.ports import Vectors
from assistant.library.sqlite import FILE
from assistant.query.question import Question
from assistant.retrieval.retriever import prepare, search

_LIMIT = 40
_PASSAGES = 8


def words(place: Workplace) -> Iterator[Row]:
    """BM25 beside the same query in plain FTS5."""
    catalogue, bare = place.assistant.library.document_store, _fts5(place)
    queries = [list(dict.fromkeys(subject_terms(q))) for q in place.questions]
    yield _asked(
        ("bm25", "BM25", "plain FTS5"),
        place,
        [partial(catalogue.match, q, _LIMIT) for q in queries],
        [partial(bare, q) for q in queries],
    )


def vectors(place: Workplace) -> Iterator[Row]:
    """The nearest vectors beside a plain query of Chroma."""
    store, bare = place.assistant.vectors, _chroma(place)
    asked = list(place.assistant.embedder.embed(place.questions))
    yield _asked(
        ("vectors", "nearest vectors", "plain Chroma"),
        place,
        [partial(store.nearest, v, _LIMIT) for v in asked],
        [partial(bare, v) for v in asked],
    )


def passages(place: Workplace) -> Iterator[Row]:
    """The whole search for passages, beside its parts done barely: embedding, FTS5, Chroma."""
    library, embedder = place.assistant.library, place.assistant.embedder
    match, nearest = _fts5(place), _chroma(place)

    def ours(question: str) -> None:
        search(library, prepare(library, Question(question)), _PASSAGES)

    def bare(question: str) -> None:
        match(list(dict.fromkeys(subject_terms(question))))
        nearest(embedder.embed([question])[0])

    yield _asked(
        ("search", "search for passages", "embedding + FTS5 + Chroma"),
        place,
        [partial(ours, q) for q in place.questions],
        [partial(bare, q) for q in place.questions],
    )


def unchanged(place: Workplace) -> Iterator[Row]:
    """Adding files again in which nothing changed."""
    library = place.assistant.library
    files = len(library.sources())
    source = str(place.own or place.home / "documents")
    took = in_turn({"ours": lambda: list(library.add([source]))}, min(3, place.rounds))
    title = f"adding {files:,} unchanged files again"
    # The budget is for 1,000 files; opening a library takes a little however few there are.
    yield Row("unchanged", title, "ms", took["ours"], budget=Budget(max(100.0, files)))


def _asked(
    named: tuple[str, str, str],
    place: Workplace,
    ours: list[Callable[[], object]],
    bare: list[Callable[[], object]],
) -> Row:
    """Each question in turn by both ways."""
    ways = {
        f"{way}{i}": work
        for i in range(len(ours))
        for way, work in (("ours", ours[i]), ("bare", bare[i]))
    }
    took = in_turn(ways, place.rounds)
    name, title, bare_title = named
    values = tuple(t for i in range(len(ours)) for t in took[f"ours{i}"])
    others = tuple(t for i in range(len(ours)) for t in took[f"bare{i}"])
    return Row(name, title, "ms", values, others, bare_title)


def _fts5(place: Workplace) -> Callable[[list[str]], list[Any]]:
    """The query that one would write: any of the terms, the best forty."""
    file = place.library_folder / FILE
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)

    def match(terms: list[str]) -> list[Any]:
        expression = " OR ".join('"' + t.replace('"', '""') + '"' for t in terms)
        return connection.execute(
            "SELECT rowid, rank FROM passage_terms WHERE passage_terms MATCH ?"
            " ORDER BY rank LIMIT ?",
            (expression, _LIMIT),
        ).fetchall()

    return match


def _chroma(place: Workplace) -> Callable[[Vectors], Any]:
    place.assistant.vectors.open()
    chromadb, settings = chroma()
    client = chromadb.PersistentClient(
        path=str(place.library_folder / "vectors"), settings=settings
    )
    collection = client.get_collection("passages", embedding_function=None)

    def nearest(vector: Vectors) -> Any:
        return collection.query(
            query_embeddings=vector[None, :], n_results=_LIMIT, include=["distances"]
        )

    return nearest
