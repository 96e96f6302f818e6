"""Which articles no training sees, so that figures on them mean something."""

import hashlib


def held_out(title: str) -> bool:
    """Whether the article `title` is kept from all training: one in six, by its name alone."""
    return int(hashlib.sha256(title.encode()).hexdigest(), 16) % 6 == 0
