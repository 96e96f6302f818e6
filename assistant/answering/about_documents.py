"""Answers to questions about documents as documents, from the catalogue."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import PurePath

from assistant.answering.mentioning import mentioning, opening
from assistant.formatting import count, size
from assistant.language.dates import written
from assistant.library.document_store import DocumentRecord
from assistant.library.library import Library
from assistant.query.catalogue_query import CatalogueQuery, Clock
from assistant.retrieval.evidence import Evidence

# More documents than this are counted, not named.
_NAMED = 20
_VERBS: dict[Clock, str] = {"written": "dated", "changed": "changed on", "added": "added on"}

Reply = tuple[str, tuple[Evidence, ...]]


def about_documents(query: CatalogueQuery, library: Library) -> Reply:
    """Answers of the catalogue, in words, and sentences of the documents that are shown with it."""
    documents = library.sources()
    if not documents:
        return "You have no documents here yet. `assistant add PATH` adds some.", ()
    asked = _Asked(query, library, documents)
    if not asked.meant:
        return f"None of your {count(len(documents), 'document')} {asked.conditions(1)}.", ()
    if query.topic:
        fitting = asked.conditions(len(asked.meant)) if asked.is_narrowed else ""
        return mentioning(library, query.topic, asked.meant, without=query.without, fitting=fitting)
    match query.wish:
        case "newest" | "oldest":
            return asked.first_in_time()
        case "largest" | "smallest":
            return asked.first_in_size()
        case "size":
            return asked.size(), ()
        case "date" if len(asked.meant) == 1:
            return asked.times(asked.meant[0]), ()
        case "folder":
            return asked.folders(), ()
        case "count" if not asked.is_narrowed:
            return f"You have {count(len(documents), 'document')}: {_kinds(documents)}.", ()
        case _:
            return asked.listed(), ()


class _Asked:
    """One question with the documents that it means."""

    def __init__(
        self, query: CatalogueQuery, library: Library, documents: Sequence[DocumentRecord]
    ) -> None:
        self._query = query
        self._library = library
        self._all = documents
        self._written: Callable[[str], date | None] = cache(library.document_store.day)
        self.meant = [d for d in documents if query.means(d) and self._in_time(d)]

    @property
    def is_narrowed(self) -> bool:
        """Tell if some documents are meant, and not all."""
        return bool(self._query.suffixes or self._query.named or self._query.period)

    def conditions(self, number: int) -> str:
        """The words that name the documents that are meant, with the verb for so many of them."""
        query = self._query
        told = []
        if query.suffixes:
            there = {PurePath(d.source).suffix.lower() for d in self.meant} or query.suffixes
            told.append(f"of the kind {' or '.join(sorted(there))}")
        if query.named:
            told.append(f"named \u201c{query.named_as}\u201d")
        if query.period:
            said = query.period.text
            said = f"from {said}" if said[:1].isdigit() else said
            told.append(said if query.clock == "written" else f"{query.clock} {said}")
        past = query.period and query.clock != "written"
        be = ("was", "were")[number > 1] if past else ("is", "are")[number > 1]
        return f"{be} {' and '.join(told)}"

    def narrowed(self) -> str:
        """The number of documents that are meant, as a sentence; "" where all are."""
        number = len(self.meant)
        if not self.is_narrowed:
            return ""
        return f"{number:,} of your {count(len(self._all), 'document')} {self.conditions(number)}."

    def listed(self) -> str:
        """The documents that are meant, one a line, with their dates where they say them."""
        here = f"You have {count(len(self._all), 'document')} here:"
        head = f"{self.narrowed()[:-1]}:" if self.is_narrowed else here
        lines = [_line(d, self._day(d)) for d in self.meant[:_NAMED]]
        if (more := len(self.meant) - _NAMED) > 0:
            lines.append(f"\u2026 and {more:,} more; `assistant sources` lists them all.")
        return "\n".join((head, *lines))

    def first_in_time(self) -> Reply:
        """The newest or oldest, by the time that counts; by its file where none gives a date."""
        newest, clock = self._query.wish == "newest", self._query.clock
        dated = [(day, d) for d in self.meant if (day := self._day(d))]
        if not dated:
            clock = "changed"
            dated = [(_changed(d), d) for d in self.meant]
        day, found = (max if newest else min)(dated, key=lambda pair: pair[0])
        rest = self._undated(len(dated)) if clock == "written" else ""
        lead = f"{self._superlative()} is {_name(found)}, {_VERBS[clock]} {written(day)}.{rest}"
        return lead, opening(self._library, found)

    def first_in_size(self) -> Reply:
        """The largest or smallest, by the bytes of its file."""
        choose = max if self._query.wish == "largest" else min
        found = choose(self.meant, key=lambda d: d.bytes)
        lead = f"{self._superlative()} is {_name(found)} with {size(found.bytes)}."
        return lead, opening(self._library, found)

    def size(self) -> str:
        """The bytes of what is meant, and the words where that is one document."""
        if len(self.meant) == 1:
            found = self.meant[0]
            number = len(self._library.document_store.text(found.source).split())
            return f"{_name(found)} has {size(found.bytes)} and about {number:,} words."
        total = size(sum(d.bytes for d in self.meant))
        largest = max(self.meant, key=lambda d: d.bytes)
        return (
            f"{self._those()} have {total} together; the largest is {_name(largest)} with"
            f" {size(largest.bytes)}."
        )

    def times(self, document: DocumentRecord) -> str:
        """When a document was written, changed and added."""
        day = self._written(document.source)
        own = f"is dated {written(day)}" if day else "gives no date of its own"
        return (
            f"{_name(document)} {own}. Its file was changed on {written(_changed(document))} and"
            f" added here on {written(_added(document))}."
        )

    def folders(self) -> str:
        """The folders of the documents that are meant."""
        if len(self.meant) == 1:
            path = PurePath(self.meant[0].source)
            return f"{path.name} is in {path.parent}."
        places = Counter(str(PurePath(d.source).parent) for d in self.meant)
        lines = [f"\u2022 {place} ({n:,})" for place, n in sorted(places.items())[:_NAMED]]
        return "\n".join((f"{self._those()} are in {count(len(places), 'folder')}:", *lines))

    def _in_time(self, document: DocumentRecord) -> bool:
        period = self._query.period
        day = self._day(document) if period else None
        return period is None or (day is not None and period.holds(day))

    def _day(self, document: DocumentRecord) -> date | None:
        match self._query.clock:
            case "changed":
                return _changed(document)
            case "added":
                return _added(document)
            case _:
                return self._written(document.source)

    def _superlative(self) -> str:
        number, every = len(self.meant), f"your {count(len(self._all), 'document')}"
        if not self.is_narrowed:
            return f"The {self._query.wish} of {every}"
        if number == 1:
            return f"The only one of {every} that {self.conditions(1)}"
        return f"The {self._query.wish} of the {number:,} that {self.conditions(number)}"

    def _those(self) -> str:
        number = len(self.meant)
        if not self.is_narrowed:
            return f"Your {count(number, 'document')}"
        return f"The {count(number, 'document')} that {self.conditions(number)}"

    def _undated(self, dated: int) -> str:
        """Says of how many documents the date is not known, and which file was changed last."""
        if not (silent := len(self.meant) - dated):
            return ""
        last = max(self.meant, key=lambda d: d.mtime_ns)
        give = "gives no date of its own" if silent == 1 else "give no date of their own"
        return (
            f" {silent:,} {give}; the file changed last is"
            f" {PurePath(last.source).name} ({written(_changed(last))})."
        )


def _changed(document: DocumentRecord) -> date:
    return datetime.fromtimestamp(document.mtime_ns / 1e9, UTC).astimezone().date()


def _added(document: DocumentRecord) -> date:
    return datetime.fromisoformat(document.added_at).astimezone().date()


def _kinds(documents: Sequence[DocumentRecord]) -> str:
    """Counts of each suffix, the most frequent first."""
    counts = Counter(PurePath(d.source).suffix.lower() for d in documents)
    told = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{n:,} {suffix or 'without a suffix'}" for suffix, n in told)


def _name(document: DocumentRecord) -> str:
    """A document's file name, its title before it where that is another."""
    name = PurePath(document.source).name
    title = document.title if document.title not in {"", PurePath(name).stem} else ""
    return f"{title} ({name})" if title else name


def _line(document: DocumentRecord, day: date | None) -> str:
    return f"\u2022 {_name(document)}{f', {written(day)}' if day else ''}"
