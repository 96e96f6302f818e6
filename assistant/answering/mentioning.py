"""Which documents speak of something, each with a sentence that does."""

from assistant.language.words import content_terms, terms
from assistant.library.catalogue import Passage
from assistant.library.library import Library
from assistant.retrieval.evidence import Evidence

# Documents that are shown with a sentence each; passages that are looked at.
_SHOWN = 8
_LOOKED_AT = 1_000


def mentioning(library: Library, what: str) -> tuple[str, tuple[Evidence, ...]]:
    """How many documents hold all words of `what` in a passage, as a sentence; and theirs, the
    best first."""
    wanted = set(content_terms(what) or terms(what))
    ids = [i for i, _ in library.catalogue.holding(sorted(wanted), _LOOKED_AT)]
    passages = library.catalogue.passages(ids)
    best: dict[str, Passage] = {}
    for i in ids:
        best.setdefault(passages[i].source, passages[i])
    all_of_them = len(library.sources())
    if not best:
        return f"None of your documents ({all_of_them:,}) mentions \u201c{what}\u201d.", ()
    mention = "mentions" if len(best) == 1 else "mention"
    lead = f"{len(best):,} of your {all_of_them:,} documents {mention} \u201c{what}\u201d"
    rest = f"; here are {_SHOWN}" if len(best) > _SHOWN else ""
    return f"{lead}{rest}:", tuple(_sentence(p, wanted) for p in [*best.values()][:_SHOWN])


def _sentence(passage: Passage, wanted: set[str]) -> Evidence:
    """The sentence of the passage that holds most of the terms."""
    span = max(passage.sentences, key=lambda s: len(wanted & set(terms(passage.slice(s)))))
    return Evidence(passage, span, passage.slice(span), 1.0, {})
