"""Ends the chat when its terminal is gone and no signal has told so.

A terminal that closes sends SIGHUP to the programs that it controls. One that was started without
being controlled (a container's, a multiplexer's) only finds the end of its input, which Textual
reads again and again at the cost of a core.
"""

import os
import select
import threading
from contextlib import suppress

_HUNG_UP = 129  # 128 + SIGHUP, as a shell says it


def end_with_terminal(terminal: int) -> None:
    """From now on the process ends when `terminal`, a file descriptor, has hung up.

    What is saved is whole at any moment; the model's process ends with this one.
    """
    if not hasattr(select, "poll"):  # Windows
        return
    watching = threading.Thread(target=_watch, args=(terminal,), name="hangup", daemon=True)
    watching.start()


def _watch(terminal: int) -> None:
    poll = select.poll()
    # No event is asked for, so that it sleeps until there is one that cannot be left out.
    poll.register(terminal, 0)
    with suppress(OSError):
        for _, event in poll.poll():
            if event & select.POLLHUP:
                os._exit(_HUNG_UP)
