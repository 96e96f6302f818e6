"""One file over HTTP, for `assistant models pull`: resumed after a cut, checked, never trusted.

The bytes go to NAME.part beside where the file will stand; only a file whose length and sha256 are
right takes its name. A second run goes on where the first was cut.
"""

import hashlib
import http.client
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from assistant import __version__, offline
from assistant.errors import PullError
from assistant.private_files import write_private

_CHUNK = 1 << 20
_TRIES = 5
_FIRST_WAIT_S = 0.5
_MOST_REDIRECTS = 8
_TELL_S = 0.1
# Left free on the disk beside the file itself.
_SPARE_BYTES = 200_000_000


@dataclass(frozen=True)
class Wanted:
    """A file to fetch: `sha256` and `bytes` as known beforehand, "" and 0 where they are not."""

    url: str
    sha256: str = ""
    bytes: int = 0


@dataclass(frozen=True)
class Progress:
    """`done` of `total` bytes (0: unknown) are here; `resumed` of them were from before."""

    done: int
    total: int
    resumed: int


@dataclass(frozen=True)
class Retrying:
    """The transfer was cut; it goes on by itself."""

    reason: str
    done: int


@dataclass(frozen=True)
class Fetched:
    """The file is there. `checked` tells that its sha256 was known from the hub or before."""

    path: Path
    sha256: str
    bytes: int
    checked: bool


DownloadEvent = Progress | Retrying | Fetched


class _Cut(Exception):
    """The transfer ended early; trying again may help."""


class _Stale(_Cut):
    """The part here is no beginning of the server's file: it must start from nothing."""


@dataclass
class _Part:
    """The unfinished file: where it comes from and what is known of the whole."""

    url: str
    etag: str = ""
    sha256: str = ""
    total: int = 0


def download(
    wanted: Wanted, target: Path, *, timeout_s: float, wait_s: float = _FIRST_WAIT_S
) -> Iterator[DownloadEvent]:
    """Fetch a file to `target`; the last event is Fetched. Raises PullError.

    A cut is tried again up to five times in a row without progress, waiting `wait_s`, twice that
    and so on; what is here is kept for the next run.
    """
    transfer = _Transfer(wanted, target, timeout_s)
    tries, furthest = 0, transfer.done
    while True:
        try:
            yield from transfer.run()
            yield transfer.finish()
            return
        except _Cut as cut:
            # Further than ever, or a server that sends the same beginning would keep us for ever.
            tries = 1 if transfer.done > furthest else tries + 1
            furthest = max(furthest, transfer.done)
            if isinstance(cut, _Stale):
                transfer.discard()
            if tries >= _TRIES:
                raise PullError(
                    f"{wanted.url} could not be fetched: {cut}.",
                    "Pull it again to go on where it stopped.",
                ) from None
            yield Retrying(str(cut), transfer.done)
            time.sleep(wait_s * 2 ** (tries - 1))


def part_of(target: Path) -> Path:
    """The file that holds what is here of a file that is not whole yet."""
    return target.with_name(f"{target.name}.part")


