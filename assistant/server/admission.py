"""Who is let in: who holds the token, calls this machine by its own name, and is no web page.

A browser lets every page send requests to this machine. It says so in the headers `Origin` and
`Sec-Fetch-Site`, which no page can change; a name that was pointed here shows in `Host`. There are
no CORS headers: no page of any origin may read an answer.
"""

import hmac
import ipaddress
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assistant import offline, paths
from assistant.errors import AssistantError
from assistant.private_files import write_private

TOKEN_VARIABLE = "ASSISTANT_SERVE_TOKEN"
_TOKEN_FILE = "serve-token"
_LEAST_TOKEN_CHARS = 16
_MOST_TOKEN_BYTES = 4_096


@dataclass(frozen=True)
class Admission:
    """The token that everybody needs, and the address that is listened on."""

    token: str
    host: str

    def refusal(self, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status and reason why a request with these headers is refused; (0, "") if it is not."""
        if not self._is_own(_hostname(headers.get("host", ""))):
            return 403, "The server is not known by this name."
        site = headers.get("sec-fetch-site", "none")
        if "origin" in headers or site not in {"none", "same-origin"}:
            return 403, "Web pages are not answered."
        scheme, _, given = headers.get("authorization", "").partition(" ")
        known = self.token.encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), known):
            return 401, "The token is missing or wrong."
        return 0, ""

    def _is_own(self, name: str) -> bool:
        """Tell whether a name is one of this machine's; beyond loopback addresses are, too."""
        if not name:
            return False
        if offline.is_local(name) or offline.is_local(self.host):
            return offline.is_local(name)
        return name in {self.host.lower(), socket.gethostname().lower()} or _is_address(name)


def is_known_host(header: str) -> bool:
    """Tell whether a Host header names this machine as loopback; a name pointed here does not."""
    name = _hostname(header)
    return bool(name) and offline.is_local(name)


def kept_token() -> tuple[str, Path | None]:
    """The token of the environment, or else that of the owner's file, made if there is none.

    Returns the file, too, where it is from there. Raises AssistantError for a token that can be
    guessed, or that others can read.
    """
    given = os.environ.get(TOKEN_VARIABLE, "")
    if given:
        _check(given, TOKEN_VARIABLE)
        return given, None
    file = paths.home() / _TOKEN_FILE
    try:
        if not file.exists():
            write_private(file, secrets.token_urlsafe(32).encode())
        with file.open("rb") as opened:
            if sys.platform != "win32" and os.fstat(opened.fileno()).st_mode & 0o077:
                raise AssistantError(
                    f"Others can read the token in {file}.",
                    "Remove the file; the next start makes a new token.",
                )
            token = opened.read(_MOST_TOKEN_BYTES).decode("utf-8", "replace").strip()
    except OSError as error:
        raise AssistantError(
            f"The token in {file} cannot be kept: {error.strerror}.",
            f"Check the permissions, or put a token into {TOKEN_VARIABLE}.",
        ) from error
    _check(token, str(file))
    return token, file


def _check(token: str, where: str) -> None:
    if len(token) < _LEAST_TOKEN_CHARS or not all("!" <= c <= "~" for c in token):
        raise AssistantError(
            f"The token in {where} can be guessed, or cannot be sent.",
            f"A token has at least {_LEAST_TOKEN_CHARS} letters, digits or marks.",
        )


def _hostname(host: str) -> str:
    """The name in a Host header, without its port; "" where it is no such header."""
    try:
        parts = urlsplit(f"//{host}")
        return "" if parts.netloc != host or "@" in host else (parts.hostname or "").lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
