"""Answers made over whole documents, step by step: summaries, outlines, what changed."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import PurePath

from assistant.answering.events import Step
from assistant.answering.summarizer import documents_meant, extracts
from assistant.formatting import count
from assistant.language.dates import written
from assistant.language.words import terms
from assistant.library.document_store import DocumentRecord, Passage
from assistant.library.library import Library
from assistant.library.versions import are_versions, oldest_first
from assistant.query.intent import Changes, Kind, Outline, Summary
from assistant.query.turn import Turn
from assistant.retrieval.evidence import Evidence

# Sections and changes that are shown; of more, the rest is counted.
_SECTIONS = 20
_CHANGES = 12
# The least share of words that a sentence and what it became have in common.
_SAME_SENTENCE = 0.5


@dataclass(frozen=True)
class Whole:
    """An answer over whole documents: sentences of theirs, each behind its label, after a lead."""

    kind: Kind
    lead: str
    shown: tuple[Evidence, ...] = ()
    labels: tuple[str, ...] = ()


Work = Generator[Step, None, Whole | None]


def work_on(wish: Summary | Outline | Changes, history: Sequence[Turn], library: Library) -> Work:
    """The work that a wish asks for, with its steps; None where it names no document of ours."""
    documents = library.sources()
    if isinstance(wish, Changes):
        pair = _pair(wish, documents, library)
        return (yield from _changes(library, *pair)) if pair else None
    meant = documents_meant(wish.target, documents, history)
    if len(meant) != 1:
        return None
    make = _outline if isinstance(wish, Outline) else _summary
    return (yield from make(library, meant[0]))


def _summary(library: Library, document: DocumentRecord) -> Work:
    found = yield from extracts(library, document.source)
    name = PurePath(document.source).name
    if not found:
        return Whole("library", f"There are no whole sentences in {name} to sum it up with.")
    return Whole("summary", f"{name} in its own words:", tuple(found))


def _outline(library: Library, document: DocumentRecord) -> Work:
    """The headings in their order, each with the sentence that its section opens with."""
    name = PurePath(document.source).name
    passages = _passages(library, document.source)
    yield Step(f"Reading {name}, {count(len(passages), 'passage')} \u2026")
    sections = [
        (path, next(iter(group))) for path, group in groupby(passages, key=lambda p: p.headings)
    ]
    headed = [(path, p) for path, p in sections if path and p.sentences]
    if not headed:
        return (yield from _summary(library, document))
    shown = headed[:_SECTIONS]
    depth = min(len(path) for path, _ in shown)
    labels = tuple(f"{'  ' * (len(path) - depth)}\u2022 {path[-1]}: " for path, _ in shown)
    rest = f", the first {_SECTIONS} of which are" if len(headed) > _SECTIONS else ""
    lead = f"{name} has {count(len(headed), 'section')}{rest}:"
    evidence = tuple(Evidence(p, p.sentences[0]) for _, p in shown)
    return Whole("outline", lead, evidence, labels)


def _changes(library: Library, older: DocumentRecord, newer: DocumentRecord) -> Work:
    """The sentences that one version has and the other has not, those that became others together.

    By the longest common runs of sentences (difflib); what only moved is no change.
    """
    names = [PurePath(d.source).name for d in (older, newer)]
    sentences = []
    for document, name in zip((older, newer), names, strict=True):
        passages = _passages(library, document.source)
        yield Step(f"Reading {name}, {count(len(passages), 'passage')} \u2026")
        sentences.append([Evidence(p, span) for p in passages for span in p.sentences])
    yield Step(f"Comparing {len(sentences[0]):,} with {len(sentences[1]):,} sentences \u2026")
    found = list(_differences(*sentences))
    told = [
        f"{name}{f' ({written(day)})' if (day := library.document_store.day(d.source)) else ''}"
        for name, d in zip(names, (older, newer), strict=True)
    ]
    if not found:
        return Whole("library", f"{told[1]} says the same as {told[0]}, sentence by sentence.")
    places = count(len(found), "place")
    more = f"; the first {_CHANGES} are" if len(found) > _CHANGES else ""
    shown: list[Evidence] = []
    labels: list[str] = []
    for was, now in found[:_CHANGES]:
        pair = ((was, "\u2022 was: " if now else "\u2022 gone: "), (now, "  now: "))
        for one, label in pair:
            if one is not None:
                shown.append(one)
                labels.append(label if one is was or was else "\u2022 new: ")
    lead = f"{told[1]} differs from {told[0]} in {places}{more}:"
    return Whole("changes", lead, tuple(shown), tuple(labels))


Change = tuple[Evidence | None, Evidence | None]


def _differences(older: Sequence[Evidence], newer: Sequence[Evidence]) -> Iterator[Change]:
    before, after = ([_plain(e) for e in side] for side in (older, newer))
    stay, came = set(before), set(after)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            continue
        gone = [e for e, said in zip(older[a:b], before[a:b], strict=True) if said not in came]
        new = [e for e, said in zip(newer[c:d], after[c:d], strict=True) if said not in stay]
        yield from _paired(gone, new)


def _paired(gone: list[Evidence], new: list[Evidence]) -> Iterator[Change]:
    """Each sentence that is gone with the one it became, in the order of the newer version."""
    left = list(gone)
    for now in new:
        was = max(left, key=lambda e: _alike(e, now), default=None)
        if was is None or _alike(was, now) < _SAME_SENTENCE:
            yield None, now
            continue
        for one in left[: left.index(was)]:
            yield one, None
        left = left[left.index(was) + 1 :]
        yield was, now
    for one in left:
        yield one, None


def _alike(one: Evidence, other: Evidence) -> float:
    return SequenceMatcher(None, terms(one.quote), terms(other.quote), autojunk=False).ratio()


def _plain(evidence: Evidence) -> str:
    return " ".join(evidence.quote.split())


def _pair(
    wish: Changes, documents: Sequence[DocumentRecord], library: Library
) -> tuple[DocumentRecord, DocumentRecord] | None:
    """The two documents that are to be compared, the older first; None if it is not clear."""
    store = library.document_store
    if wish.other:
        sides = [documents_meant(target, documents, ()) for target in (wish.one, wish.other)]
        meant = [side[0] for side in sides if len(side) == 1]
    else:
        named = documents_meant(wish.one, documents, ())
        first = named[0].source if named else ""
        if any(not are_versions(store, first, d.source) for d in named[1:]):
            return None
        own = [
            d for d in documents if d in named or (named and are_versions(store, first, d.source))
        ]
        ordered = oldest_first(store, [d.source for d in own])
        last = ordered.index(first) + 1 if len(named) == 1 else len(ordered)
        by_source = {d.source: d for d in own}
        meant = [by_source[source] for source in ordered[max(0, last - 2) : last]]
    if len({d.source for d in meant}) != 2:
        return None
    order = oldest_first(store, [d.source for d in meant])
    older, newer = sorted(meant, key=lambda d: order.index(d.source))
    return older, newer


def _passages(library: Library, source: str) -> list[Passage]:
    store = library.document_store
    return sorted(store.passages(store.passage_ids(source)).values(), key=lambda p: p.start)
