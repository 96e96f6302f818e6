"""Which documents speak of something, each with a sentence that does."""

from collections.abc import Sequence
from pathlib import PurePath

from assistant.formatting import count
from assistant.language.words import content_terms, term, terms, words
from assistant.library.document_store import DocumentRecord, Passage
from assistant.library.library import Library
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.retriever import prepare, search

# Documents that are shown with a sentence each.
_SHOWN = 8
# What is near in meaning without having the words: sentences of so many words, from this cosine on.
_LOOKED_FOR_NEAR = 5
_NEAR = 3
_NEAR_COSINE = 0.33
_NEAR_WORDS = 4


def mentioning(
    library: Library,
    what: str,
    among: Sequence[DocumentRecord],
    *,
    without: bool = False,
    fitting: str = "",
) -> tuple[str, tuple[Evidence, ...]]:
    """The number of the documents that hold all words of `what` in a passage, as a sentence; and
    theirs, the best first. With `without`, those that do not, by name; `fitting` says what else is
    true of those that are looked at ("are of the kind .eml")."""
    own = library.document_store.index_terms([w.text for w in words(what)])
    stems = {term(word): form for word, form in own.items()}
    wanted = {stems.get(t, t) for t in content_terms(what) or terms(what)}
    sources = {d.source for d in among}
    held = library.document_store.holders(sorted(wanted))
    # What stands in the text goes before what only a title or a heading says.
    in_text = library.document_store.holders(sorted(wanted), in_text=True)
    first = dict((*reversed(held), *reversed(in_text)))
    best = {source: first[source] for source, _ in held if source in sources}
    if without:
        return _not_among(what, sources - best.keys(), len(among), fitting), ()
    if not best:
        none = f"None of your documents ({len(among):,}) mentions \u201c{what}\u201d."
        near = _near(library, what, sources)
        return f"{none} Nearest in meaning:" if near else none, near
    mention = "mentions" if len(best) == 1 else "mention"
    every = len(library.sources())
    also = f" and {fitting}" if fitting else ""
    lead = f"{len(best):,} of your {every:,} documents {mention} \u201c{what}\u201d{also}"
    rest = f"; here are {_SHOWN}" if len(best) > _SHOWN else ""
    names = ", ".join(PurePath(source).name for source in [*best][:_SHOWN])
    ids = [*best.values()][:_SHOWN]
    passages = library.document_store.passages(ids)
    shown = tuple(_sentence(passages[i], wanted) for i in ids)
    return f"{lead}{rest}: {names}.", shown


def opening(library: Library, document: DocumentRecord) -> tuple[Evidence, ...]:
    """The first sentence of a document; none if it has no passage."""
    ids = library.document_store.passage_ids(document.source)[:1]
    passages = library.document_store.passages(ids).values()
    return tuple(Evidence(p, p.sentences[0]) for p in passages if p.sentences)


def _not_among(what: str, rest: set[str], number: int, fitting: str) -> str:
    """Names the documents that do not mention it."""
    those = f"the {count(number, 'document')} that {fitting}" if fitting else ""
    if not rest:
        every = those or f"your documents ({number:,})"
        return f"All of {every} mention \u201c{what}\u201d."
    do = "does" if len(rest) == 1 else "do"
    lines = [f"\u2022 {PurePath(source).name}" for source in sorted(rest)]
    of = those or f"your {count(number, 'document')}"
    head = f"{len(rest):,} of {of} {do} not mention \u201c{what}\u201d:"
    return "\n".join((head, *lines))


def _near(library: Library, what: str, sources: set[str]) -> tuple[Evidence, ...]:
    """The sentences that are nearest in meaning, the nearest first, if they are near enough."""
    query = prepare(library, Question(what))
    found, _ = search(library, query, _LOOKED_FOR_NEAR)
    told = [
        Evidence(p.passage, span)
        for p in found
        if p.passage.source in sources
        for span in p.passage.sentences
        if len(words(p.passage.slice(span))) >= _NEAR_WORDS
    ]
    if query.vector is None or not told:
        return ()
    scores = library.embedder.embed([e.quote for e in told]) @ query.vector
    ranked = sorted(zip(scores, told, strict=True), key=lambda pair: -pair[0])
    return tuple(e for score, e in ranked[:_NEAR] if score >= _NEAR_COSINE)


def _sentence(passage: Passage, wanted: set[str]) -> Evidence:
    """The sentence of the passage that holds most of the terms."""
    language = passage.language
    held = {s: len(wanted & set(terms(passage.slice(s), language))) for s in passage.sentences}
    return Evidence(passage, max(passage.sentences, key=lambda s: held[s]))