class _Transfer:
    def __init__(self, wanted: Wanted, target: Path, timeout_s: float) -> None:
        self._wanted = wanted
        self._target = target
        self._timeout_s = timeout_s
        self._file = part_of(target)
        self._note = target.with_name(f"{target.name}.part.json")
        self._part = self._read_note()
        self.done = self._file.stat().st_size if self._file.exists() else 0

    def run(self) -> Iterator[Progress]:
        """One request: the rest of the file, as far as it comes. Raises _Cut or PullError."""
        if self._part.total and self.done == self._part.total:
            return
        with _opened(self._wanted.url, self.done, self._part.etag, self._timeout_s) as (
            response,
            linked,
        ):
            self._accept(response, linked)
            resumed = self.done
            yield Progress(self.done, self._part.total, resumed)
            yield from self._receive(response, resumed)
        if self._part.total and self.done < self._part.total:
            raise _Cut(f"it ended after {self.done:,} of {self._part.total:,} bytes")

    def finish(self) -> Fetched:
        """Check the whole file and give it its name. Raises PullError."""
        with self._file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        expected = self._wanted.sha256 or self._part.sha256
        if expected and digest != expected:
            self.discard()
            raise PullError(
                f"What {self._wanted.url} sends is damaged or another file: its sha256 is "
                f"{digest[:12]}\u2026, not {expected[:12]}\u2026.",
                "It was removed. Pull it again, or from a mirror (pull.mirrors).",
            )
        os.replace(self._file, self._target)
        self._note.unlink(missing_ok=True)
        return Fetched(self._target, digest, self.done, bool(expected))

    def _accept(self, response: Any, linked: dict[str, str]) -> None:
        """Look at the answer's header: from where on it sends, and how much there will be."""
        status, headers = response.status, response.headers
        etag = headers.get("ETag", "")
        if self.done and (status != http.HTTPStatus.PARTIAL_CONTENT or not self._goes_on(headers)):
            if status == http.HTTPStatus.PARTIAL_CONTENT:
                raise _Stale("it went on at another place than asked for")
            self.discard()  # the file is another one now, or the server cannot go on
        length = headers.get("Content-Length", "")
        total = self.done + int(length) if length.isdigit() else 0
        known = self._wanted.bytes or _whole(linked.get("X-Linked-Size"))
        if known and total and known != total:
            # Which of them lies will be seen by the end; the smaller amount of disk is not enough.
            total = known
        sha256 = linked.get("X-Linked-Etag", "").strip('"').lower()
        self._part = _Part(
            self._wanted.url,
            etag if not etag.startswith("W/") else "",
            sha256 if len(sha256) == 64 else "",
            known or total,
        )
        self._check_disk()
        write_private(self._note, json.dumps(asdict(self._part)).encode())

    def _goes_on(self, headers: Any) -> bool:
        return str(headers.get("Content-Range", "")).startswith(f"bytes {self.done}-")

    def _receive(self, response: Any, resumed: int) -> Iterator[Progress]:
        told = time.monotonic()
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            while chunk := _read(response):
                file.write(chunk)
                self.done += len(chunk)
                if self._part.total and self.done > self._part.total:
                    self.discard()
                    raise PullError(
                        f"{self._wanted.url} sends more than the {self._part.total:,} bytes it "
                        "should have.",
                        "Try a mirror (pull.mirrors).",
                    )
                if not self._part.total:
                    self._check_disk()
                if time.monotonic() - told > _TELL_S:
                    told = time.monotonic()
                    yield Progress(self.done, self._part.total, resumed)
            file.flush()
            os.fsync(file.fileno())
        yield Progress(self.done, self._part.total, resumed)

    def _check_disk(self) -> None:
        free = shutil.disk_usage(self._target.parent).free
        needed = max(0, self._part.total - self.done) + _SPARE_BYTES
        if free < needed:
            raise PullError(
                f"The disk has {free / 1e9:.1f} GB free; {needed / 1e9:.1f} GB are needed.",
                f"Make room where {self._target.parent} is, then pull again.",
            )

    def discard(self) -> None:
        """Forget what is here."""
        self.done = 0
        self._part = _Part(self._wanted.url)
        for path in (self._file, self._note):
            path.unlink(missing_ok=True)

    def _read_note(self) -> _Part:
        """Results of an earlier run; a part of another file is thrown away."""
        part = _Part(self._wanted.url)
        if self._file.exists():
            with suppress(OSError, ValueError, TypeError):
                found = _Part(**json.loads(self._note.read_text(encoding="utf-8")))
                if found.url == self._wanted.url or (
                    self._wanted.sha256 and found.sha256 in {"", self._wanted.sha256}
                ):
                    # A mirror has the same bytes under another tag.
                    return found if found.url == self._wanted.url else replace(found, etag="")
            self._file.unlink()
        return part


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class _opened:
    """The answer to a request, and the headers with which a hub names the file's own sha256.

    Redirects are followed by hand: each address is let through the guard, none may leave https.
    """

    def __init__(self, url: str, offset: int, etag: str, timeout_s: float) -> None:
        self._url = url
        self._headers = {"User-Agent": f"assistant/{__version__}", "Accept-Encoding": "identity"}
        if offset:
            self._headers["Range"] = f"bytes={offset}-"
            if etag:
                self._headers["If-Range"] = etag
        self._timeout_s = timeout_s

    def __enter__(self) -> tuple[Any, dict[str, str]]:
        with ExitStack() as stack:
            allow = stack.enter_context(offline.permission())
            opened = self._open(allow)
            self._permission = stack.pop_all()
        return opened

    def _open(self, allow: Callable[[str], None]) -> tuple[Any, dict[str, str]]:
        opener = urllib.request.build_opener(_NoRedirects)
        url, linked = self._url, dict[str, str]()
        for proxy in urllib.request.getproxies().values():
            allow(proxy)
        for _ in range(_MOST_REDIRECTS):
            allow(url)
            try:
                request = urllib.request.Request(url, headers=self._headers)
                self._response = opener.open(request, timeout=self._timeout_s)
                return self._response, _linked(linked, self._response.headers)
            except urllib.error.HTTPError as error:
                linked = _linked(linked, error.headers)
                location = error.headers.get("Location", "")
                if not (300 <= error.code < 400 and location):
                    raise _refusal(url, error) from None
                url = _next(url, location)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise _Cut(_reason(error)) from None
        raise PullError(f"{self._url} sends on from one address to the next without end.")

    def __exit__(self, *_: object) -> None:
        self._response.close()
        self._permission.close()


def _linked(known: dict[str, str], headers: Any) -> dict[str, str]:
    found = {name: headers.get(name) for name in ("X-Linked-Etag", "X-Linked-Size")}
    return {name: value for name, value in found.items() if value} | known


def _next(url: str, location: str) -> str:
    target = urljoin(url, location)
    was, now = urlsplit(url), urlsplit(target)
    if now.scheme not in {"http", "https"} or (was.scheme == "https" and now.scheme != "https"):
        raise PullError(
            f"{url} sends on to {now.scheme}://{now.netloc}, which is not safe to follow."
        )
    return target


def _refusal(url: str, error: urllib.error.HTTPError) -> Exception:
    if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return _Stale("the server has less than is here")
    if error.code in {408, 425, 429} or error.code >= 500:
        return _Cut(f"the server says {error.code} {error.reason}")
    remedy = {
        401: "The model may ask for its licence to be accepted first; another one may not.",
        403: "The model may ask for its licence to be accepted first; another one may not.",
        404: "Check the name.",
    }
    return PullError(
        f"{url} cannot be fetched: {error.code} {error.reason}.", remedy.get(error.code, "")
    )


def _read(response: Any) -> bytes:
    try:
        data: bytes = response.read1(_CHUNK)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Cut(_reason(error)) from None
    return data


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, TimeoutError):
        return "it stood still for too long"
    if isinstance(inner, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(inner, http.client.IncompleteRead):
        return "the connection was cut"
    text = getattr(inner, "strerror", None) or str(inner)
    return text or type(error).__name__


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
