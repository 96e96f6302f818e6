"""Pages added by their address: the copy is the document, its address stands beside it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from loopback import Handler, Server, serving

from assistant import paths
from assistant.cli.main import main

OLD = "<!doctype html><title>Bridge</title><p>The Oberbaum Bridge was built in 1896.</p>"
NEW = OLD.replace("1896", "1897")
QUESTION = "When was the Oberbaum Bridge built?"
QUOTES = ["--model", "none"]


class Site:
    """A page that may change; a server tells by its tag whether it has."""

    def __init__(self) -> None:
        self.page, self.tag, self.status = OLD, '"1"', 200

    def __call__(self, handler: Handler) -> None:
        if handler.path == "/robots.txt":
            handler.reply(404)
        elif self.status != 200:
            handler.reply(self.status)
        elif handler.headers.get("If-None-Match") == self.tag:
            handler.reply(304)
        else:
            handler.reply(200, self.page.encode(), Content_Type="text/html", ETag=self.tag)


@pytest.fixture
def site() -> Site:
    return Site()


@contextmanager
def up(site: Site) -> Iterator[tuple[Server, str]]:
    with serving(site) as server:
        yield server, f"{server.url}/bridges/oberbaum"


def answer(capsys: pytest.CaptureFixture[str], library: str = "default") -> dict[str, object]:
    capsys.readouterr()
    assert main(["--library", library, "ask", "--json", *QUOTES, QUESTION]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def sources(capsys: pytest.CaptureFixture[str], library: str = "default") -> list[dict[str, str]]:
    capsys.readouterr()
    assert main(["--library", library, "sources", "--json"]) == 0
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found


def test_the_copy_is_the_document_and_its_address_is_told(
    home: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    with up(site) as (_, url):
        assert main(["add", url]) == 0
    (source,) = sources(capsys)
    copy = Path(source["source"])
    assert copy.parent == paths.library_folder("default") / "pages"
    assert copy.name.startswith("127.0.0.1-bridges-oberbaum-")
    assert copy.read_text() == OLD
    assert source["address"] == url
    (citation,) = answer(capsys)["citations"]  # type: ignore[misc]
    assert (citation["source"], citation["address"]) == (str(copy), url)
    assert citation["fetched"] == source["fetched_at"][:10]
    assert main(["ask", *QUOTES, QUESTION]) == 0
    assert f"{url}, as of {citation['fetched']}" in capsys.readouterr().out
    assert main(["sources"]) == 0
    assert f"{url}, as of" in capsys.readouterr().out


def test_a_page_is_refreshed_when_that_is_said_and_not_before(
    home: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    with up(site) as (server, url):
        assert main(["add", url]) == 0
        site.page, site.tag = NEW, '"2"'
        asked = len(server.asked)
        assert main(["sync"]) == 0
        assert len(server.asked) == asked
        assert "1896" in str(answer(capsys)["citations"])
        assert main(["sync", "--refresh"]) == 0
        assert "1897" in str(answer(capsys)["citations"])
        before = sources(capsys)
        assert main(["sync", "--refresh"]) == 0
        assert server.asked[-1][2]["If-None-Match"] == '"2"'
        assert sources(capsys) == before
    assert len(before) == 1


def test_a_page_that_is_gone_keeps_its_copy(
    home: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    with up(site) as (_, url):
        assert main(["add", url]) == 0
        site.status = 404
        assert main(["sync", "--refresh"]) == 2
        err = capsys.readouterr().err
        assert "404" in err
        assert "stays" in err
        assert "1896" in str(answer(capsys)["citations"])


def test_a_page_that_does_not_come_is_said_and_the_rest_is_added(
    home: Path, tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.md").write_text("The Oberbaum Bridge was built in 1896.\n")
    site.status = 404
    with up(site) as (_, url):
        assert main(["add", url, str(tmp_path / "note.md")]) == 2
    assert "404" in capsys.readouterr().err
    assert [Path(s["source"]).name for s in sources(capsys)] == ["note.md"]


def test_a_page_is_removed_by_its_address_with_its_copy(
    home: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    with up(site) as (_, url):
        assert main(["add", url]) == 0
        copy = Path(sources(capsys)[0]["source"])
        assert main(["remove", url]) == 0
        assert not copy.exists()
        assert sources(capsys) == []
        assert main(["sync", "--refresh"]) == 0
        assert sources(capsys) == []


def test_a_renamed_library_keeps_its_pages_and_refreshes_them(
    home: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    with up(site) as (_, url):
        assert main(["--library", "one", "add", url]) == 0
        assert main(["libraries", "rename", "one", "two"]) == 0
        (citation,) = answer(capsys, "two")["citations"]  # type: ignore[misc]
        assert citation["address"] == url
        site.page, site.tag = NEW, '"2"'
        assert main(["--library", "two", "sync", "--refresh"]) == 0
        (source,) = sources(capsys, "two")
        assert Path(source["source"]).parent == paths.library_folder("two") / "pages"
        assert "1897" in str(answer(capsys, "two")["citations"])


def test_a_strangers_library_asks_no_private_place(
    home: Path, tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "one.library")
    with up(site) as (server, url):
        assert main(["--library", "one", "add", url]) == 0
        assert main(["libraries", "export", "one", file]) == 0
        assert main(["libraries", "import", file, "two"]) == 0
        asked = len(server.asked)
        assert main(["--library", "two", "sync", "--refresh"]) == 0
        assert len(server.asked) == asked
    assert "1896" in str(answer(capsys, "two")["citations"])
