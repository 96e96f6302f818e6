"""Nothing leaves: connections that nobody asked for are refused before they are made.

An audit hook (PEP 578) sees every connection and every look-up of a name that Python code makes
in this process, whichever library makes it. Loopback is always open, other addresses only once
`allow` has named them. Native code is beyond it; what the native libraries do is held by tests that
run without any network.
"""

import ipaddress
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import OfflineError

_REMEDY = (
    "Only what you pull, pages that you add and the addresses in `assistant config` may be reached."
)
_LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma, posthog
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "OTEL_SDK_DISABLED": "true",
    "ORT_DISABLE_TELEMETRY": "1",
}

# Hosts and ports, with the number of those who have asked for them.
_allowed: Counter[tuple[str, int]] = Counter()
_state = {"guarded": False, "refused": 0}


def without_telemetry() -> None:
    """Turn the telemetry of all libraries off; to be called before they are imported."""
    os.environ.update(_QUIET)


def guard() -> None:
    """Refuse connections from now on, for the life of this process; turn telemetry off.

    For programs of our own only: a program that imports the assistant keeps its network.
    """
    without_telemetry()
    if not _state["guarded"]:
        _state["guarded"] = True
        sys.addaudithook(_hook)


def is_guarded() -> bool:
    """Tell whether connections are refused."""
    return bool(_state["guarded"])


def allow(url: str) -> None:
    """Let the host and port of a URL be reached: the person has set it, or asked for it now."""
    if place := _place(url):
        _allowed[place] += 1


@contextmanager
def permission() -> Iterator[Callable[[str], None]]:
    """A function that works as `allow` does, until the context ends.

    For a chat, which lives on after the download for which the hub could be reached.
    """
    granted: list[tuple[str, int]] = []

    def grant(url: str) -> None:
        if place := _place(url):
            granted.append(place)
            _allowed[place] += 1

    try:
        yield grant
    finally:
        _allowed.subtract(granted)
        for place in granted:
            if _allowed[place] <= 0:
                del _allowed[place]


def _place(url: str) -> tuple[str, int] | None:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return (parts.hostname.lower(), port) if parts.hostname else None


def is_local(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    if host.lower() in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for every import, file and more: the first comparison must settle nearly all.
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        sock, address = arguments[0], arguments[1]
        if isinstance(address, tuple) and sock.family in {socket.AF_INET, socket.AF_INET6}:
            _check_address(str(address[0]), int(address[1]))
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        host = arguments[0]
        _check_name(host.decode("ascii", "replace") if isinstance(host, bytes) else host)


def _check_name(host: str | None) -> None:
    if host is None or is_local(host) or any(host.lower() == name for name, _ in tuple(_allowed)):
        return
    try:
        ipaddress.ip_address(host)
    except ValueError:
        _refuse(host)


def _check_address(host: str, port: int) -> None:
    if is_local(host) or (host.lower(), port) in _allowed:
        return
    for name, open_port in tuple(_allowed):
        if port == open_port and host in _addresses(name, port):
            return
    _refuse(f"{host}, port {port}")


def _addresses(name: str, port: int) -> set[str]:
    try:
        return {str(info[4][0]) for info in socket.getaddrinfo(name, port)}
    except OSError:
        return set()


def _refuse(where: str) -> None:
    _state["refused"] += 1
    from assistant import logs

    logs.logger(__name__).warning("refused a connection to %s", where)
    raise OfflineError(f"A connection to {where} was refused: nothing leaves here.", _REMEDY)
