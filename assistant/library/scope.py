"""The documents that a question is limited to: by their place, by their date, by `@name`."""

import calendar
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import PurePath

from assistant.errors import LibraryError, QuestionError
from assistant.language.dates import read_date
from assistant.library import discovery
from assistant.library.document_store import DocumentRecord, DocumentStore
from assistant.library.scan import is_below

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
# @notes.md, @"my notes.md": at the beginning or after white space, so that no address is one.
_MENTION = re.compile(r'(?:^|(?<=\s))@(?:"([^"]+)"|(\S*[^\s?!.,;:)]))')
_REMEDY = "`assistant sources` lists what there is."


def scope(
    catalogue: DocumentStore,
    places: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> frozenset[str] | None:
    """The sources in one of the places and of these days; None where nothing limits them.

    Raises LibraryError if a place holds no document of the library, or no day is right.
    """
    if not places and since is None and until is None:
        return None
    documents = catalogue.documents()
    chosen = [d for d in documents if not places]
    for place in places:
        chosen += _in(place, documents)
    kept = frozenset(
        d.source
        for d in chosen
        if (since is None and until is None)
        or (since or date.min) <= day_of(catalogue, d) <= (until or date.max)
    )
    if not kept:
        raise LibraryError("No document of the library is of that time.", _REMEDY)
    return kept


def day_of(catalogue: DocumentStore, document: DocumentRecord) -> date:
    """When a document was written, as it or its format says; else when its file was changed."""
    written = catalogue.day(document.source)
    return written or datetime.fromtimestamp(document.mtime_ns / 1e9).date()


def day(text: str, *, last: bool = False) -> date:
    """A day as people write it; of a year or a month the first day, or the `last`.

    Raises QuestionError if it is none.
    """
    found = _DAY.fullmatch(text.strip())
    try:
        if found is None:
            written = read_date(text)
            if written is None:
                raise ValueError(text)
            return written
        year, month, of_month = (int(part) if part else 0 for part in found.groups())
        month = month or (12 if last else 1)
        return date(year, month, of_month or (calendar.monthrange(year, month)[1] if last else 1))
    except ValueError as error:
        raise QuestionError(
            f"{text!r} is not a date.", "Write it as 2024, 2024-05 or 2024-05-31."
        ) from error


def mentions(text: str) -> tuple[str, tuple[str, ...]]:
    """A question without the documents that it names with @, and their names."""
    places = tuple(quoted or plain for quoted, plain in _MENTION.findall(text))
    return " ".join(_MENTION.sub(" ", text).split()) if places else text, places


def completion(begun: str, sources: Iterable[str]) -> str:
    """The rest of the shortest file name that begins so; "" if none does.

    A name with a space has to be `begun` with a quotation mark.
    """
    quoted, begins = begun.startswith('"'), begun.removeprefix('"').casefold()
    found = [
        name
        for name in {PurePath(source).name for source in sources}
        if name.casefold().startswith(begins) and (quoted or not re.search(r"\s", name))
    ]
    if not found:
        return ""
    best = min(found, key=lambda name: (len(name), name))
    return best[len(begun.removeprefix('"')) :] + ('"' if quoted else "")


def _in(place: str, documents: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    """The documents below a path, or that a pattern or the end of their path names."""
    at = discovery.absolute(place)
    name = place.strip("/\\").casefold()
    found = [d for d in documents if is_below(d.source, at)] or [
        d
        for d in documents
        if fnmatchcase(d.source, at)
        or (PurePath(place).parts and PurePath(d.source).match(place))  # "." has none
        or PurePath(d.source).name.casefold() == name
        or name in {part.casefold() for part in PurePath(d.source).parent.parts}
    ]
    if not found:
        raise LibraryError(f"No document of the library is in {place!r}.", _REMEDY)
    return found
