"""One web page or PDF over HTTP, on a person's explicit request: within limits, never trusted.

Addresses are looked up here and connected to as they were looked up, so that what was checked is
what is reached. A private address is reached only where the person typed that address itself.
"""

import codecs
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from assistant import __version__, offline
from assistant.documents.recognition import SAMPLE_BYTES, kind_by_content
from assistant.errors import AssistantError, PageError

# A book as a PDF has some ten megabytes; robots.txt need not be read any further (RFC 9309, 2.5).
MAX_BYTES, _ROBOTS_BYTES = 50_000_000, 500_000
_TOTAL_S = 120.0
_MOST_REDIRECTS = 5
_PIECE = 1 << 16
_AGENT = "assistant"
_SAVE_IT = "Save the page in your browser and add the file."
# Addresses of IPv6 that stand for one of IPv4 (RFC 6052).
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}
_TEXTS = {"text/plain": ".txt", "text/markdown": ".md", "text/x-markdown": ".md"}
_PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
_PDFS = frozenset({"application/pdf", "application/x-pdf"})
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype html|html)[\s>]", re.I | re.S
)
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?")
_LOOKS_LIKE = "It looks like https://example.org/x."

Address = tuple[str, int]


@dataclass(frozen=True)
class FetchedPage:
    """A page that came: `url` as asked for, `address` where it was found in the end.

    `suffix` is that of the file to be, by what the bytes are. `etag` and `modified` are the
    server's, to ask later whether it has changed.
    """

    url: str
    address: str
    suffix: str
    data: bytes
    fetched_at: str
    etag: str = ""
    modified: str = ""


