"""A program on a pseudo-terminal of its own, as a person starts it."""

import os
import select
import signal
import time
from collections.abc import Mapping, Sequence

from assistant.errors import AssistantError

_SIZE = (40, 120)
_PATIENCE_S = 60.0


def available() -> bool:
    """Tell whether this system has pseudo-terminals (Windows has none of this kind)."""
    try:
        import pty  # noqa: F401
        import termios  # noqa: F401
    except ImportError:
        return False
    return True


class Terminal:
    """Starts a program; `until` waits for what it writes."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.began = time.perf_counter()
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            try:
                size = struct.pack("HHHH", *_SIZE, 0, 0)
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.execve(command[0], list(command), {**environment, "TERM": "xterm-256color"})
            finally:
                os._exit(127)
        self._seen = b""

    def until(self, wanted: str, patience_s: float = _PATIENCE_S) -> float:
        """Milliseconds from the start until `wanted` has come; what came before is dropped.

        Raises AssistantError if it does not come.
        """
        end, mark = time.perf_counter() + patience_s, wanted.encode()
        while mark not in self._seen:
            if not self._read(end - time.perf_counter()):
                last = self._seen[-300:].decode("utf-8", "replace")
                raise AssistantError(
                    f"{wanted!r} did not come: {last!r}", "Run `assistant doctor`."
                )
        self._seen = self._seen.split(mark, 1)[1]
        return (time.perf_counter() - self.began) * 1000

    def quiet(self, seconds: float) -> None:
        """Let it run for so long and read what it writes."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0 and self._read(left):
            pass
        time.sleep(max(0.0, end - time.perf_counter()))

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def end(self) -> None:
        """End the program and wait until it is gone."""
        try:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        finally:
            os.close(self._terminal)

    def _read(self, patience_s: float) -> bool:
        """Take in what is there within the time; False if nothing came or all is over."""
        if not select.select([self._terminal], [], [], max(0.0, patience_s))[0]:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # Linux tells so that the program has ended
            return False
        self._seen += data
        return bool(data)
