"""Pages that were added by their address: the saved copies, and where each came from and when."""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.library.document_store import DocumentStore
from assistant.private_files import write_private

if TYPE_CHECKING:  # it brings urllib's client and TLS, which only fetching needs
    from assistant.page_fetcher import FetchedPage

FOLDER = "pages"
_PREFIX = "page."
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9.]+")
_NAME_CHARS = 80


@dataclass(frozen=True)
class Page:
    """The record of a page: `source` is its copy, the document that answers are made from.

    `url` is what the person gave, `address` where it was found; `etag` and `modified` are the
    server's, by which it tells whether the page has changed.
    """

    source: str
    url: str
    address: str
    fetched_at: str
    etag: str = ""
    modified: str = ""

    @property
    def day(self) -> date:
        """The day on which it was fetched (UTC)."""
        return date.fromisoformat(self.fetched_at[:10])


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a page rather than a path."""
    return text.lower().startswith(("http://", "https://"))


class Pages:
    """The pages of one library; their copies lie in its folder."""

    def __init__(self, catalogue: DocumentStore, folder: Path) -> None:
        self._catalogue = catalogue
        self._folder = folder / FOLDER

    def all(self) -> list[Page]:
        """Every page, by the path of its copy."""
        found = self._catalogue.settings_under(_PREFIX)
        return [page for value in found.values() if (page := _page(value)) is not None]

    def of(self, source: str) -> Page | None:
        """The page whose copy a document is; None for a document of the person's own."""
        value = self._catalogue.setting(_PREFIX + source)
        return _page(value) if value is not None else None

    def at(self, url: str) -> Page | None:
        """The page that was added by this address, or found there. Raises PageError."""
        from assistant.page_fetcher import normal_url

        place = normal_url(url)
        return next((page for page in self.all() if place in {page.url, page.address}), None)

    def keep(self, fetched: "FetchedPage") -> Page:
        """Write the copy of a page and its record; the copy of before is replaced. Raises OSError.

        What an earlier copy of the page under another path was is for the caller to remove.
        """
        copy = self._folder / _file_name(fetched)
        write_private(copy, fetched.data)
        page = Page(
            str(copy),
            fetched.url,
            fetched.address,
            fetched.fetched_at,
            fetched.etag,
            fetched.modified,
        )
        self._catalogue.set_settings({_PREFIX + page.source: json.dumps(asdict(page))})
        return page

    def forget(self, sources: Collection[str]) -> None:
        """Delete the copies of these pages and their records; other documents are left alone."""
        known = [page.source for page in self.all() if page.source in sources]
        for source in known:
            path = Path(source)
            if path.parent == self._folder:  # never a file of the person's own
                path.unlink(missing_ok=True)
        self._catalogue.forget_settings([_PREFIX + source for source in known])


def _page(value: str) -> Page | None:
    """The page of a record; None for one that another program has written."""
    try:
        page = Page(**json.loads(value))
        return page if page.day and all(isinstance(v, str) for v in asdict(page).values()) else None
    except (ValueError, TypeError):
        return None


def _file_name(fetched: "FetchedPage") -> str:
    """A name that tells the page and is no other's."""
    parts = urlsplit(fetched.url)
    plain = _NOT_PLAIN.sub("-", f"{parts.hostname}{parts.path}".removesuffix(fetched.suffix))
    digest = hashlib.sha256(fetched.url.encode()).hexdigest()[:8]
    return f"{plain[:_NAME_CHARS].strip('-.')}-{digest}{fetched.suffix}"