def normal_url(url: str) -> str:
    """The address in one form, without a fragment. Raises PageError for one that is none."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:
        raise PageError(f"{url} is not an address.", _LOOKS_LIKE) from None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        raise PageError(f"{url} is not an address.", _LOOKS_LIKE)
    if parts.username or parts.password:
        raise PageError("The address holds a password, which would be kept.", _SAVE_IT)
    place = f"[{host}]" if ":" in host else host
    if port and port != _PORTS[parts.scheme]:
        place += f":{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme, place, path, query, ""))


def fetch(
    url: str,
    *,
    timeout_s: float,
    etag: str = "",
    modified: str = "",
    total_s: float = _TOTAL_S,
) -> FetchedPage | None:
    """The page at an address; None if it is still the one of that `etag` or time `modified`.

    A server that is silent for `timeout_s`, or takes `total_s` in all, is given up. Raises
    PageError.
    """
    outcome: Future[FetchedPage | None] = Future()
    visit = _Visit(normal_url(url), timeout_s, time.monotonic() + total_s)

    def run() -> None:
        try:
            outcome.set_result(visit.page(etag, modified))
        except BaseException as error:
            outcome.set_exception(error)

    # A name that is looked up, or a header that comes letter by letter, cannot be interrupted.
    threading.Thread(target=run, name="page", daemon=True).start()
    try:
        return outcome.result(total_s)
    except TimeoutError:
        raise PageError(f"{url} took longer than {total_s:g} s.", "Try again later.") from None


class _Visit:
    """The requests that fetching one page takes."""

    def __init__(self, url: str, timeout_s: float, until: float) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self._until = until
        self._robots: dict[str, Any] = {}
        self._typed = _typed_place(url)
        self._proxies: set[Address] = set()

    def page(self, etag: str, modified: str) -> FetchedPage | None:
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in known.items() if value}
        try:
            with offline.permission() as allow:
                opener = self._opener(allow)
                return self._followed(opener, headers)
        except AssistantError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise PageError(f"{self._url} cannot be fetched: {_reason(error)}.") from None

    def _followed(
        self, opener: urllib.request.OpenerDirector, headers: Mapping[str, str]
    ) -> FetchedPage | None:
        url = self._url
        for _ in range(_MOST_REDIRECTS + 1):
            self._heed_robots(opener, url)
            status, response = self._get(opener, url, headers)
            with closing(response):
                if location := _redirect(status, response):
                    url = next_url(url, location)
                    continue
                if status == http.HTTPStatus.NOT_MODIFIED:
                    return None
                if status != http.HTTPStatus.OK:
                    raise PageError(
                        f"{url} cannot be fetched: {status} {response.reason}.", _remedy(status)
                    )
                return self._taken(url, response)
        raise PageError(f"{self._url} sends on from one address to the next without end.")

    def _taken(self, url: str, response: Any) -> FetchedPage:
        data = self._body(url, response, MAX_BYTES)
        kind = response.headers.get_content_type() if response.headers["Content-Type"] else ""
        text = in_utf_8(data, response.headers.get_content_charset() or "")
        suffix = suffix_of(kind, text, urlsplit(url).path)
        data = data if suffix == ".pdf" else text
        now = datetime.now(UTC).isoformat(timespec="seconds")
        etag, modified = (response.headers.get(n, "") for n in ("ETag", "Last-Modified"))
        return FetchedPage(self._url, url, suffix, data, now, etag, modified)

    # Requests.

    def _opener(self, allow: Callable[[str], None]) -> urllib.request.OpenerDirector:
        for name, proxy in urllib.request.getproxies().items():
            if name in _PORTS:
                place = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
                self._proxies.add((place.hostname or "", place.port or _PORTS["http"]))
                allow(f"http://{place.netloc.rpartition('@')[2]}")

        def connect(address: Address, timeout: Any = None, source: Any = None) -> socket.socket:
            return self._connected(address, allow)

        return urllib.request.build_opener(_NoRedirects, _Http(connect), _Https(connect))

    def _get(
        self, opener: urllib.request.OpenerDirector, url: str, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        """Status and response of one request; the caller closes it."""
        self._check_literal(url)
        sent = {
            "User-Agent": f"{_AGENT}/{__version__}",
            "Accept": "text/html,application/xhtml+xml,application/pdf,text/*;q=0.8",
            "Accept-Encoding": "identity",
            **headers,
        }
        try:
            request = urllib.request.Request(url, headers=sent)
            response = opener.open(request, timeout=self._timeout_s)
            return response.status, response
        except urllib.error.HTTPError as error:
            return error.code, error

    def _connected(self, address: Address, allow: Callable[[str], None]) -> socket.socket:
        host, port = address
        place = f"[{host}]" if ":" in host else host
        allow(f"http://{place}:{port}")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        numbers = [str(info[4][0]) for info in found]
        if address not in self._proxies and address != self._typed:
            for number in numbers:
                _refuse_private(number, host)
        problem: OSError | None = None
        for number in numbers:
            try:
                return self._connected_to(number, port, allow)
            except OSError as error:
                problem = error
        raise problem or OSError("the name has no address")

    def _connected_to(self, number: str, port: int, allow: Callable[[str], None]) -> socket.socket:
        allow(f"http://[{number}]:{port}" if ":" in number else f"http://{number}:{port}")
        return socket.create_connection((number, port), self._timeout_s)

    def _check_literal(self, url: str) -> None:
        """Refuse a private address that a proxy would be asked for."""
        place = _place(url)
        if _number(place[0]) is not None and place != self._typed:
            _refuse_private(place[0], place[0])

    # robots.txt (RFC 9309).

    def _heed_robots(self, opener: urllib.request.OpenerDirector, url: str) -> None:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(opener, f"{origin}/robots.txt")
        if not self._robots[origin].can_fetch(url, _AGENT):
            raise PageError(f"{origin} asks programs not to fetch this page.", _SAVE_IT)

    def _read_robots(self, opener: urllib.request.OpenerDirector, url: str) -> Any:
        from protego import Protego

        for _ in range(_MOST_REDIRECTS + 1):
            status, response = self._get(opener, url, {})
            with closing(response):
                if location := _redirect(status, response):
                    url = next_url(url, location)
                    continue
                if status >= 500:
                    raise PageError(
                        f"{url} cannot be read ({status}), so that nobody knows what the site"
                        " allows.",
                        "Try again later.",
                    )
                rules = b""
                if status == http.HTTPStatus.OK:
                    rules = self._body(url, response, _ROBOTS_BYTES, cut=True)
                return Protego.parse(rules.decode("utf-8", "replace"))
        return Protego.parse("")

    # Bytes.

    def _body(self, url: str, response: Any, limit: int, *, cut: bool = False) -> bytes:
        """The response's bytes, unpacked; with `cut` no more than the limit, else PageError."""
        length = response.headers.get("Content-Length", "")
        expected = int(length) if length.isdigit() else None
        if expected is not None and expected > limit and not cut:
            raise _too_large(url)
        unpack = _Unpacking(response.headers.get("Content-Encoding", ""), url)
        came, whole = 0, bytearray()
        while piece := response.read1(_PIECE):
            came += len(piece)
            whole += unpack(piece, limit + 1 - len(whole))
            if max(came, len(whole)) > limit:
                if cut:
                    return bytes(whole[:limit])
                raise _too_large(url)
            if time.monotonic() > self._until:
                raise PageError(f"{url} comes too slowly.", "Try again later.")
        if (expected is not None and came < expected) or not unpack.is_whole:
            raise PageError(f"{url} ended after {came:,} bytes; more was announced.", "Try again.")
        return bytes(whole)


