"""A download against a server that cuts, corrupts, redirects, stalls and lies about lengths."""

import hashlib
import re
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from loopback import Handler, Server, serving

from assistant.engines.download import DownloadEvent, Fetched, Retrying, Wanted, download
from assistant.errors import PullError

DATA = bytes(range(256)) * 4096  # 1 MB
SHA256 = hashlib.sha256(DATA).hexdigest()


def fetch(
    server: Server,
    target: Path,
    sha256: str = SHA256,
    *,
    size: int = 0,
    path: str = "/m.gguf",
    timeout_s: float = 5.0,
) -> list[DownloadEvent]:
    wanted = Wanted(server.url + path, sha256, size)
    return list(download(wanted, target, timeout_s=timeout_s, wait_s=0.01))


def offset(handler: Handler) -> int:
    found = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    return int(found[1]) if found else 0


def send(handler: Handler, most: int | None = None, data: bytes = DATA) -> None:
    """The file from the offset that was asked for; only `most` bytes of it, then a cut."""
    start = offset(handler)
    if start >= len(data):
        handler.reply(416)
        return
    ranged = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
    handler.head(206 if start else 200, Content_Length=str(len(data) - start), ETag='"1"', **ranged)
    handler.wfile.write(data[start:] if most is None else data[start : start + most])


def fetched(events: list[DownloadEvent], target: Path) -> Fetched:
    last = events[-1]
    assert isinstance(last, Fetched)
    assert target.read_bytes() == DATA
    assert sorted(p.name for p in target.parent.iterdir()) == [target.name]
    return last


def ranges(server: Server) -> list[str | None]:
    """What part of the file each request asked for."""
    return [headers.get("Range") for _, _, headers, _ in server.asked]


