"""Fetching a model by name or URL: from the hub or its mirrors, checked, with its licence noted."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout

from assistant.engines import catalog, gguf, records, weights
from assistant.engines.download import (
    DownloadEvent,
    Fetched,
    Retrying,
    Wanted,
    download,
    part_of,
)
from assistant.engines.models import is_url, own_folder
from assistant.errors import PullError, WeightsError
from assistant.settings import Settings

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,200}\.gguf")
_HUB_PATH = re.compile(r"[\w.-]+/[\w.-]+/[\w./-]+\.gguf")


@dataclass(frozen=True)
class Source:
    """A name's meaning: the addresses to try in turn, and what is known of the file."""

    urls: tuple[str, ...]
    file_name: str
    sha256: str
    bytes: int
    licence: str


@dataclass(frozen=True)
class Pulled:
    """The model is there. `licence` is "" where neither catalogue nor file names one."""

    path: Path
    sha256: str
    bytes: int
    licence: str
    checked: bool


def source(wanted: str, settings: Settings, sha256: str = "") -> Source:
    """The file to fetch for a name of the catalogue, owner/repository/file.gguf, or a URL.

    `sha256` is what the person says it must be. Raises PullError.
    """
    sha256 = sha256.strip().lower()
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise PullError("A sha256 has 64 hexadecimal digits.", "Check what you gave.")
    if is_url(wanted):
        name = unquote(urlsplit(wanted).path.rpartition("/")[2])
        return Source((wanted,), _plain_name(name), sha256, 0, "")
    if _HUB_PATH.fullmatch(wanted) and ".." not in wanted:
        name = wanted.rpartition("/")[2]
        return Source(_on_hubs(wanted, settings), _plain_name(name), sha256, 0, "")
    try:
        entry = catalog.llm(wanted)
    except WeightsError as error:
        raise PullError(error.message, f"{error.remedy} Or give a URL.") from None
    assert entry.weights is not None
    if not entry.hub_file:
        raise PullError(f"{wanted} comes with the installation.", "There is nothing to pull.")
    known = entry.weights
    if sha256 and sha256 != known.sha256:
        raise PullError(f"The catalogue has another sha256 for {wanted}: {known.sha256}.")
    urls = _on_hubs(entry.hub_file, settings)
    return Source(urls, known.file, known.sha256, known.bytes, entry.licence)


def fetched_bytes(what: Source) -> int:
    """Bytes of a model that an earlier pull has left, to go on from; 0 for none."""
    try:
        return part_of(own_folder() / what.file_name).stat().st_size
    except OSError:
        return 0


def pull(what: Source, settings: Settings) -> Generator[DownloadEvent | Pulled, None, None]:
    """Fetch a model into the person's folder; the last event is Pulled. Raises PullError.

    Closing the iterator pauses: the next pull goes on from there.
    """
    target = own_folder() / what.file_name
    # Two writers of one part would mix their bytes.
    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with lock.acquire(blocking=False):
            yield from _pull(what, target, settings)
    except Timeout:
        raise PullError(
            f"{what.file_name} is being fetched by another process.", "Wait until that is done."
        ) from None
    except OSError as error:
        raise PullError(
            f"The model cannot be written: {error.strerror or error}.", "Check the disk."
        ) from error


def _pull(what: Source, target: Path, settings: Settings) -> Iterator[DownloadEvent | Pulled]:
    if target.exists() and what.sha256 and weights.sha256(target) == what.sha256:
        yield _pulled(target, what, Fetched(target, what.sha256, target.stat().st_size, True))
        return
    for number, url in enumerate(what.urls, start=1):
        try:
            yield from _from_one(Wanted(url, what.sha256, what.bytes), target, what, settings)
            return
        except PullError as error:
            if number == len(what.urls):
                raise
            yield Retrying(f"{error.message} The next mirror is asked", 0)


def _from_one(
    wanted: Wanted, target: Path, what: Source, settings: Settings
) -> Iterator[DownloadEvent | Pulled]:
    for event in download(wanted, target, timeout_s=settings.pull_timeout_s):
        if isinstance(event, Fetched):
            yield _pulled(target, what, event)
        else:
            yield event


def _pulled(target: Path, what: Source, fetched: Fetched) -> Pulled:
    """Look at what came: it must be a model. Raises PullError, and leaves no file then."""
    try:
        info = gguf.read(target)
    except WeightsError as error:
        target.unlink()
        raise PullError(
            f"What came is no model: {error.message}", "It was removed. Check the address."
        ) from None
    licence = what.licence or info.licence
    now = datetime.now(UTC).isoformat(timespec="seconds")
    records.remember_pulled(
        target.name,
        records.Pulled(
            _without_query(what.urls[0]),
            fetched.sha256,
            fetched.bytes,
            licence,
            now,
            fetched.checked,
        ),
    )
    return Pulled(target, fetched.sha256, fetched.bytes, licence, fetched.checked)


def _on_hubs(path: str, settings: Settings) -> tuple[str, ...]:
    owner, repository, file = path.split("/", 2)
    hubs = (settings.pull_hub, *settings.pull_mirrors)
    return tuple(f"{hub.rstrip('/')}/{owner}/{repository}/resolve/main/{file}" for hub in hubs)


def _plain_name(name: str) -> str:
    """The name of the file to be: the address may not say where on the disk it goes."""
    if not _FILE_NAME.fullmatch(name):
        raise PullError(
            f"{name!r} is not the name of a GGUF file.", "The URL must end in NAME.gguf."
        )
    return name


def _without_query(url: str) -> str:
    """The address without what may be a secret in it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"
