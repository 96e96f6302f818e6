"""Fetching a page from a server that redirects, stalls, lies about type and length, and bombs."""

import gzip
import time
import zlib
from collections.abc import Callable

import pytest
from loopback import Handler, serving

from assistant import page_fetcher
from assistant.errors import PageError
from assistant.page_fetcher import FetchedPage, fetch, normal_url

PAGE = b"<!doctype html><title>Bridge</title><p>The Oberbaum Bridge was built in 1896.</p>"
Respond = Callable[[Handler], None]


def site(respond: Respond, robots: str | None = None) -> Respond:
    """A site with these rules for robots, and the test's own answer to everything else."""

    def answer(handler: Handler) -> None:
        if handler.path != "/robots.txt":
            respond(handler)
        elif robots is None:
            handler.reply(404)
        else:
            handler.reply(200, robots.encode(), Content_Type="text/plain")

    return answer


def got(
    respond: Respond, path: str = "/page", robots: str | None = None, **how: float
) -> FetchedPage:
    with serving(site(respond, robots)) as server:
        page = fetch(server.url + path, timeout_s=how.pop("timeout_s", 5), **how)
    assert page is not None
    return page


def send(data: bytes, kind: str = "text/html", **headers: str) -> Respond:
    return lambda handler: handler.reply(200, data, Content_Type=kind, **headers)


def test_a_page_comes_with_its_address_and_date() -> None:
    page = got(send(PAGE, ETag='"1"', Last_Modified="Mon, 30 Nov 2026 10:00:00 GMT"))
    assert (page.suffix, page.data) == (".html", PAGE)
    assert page.url == page.address
    assert page.fetched_at.startswith("20")
    assert (page.etag, page.modified) == ('"1"', "Mon, 30 Nov 2026 10:00:00 GMT")


def test_what_has_not_changed_does_not_come_again() -> None:
    def respond(handler: Handler) -> None:
        assert handler.headers["If-None-Match"] == '"1"'
        handler.reply(304)

    with serving(site(respond)) as server:
        assert fetch(f"{server.url}/page", timeout_s=5, etag='"1"') is None


@pytest.mark.parametrize(
    ("kind", "data", "suffix"),
    [
        ("text/html; charset=utf-8", PAGE, ".html"),
        ("application/xhtml+xml", b'<?xml version="1.0"?><html><p>x</p></html>', ".html"),
        ("text/html", b"%PDF-1.7 \n", ".pdf"),
        ("application/octet-stream", b"%PDF-1.7 \n", ".pdf"),
        ("text/plain", b"Plain words.", ".txt"),
        ("text/plain", PAGE, ".html"),
        ("text/markdown", b"# Plain words", ".md"),
    ],
)
def test_the_bytes_say_what_it_is(kind: str, data: bytes, suffix: str) -> None:
    assert got(send(data, kind)).suffix == suffix


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("image/png", PAGE, "image/png, no page"),
        ("application/zip", b"PK\3\4", "no page"),
        ("text/html", b"\x89PNG\r\n\x1a\n\0\0", "says that it is a page and sends"),
        ("text/plain", b"\x7fELF\2\1\1\0\0\0", "says that it is a page and sends"),
        ("application/pdf", PAGE, "a PDF and sends a web page, perhaps to sign in"),
        ("application/pdf", b"\0\1\2", "a PDF and sends something else"),
        ("application/octet-stream", b"\0\1\2", "no page"),
    ],
)
def test_a_lie_about_the_type_is_said(kind: str, data: bytes, said: str) -> None:
    with pytest.raises(PageError, match=said):
        got(send(data, kind))


def test_the_encoding_of_the_header_goes_before_the_page_s_own() -> None:
    said = '<meta charset="iso-8859-1"><p>Łódź</p>'.encode()
    page = got(send(said, "text/html; charset=utf-8"))
    assert page.data.decode("utf-8-sig").endswith("<p>Łódź</p>")
    assert got(send("Ł".encode("iso-8859-2"), "text/plain; charset=iso-8859-2")).data.endswith(
        "Ł".encode()
    )
    assert got(send(PAGE, "text/html; charset=no-such-thing")).data == PAGE


def test_redirects_are_followed_but_not_for_ever() -> None:
    def respond(handler: Handler) -> None:
        steps = int(handler.path.strip("/"))
        if steps:
            handler.reply(302, Location=f"/{steps - 1}")
        else:
            handler.reply(200, PAGE, Content_Type="text/html")

    page = got(respond, "/5")
    assert page.url.endswith("/5")
    assert page.address.endswith("/0")
    with pytest.raises(PageError, match="without end"):
        got(respond, "/6")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("file:///etc/passwd", "is not an address"),
        ("ftp://127.0.0.1/x", "is not an address"),
        ("http://user:secret@example.org/", "holds a password"),
        ("http://10.0.0.1/", "in your own network"),
        ("http://169.254.169.254/latest/meta-data/", "in your own network"),
        ("http://[::1]:1/", "on this machine"),
        ("http://[::ffff:127.0.0.1]/", "on this machine"),
        ("http://[64:ff9b::7f00:1]/", "on this machine"),
        ("http://127.0.0.1:1/", "on this machine"),
        ("http://localhost:1/", "on this machine"),
        ("http://2130706433/", "on this machine"),
    ],
)
def test_a_redirect_leads_to_no_private_place(place: str, said: str) -> None:
    with pytest.raises(PageError, match=said):
        got(lambda handler: handler.reply(302, Location=place))