def test_a_file_is_fetched_checked_and_its_owner_s_alone(tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    with serving(send) as server:
        last = fetched(fetch(server, target), target)
    assert (last.sha256, last.bytes, last.checked) == (SHA256, len(DATA), True)
    assert target.stat().st_mode & 0o077 == 0


def test_cuts_are_taken_up_where_they_were(tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    with serving(lambda handler: send(handler, 300_000)) as server:
        events = fetch(server, target)
    fetched(events, target)
    assert sum(isinstance(e, Retrying) for e in events) == 3
    offsets = [headers.get("Range") for _, _, headers, _ in server.asked]
    assert offsets == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_later_run_goes_on_where_an_earlier_one_was_killed(tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    with serving(lambda handler: send(handler, 300_000)) as server:
        events = download(Wanted(f"{server.url}/m.gguf", SHA256), target, timeout_s=5)
        while not isinstance(next(events), Retrying):
            pass
        events.close()  # type: ignore[attr-defined]
        assert not target.exists()
        fetched(fetch(server, target), target)
    assert server.asked[1][2]["Range"] == "bytes=300000-"
    assert server.asked[1][2]["If-Range"] == '"1"'


def test_a_file_that_changed_meanwhile_is_fetched_from_its_start(tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    other = b"x" * len(DATA)

    def respond(handler: Handler) -> None:
        if not offset(handler):
            send(handler, 300_000, other if len(server.asked) == 1 else DATA)
        elif handler.headers["If-Range"] == '"1"' and len(server.asked) == 2:
            handler.head(200, Content_Length=str(len(DATA)), ETag='"2"')
            handler.wfile.write(DATA)
        else:
            send(handler)

    with serving(respond) as server:
        fetched(fetch(server, target), target)
    assert ranges(server) == [None, "bytes=300000-"]


def test_a_range_that_starts_elsewhere_is_not_believed(tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"

    def respond(handler: Handler) -> None:
        if offset(handler) and len(server.asked) == 2:
            handler.head(206, Content_Length="100", Content_Range="bytes 5-104/1048576")
            handler.wfile.write(DATA[5:105])
        else:
            send(handler, 300_000 if len(server.asked) == 1 else None)

    with serving(respond) as server:
        fetched(fetch(server, target), target)
    assert len(server.asked) == 3
    assert ranges(server)[:2] == [None, "bytes=300000-"]


def test_a_corrupted_file_is_removed_and_said(tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    with (
        serving(lambda handler: send(handler, data=DATA[:-1] + b"!")) as server,
        pytest.raises(PullError, match="damaged or another file"),
    ):
        fetch(server, target)
    assert list(tmp_path.iterdir()) == []


def test_the_hub_s_own_sha256_is_checked_where_none_was_known(tmp_path: Path) -> None:
    def respond(handler: Handler, sha256: str) -> None:
        if handler.path == "/m.gguf":
            linked = {"X_Linked_Etag": f'"{sha256}"', "X_Linked_Size": str(len(DATA))}
            handler.reply(302, Location="/elsewhere", **linked)
        else:
            send(handler)

    target = tmp_path / "m.gguf"
    with serving(lambda handler: respond(handler, SHA256)) as server:
        assert fetched(fetch(server, target, ""), target).checked
    with (
        serving(lambda handler: respond(handler, "0" * 64)) as server,
        pytest.raises(PullError, match="damaged or another file"),
    ):
        fetch(server, tmp_path / "n.gguf", "")


def test_without_any_sha256_that_is_told(tmp_path: Path) -> None:
    with serving(send) as server:
        assert not fetched(fetch(server, tmp_path / "m.gguf", ""), tmp_path / "m.gguf").checked


def test_a_length_that_is_too_small_is_seen_by_the_known_size(tmp_path: Path) -> None:
    def respond(handler: Handler) -> None:
        if len(server.asked) == 1:
            handler.head(200, Content_Length="1000")
            handler.wfile.write(DATA)
        else:
            send(handler)

    target = tmp_path / "m.gguf"
    with serving(respond) as server:
        fetched(fetch(server, target, size=len(DATA)), target)
    assert ranges(server) == [None, "bytes=1000-"]


def test_a_length_that_is_too_large_ends_in_a_sentence(tmp_path: Path) -> None:
    def respond(handler: Handler) -> None:
        start = offset(handler)
        if start:
            handler.reply(416)
        else:
            handler.head(200, Content_Length=str(2 * len(DATA)))
            handler.wfile.write(DATA)

    with serving(respond) as server, pytest.raises(PullError, match="could not be fetched"):
        fetch(server, tmp_path / "m.gguf", "")
    assert not (tmp_path / "m.gguf").exists()


def test_more_than_was_announced_is_not_taken(tmp_path: Path) -> None:
    def respond(handler: Handler) -> None:
        handler.head(200)
        handler.wfile.write(DATA)

    with serving(respond) as server, pytest.raises(PullError, match="sends more than"):
        fetch(server, tmp_path / "m.gguf", size=5000)
    assert list(tmp_path.iterdir()) == []


def test_a_stall_is_cut_after_the_time_that_is_set_and_taken_up(tmp_path: Path) -> None:
    import time

    def respond(handler: Handler) -> None:
        send(handler, 300_000 if len(server.asked) == 1 else None)
        handler.wfile.flush()
        if len(server.asked) == 1:
            time.sleep(0.8)

    target = tmp_path / "m.gguf"
    with serving(respond) as server:
        events = fetch(server, target, timeout_s=0.2)
    fetched(events, target)
    assert [e.reason for e in events if isinstance(e, Retrying)] == ["it stood still for too long"]


def test_redirects_are_followed_but_not_for_ever(tmp_path: Path) -> None:
    def respond(handler: Handler) -> None:
        steps = int(handler.path.strip("/"))
        if steps:
            handler.reply(302, Location=f"/{steps - 1}")
        else:
            send(handler)

    with serving(respond) as server:
        fetched(fetch(server, tmp_path / "m.gguf", path="/3"), tmp_path / "m.gguf")
        with pytest.raises(PullError, match="without end"):
            fetch(server, tmp_path / "n.gguf", path="/99")


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/m"])
def test_a_redirect_to_something_else_than_http_is_not_followed(tmp_path: Path, place: str) -> None:
    with (
        serving(lambda handler: handler.reply(302, Location=place)) as server,
        pytest.raises(PullError, match="not safe to follow"),
    ):
        fetch(server, tmp_path / "m.gguf")


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with (
        serving(send) as server,
        pytest.raises(PullError, match=r"0\.0 GB free; 0\.2 GB are needed"),
    ):
        fetch(server, tmp_path / "m.gguf")
    assert list(tmp_path.iterdir()) == []


def test_server_errors_are_tried_again_and_refusals_are_not(tmp_path: Path) -> None:
    def respond(handler: Handler) -> None:
        if len(server.asked) < 3:
            handler.reply(503)
        else:
            send(handler)

    with serving(respond) as server:
        fetched(fetch(server, tmp_path / "m.gguf"), tmp_path / "m.gguf")
    with (
        serving(lambda handler: handler.reply(404)) as server,
        pytest.raises(PullError, match="404"),
    ):
        fetch(server, tmp_path / "n.gguf")
    assert len(server.asked) == 1


def test_nobody_listens(tmp_path: Path) -> None:
    with serving(send) as server:
        pass
    with pytest.raises(PullError, match="nothing listens there"):
        fetch(server, tmp_path / "m.gguf")
