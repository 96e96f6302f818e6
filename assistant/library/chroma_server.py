"""Vectors on a Chroma server, for libraries that outgrow one machine (`store.url`)."""

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import urlopen

from assistant.errors import SettingsError
from assistant.library.chroma import (
    COLLECTION,
    LOCAL_FOLDER,
    NAME_FILE,
    ChromaStore,
    LocalChromaStore,
    shortened,
)
from assistant.library.chroma_settings import chroma
from assistant.library.ports import VectorsUnavailable, VectorsUnreachable
from assistant.private_files import write_private

_CONNECT_S = 3.0
# Adding a full batch to a large index takes seconds on a busy server.
_ANSWER_S = 60.0


class RemoteChromaStore(ChromaStore):
    """One collection of a Chroma server, named after the library in `folder`.

    Looking never writes to the server. Raises SettingsError for a URL that is none, and
    VectorsUnreachable from all methods that ask the server while it cannot be reached.
    """

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__()
        self.url = url.rstrip("/")
        self._parts = _checked(self.url)
        self._folder = folder

    @property
    def place(self) -> str:
        return self.url

    @property
    def collection_name(self) -> str:
        """The collection's name, of the library's and of what tells it from its namesakes."""
        file = self._folder / NAME_FILE
        try:
            return file.read_text(encoding="ascii")
        except FileNotFoundError:
            readable = re.sub(r"[^a-z0-9]+", "-", self._folder.name.lower()).strip("-")[:40]
            name = f"{readable or 'library'}-{secrets.token_hex(4)}"
            write_private(file, name.encode("ascii"))
            return name

    def earlier(self) -> LocalChromaStore:
        """The library's own folder."""
        return LocalChromaStore(self._folder / LOCAL_FOLDER)

    def forget_earlier(self) -> None:
        """Delete the vectors in the library's own folder."""
        shutil.rmtree(self._folder / LOCAL_FOLDER, ignore_errors=True)

    def is_lost(self) -> bool:
        """Never told without the server, and opening a library does not wait for one."""
        return False

    def quick_count(self) -> None:
        """Not without asking the server."""

    def reset(self) -> None:
        """Delete the collection and begin an empty one. Raises VectorsUnavailable."""
        self.delete()
        self._opened(create=True)

    def delete(self) -> None:
        """Delete the collection, if there is one. Raises VectorsUnavailable."""
        from chromadb.errors import NotFoundError

        with self._lock, self.explained():
            self._collection = None
            try:
                self._reached().delete_collection(self.collection_name)
            except NotFoundError:
                return

    def _connected(self, *, create: bool) -> Any:
        from chromadb.errors import NotFoundError

        client = self._reached()
        if create:
            return client.get_or_create_collection(self.collection_name, **COLLECTION)
        try:
            return client.get_collection(self.collection_name, embedding_function=None)
        except NotFoundError:
            return None

    def nothing_there(self) -> VectorsUnavailable:
        """The library was filled elsewhere, or somebody deleted its collection."""
        return VectorsUnavailable(
            f"The vector server at {self.url} holds nothing of this library.",
            "`assistant sync` fills it; until then answers come from the word index alone.",
        )

    def _reached(self) -> Any:
        """The client, after a heartbeat: Chroma's own first request would wait for ever."""
        self._heartbeat()
        if self._client is not None:
            return self._client
        import httpx

        chromadb, settings = chroma()
        secure = self._parts.scheme == "https"
        client = chromadb.HttpClient(
            host=self._parts.hostname or "",
            port=self._parts.port or (443 if secure else 80),
            ssl=secure,
            settings=settings,
        )
        server: Any = client._server
        server._session.timeout = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
        self._client = client
        return client

    def _heartbeat(self) -> None:
        try:
            with urlopen(f"{self.url}/api/v2/heartbeat", timeout=_CONNECT_S) as reply:
                alive = "nanosecond heartbeat" in json.loads(reply.read(1_000))
        except (HTTPError, ValueError):  # something else answers there
            alive = False
        except OSError as error:
            raise self._unreachable() from error
        if not alive:
            raise VectorsUnreachable(
                f"What answers at {self.url} is no Chroma server.",
                "Correct `store.url`; until then answers come from the word index alone.",
            )

    def _unreachable(self) -> VectorsUnreachable:
        return VectorsUnreachable(
            f"The vector server at {self.url} cannot be reached.",
            "Start it, or unset `store.url`; until then answers come from the word index alone.",
        )

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Chroma's errors as VectorsUnavailable, the network's as VectorsUnreachable."""
        import httpx

        try:
            yield
        except VectorsUnavailable:
            raise
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            raise self._unreachable() from error
        except Exception as error:
            from chromadb.errors import InternalError, NotFoundError

            if isinstance(error, NotFoundError):  # deleted by somebody else meanwhile
                self._collection = None
            kind = VectorsUnreachable if isinstance(error, InternalError) else VectorsUnavailable
            raise kind(
                f"The vector server at {self.url} refused: {shortened(error)}.",
                "Answers come from the word index alone until it does not.",
            ) from error


def _checked(url: str) -> SplitResult:
    """The parts of a server's URL; Chroma's client knows no path in front of its own."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right or parts.path or parts.query or parts.username:
        raise SettingsError(
            f"{url!r} is no URL of a Chroma server.", "Give one such as http://127.0.0.1:8000."
        )
    return parts