def test_only_an_address_that_was_typed_may_be_private() -> None:
    with serving(site(send(PAGE))) as server:
        port = server.url.rpartition(":")[2]
        for typed in ("127.0.0.1", "localhost"):
            assert fetch(f"http://{typed}:{port}/", timeout_s=5) is not None
        before = len(server.asked)
        for name in ("127.1", "2130706433"):
            with pytest.raises(PageError, match="on this machine"):
                fetch(f"http://{name}:{port}/", timeout_s=5)
        assert len(server.asked) == before


def test_an_encrypted_page_sends_on_to_no_plain_one() -> None:
    with pytest.raises(PageError, match="not encrypted"):
        page_fetcher.next_url("https://example.org/", "http://example.org/")
    assert page_fetcher.next_url("http://a.org/x/y", "../z") == "http://a.org/z"


def test_robots_txt_is_heeded() -> None:
    rules = "User-agent: *\nDisallow: /private\nDisallow: /*.html$\n"
    for path in ("/private/page", "/a/page.html"):
        with pytest.raises(PageError, match="asks programs not to fetch"):
            got(send(PAGE), path, rules)
    assert got(send(PAGE), "/page", rules).data == PAGE
    assert got(send(PAGE), "/private", "User-agent: other\nDisallow: /\n").data == PAGE


def test_a_site_whose_rules_cannot_be_read_is_left_alone() -> None:
    with (
        serving(lambda handler: handler.reply(503)) as server,
        pytest.raises(PageError, match="nobody knows what the site allows"),
    ):
        fetch(server.url, timeout_s=5)


def test_a_stall_is_given_up() -> None:
    def silent(handler: Handler) -> None:
        time.sleep(1.5)

    with pytest.raises(PageError, match="stood still for too long"):
        got(silent, timeout_s=0.2)


def test_a_header_that_comes_letter_by_letter_is_given_up() -> None:
    def trickle(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(40):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    began = time.monotonic()
    with pytest.raises(PageError, match="took longer than"):
        got(trickle, timeout_s=5, total_s=0.5)
    assert time.monotonic() - began < 30


def test_a_body_that_comes_letter_by_letter_is_given_up() -> None:
    def trickle(handler: Handler) -> None:
        handler.head(200, Content_Type="text/html")
        for _ in range(40):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    with pytest.raises(PageError, match=r"took longer than|too slowly"):
        got(trickle, timeout_s=5, total_s=0.5)


def test_lengths_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_fetcher, "MAX_BYTES", 10_000)

    def announced(length: int, data: bytes) -> Respond:
        def respond(handler: Handler) -> None:
            handler.head(200, Content_Type="text/html", Content_Length=str(length))
            handler.wfile.write(data)
            handler.close_connection = True

        return respond

    with pytest.raises(PageError, match="larger than"):
        got(announced(10**12, PAGE))
    with pytest.raises(PageError, match="more was announced"):
        got(announced(5_000, PAGE))
    assert got(announced(len(PAGE), PAGE + b"<p>hidden</p>")).data == PAGE

    def endless(handler: Handler) -> None:
        handler.head(200, Content_Type="text/html")
        for _ in range(100):
            handler.wfile.write(b"x" * 1_000)

    with pytest.raises(PageError, match="larger than"):
        got(endless)


def test_what_is_packed_is_unpacked_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert got(send(gzip.compress(PAGE), Content_Encoding="gzip")).data == PAGE
    assert got(send(zlib.compress(PAGE), Content_Encoding="deflate")).data == PAGE
    with pytest.raises(PageError, match="more was announced"):
        got(send(gzip.compress(PAGE)[:-20], Content_Encoding="gzip"))
    with pytest.raises(PageError, match="damaged"):
        got(send(PAGE, Content_Encoding="gzip"))
    with pytest.raises(PageError, match="packed as br"):
        got(send(PAGE, Content_Encoding="br"))
    monkeypatch.setattr(page_fetcher, "MAX_BYTES", 100_000)
    bomb = gzip.compress(bytes(200_000_000), 9)
    with pytest.raises(PageError, match="larger than"):
        got(send(bomb, Content_Encoding="gzip"))


@pytest.mark.parametrize(
    ("status", "said"), [(404, "404 .*Check the address"), (403, "403 .*Save the page")]
)
def test_a_refusal_is_said_with_what_to_do(status: int, said: str) -> None:
    with pytest.raises(PageError, match=said):
        got(lambda handler: handler.reply(status))


def test_nobody_listens() -> None:
    with serving(send(PAGE)) as server:
        pass
    with pytest.raises(PageError, match="nothing listens there"):
        fetch(server.url, timeout_s=5)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("HTTP://Example.org:80", "http://example.org/"),
        ("https://example.org/a b#part", "https://example.org/a%20b"),
        ("https://example.org:8443/?q=ä", "https://example.org:8443/?q=%C3%A4"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_an_address_has_one_form(given: str, normal: str) -> None:
    assert normal_url(given) == normal


@pytest.mark.parametrize("given", ["https://", "http://[1/", "https://a.org:99999/", "http://a b/"])
def test_what_is_no_address_is_said(given: str) -> None:
    with pytest.raises(PageError, match="is not an address"):
        normal_url(given)
