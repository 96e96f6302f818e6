"""Reading a pseudo-terminal in tests."""

import select


def readable(terminal: int, seconds: float) -> bool:
    """Whether there is something to read within `seconds`; for descriptors of any number."""
    waiting = select.poll()
    waiting.register(terminal, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))