class _Unpacking:
    """Unpacks what a server packed although it was not asked to, never more than is wanted."""

    def __init__(self, encoding: str, url: str) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise PageError(f"{url} is packed as {name}, which is not read.", _SAVE_IT)
        # 32 more: with a header of gzip or of zlib, whichever there is.
        self._zlib = None if name in {"", "identity"} else zlib.decompressobj(32 + zlib.MAX_WBITS)

    def __call__(self, piece: bytes, most: int) -> bytes:
        """At most so many bytes that a piece holds."""
        if self._zlib is None:
            return piece
        try:
            return self._zlib.decompress(piece, max(1, most))
        except zlib.error:
            raise PageError("What came is packed in a damaged way.", _SAVE_IT) from None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is missing at the end."""
        return self._zlib is None or self._zlib.eof


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class _Http(urllib.request.HTTPHandler):
    def __init__(self, connect: Callable[..., socket.socket]) -> None:
        super().__init__()
        self._connect = connect

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_connecting(http.client.HTTPConnection, self._connect), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, connect: Callable[..., socket.socket]) -> None:
        super().__init__()
        self._connect = connect
        self._trusted = ssl.create_default_context()

    def https_open(self, req: urllib.request.Request) -> Any:
        made = _connecting(http.client.HTTPSConnection, self._connect)
        return self.do_open(made, req, context=self._trusted)


def _connecting(kind: Any, connect: Callable[..., socket.socket]) -> Any:
    """A maker of connections that are made by `connect`."""

    def make(host: str, **given: Any) -> Any:
        connection = kind(host, **given)
        connection._create_connection = connect
        return connection

    return make


def next_url(url: str, location: str) -> str:
    """The address that a redirect leads to. Raises PageError for one that is not to be followed."""
    target = normal_url(urljoin(url, location))
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise PageError(f"{url} sends on to {target}, which is not encrypted.", _SAVE_IT)
    return target


def suffix_of(kind: str, data: bytes, path: str) -> str:
    """The suffix of the file to be, by what the server says it is and what the bytes are.

    A mark at their beginning tells nothing of them. Raises PageError where these do not fit
    together, and for what is no page.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    is_pdf = data[:1024].lstrip().startswith(b"%PDF-")
    is_html = _HTML.match(data[:SAMPLE_BYTES]) is not None
    if is_pdf and kind in _PAGES | _PDFS | {*_TEXTS, "application/octet-stream"}:
        return ".pdf"
    if kind in _PDFS:
        what = "a web page, perhaps to sign in" if is_html else "something else"
        raise PageError(f"The server says that it is a PDF and sends {what}.", _SAVE_IT)
    if kind not in _PAGES and kind not in _TEXTS:
        raise PageError(
            f"It is {kind}, no page.", "Web pages, PDF and plain text can be added by address."
        )
    if kind_by_content(data[:SAMPLE_BYTES]) not in {None, "empty"}:
        raise PageError("The server says that it is a page and sends something else.", _SAVE_IT)
    if kind in _PAGES or is_html:
        return ".html"
    return ".md" if path.endswith((".md", ".markdown")) else _TEXTS[kind]


def in_utf_8(data: bytes, charset: str) -> bytes:
    """A page as the server's header says that it is encoded, which goes before what it says itself.

    A mark at its beginning goes before both; without a header the bytes stay as they are.
    """
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if not charset or data.startswith(marks):
        return data
    # Browsers read what is called Latin-1 as Windows-1252 (WHATWG Encoding, 4.2).
    name = "cp1252" if charset in {"iso-8859-1", "latin1", "us-ascii"} else charset
    try:
        return codecs.BOM_UTF8 + data.decode(name, "replace").encode("utf-8")
    except (LookupError, UnicodeEncodeError):
        return data


def is_private(url: str) -> bool:
    """Tell whether an address names a place on this machine or in a network of one's own."""
    return _typed_place(url) is not None


def _place(url: str) -> Address:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _typed_place(url: str) -> Address | None:
    """Host and port of an address that names a private place by itself, not by some name."""
    place = _place(url)
    number = _number(place[0])
    is_own = place[0] == "localhost" or (number is not None and _is_private(number))
    return place if is_own else None


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_private(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address is none of the open internet, also where IPv6 wraps one of IPv4."""
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour
        if number in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        if inner is not None:
            return _is_private(inner)
    return not number.is_global or number.is_multicast


def _refuse_private(number: str, host: str) -> None:
    known = _number(number)
    if known is None or _is_private(known):
        raise PageError(
            f"{host} is on this machine or in your own network ({number}).",
            "Give that address itself if you mean it: http://" + number,
        )


def _redirect(status: int, response: Any) -> str:
    moved = 300 <= status < 400 and status != http.HTTPStatus.NOT_MODIFIED
    location: str = response.headers.get("Location", "") if moved else ""
    return location


def _too_large(url: str) -> PageError:
    return PageError(f"{url} is larger than {MAX_BYTES // 1_000_000} MB.", _SAVE_IT)


def _remedy(status: int) -> str:
    if status in {401, 403, 407, 451}:
        return _SAVE_IT
    return "Check the address." if status in {404, 410} else "Try again later."


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, AssistantError):
        raise inner
    if isinstance(inner, TimeoutError):
        return "it stood still for too long"
    if isinstance(inner, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(inner, socket.gaierror):
        return "its name is not known"
    if isinstance(inner, ssl.SSLCertVerificationError):
        return "its certificate is not valid"
    if isinstance(inner, http.client.IncompleteRead | ConnectionResetError):
        return "the connection was cut"
    return getattr(inner, "strerror", None) or str(inner) or type(error).__name__
