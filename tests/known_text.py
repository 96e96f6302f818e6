"""How much of a known text was read."""

import re
from difflib import SequenceMatcher


def words(text: str) -> list[str]:
    """The words of a text, lower-cased."""
    return re.findall(r"\w+", text.lower())


def recovered(known: str, found: str) -> float:
    """The share of the known words that were found, in their order."""
    wanted, got = words(known), words(found)
    same = SequenceMatcher(None, wanted, got, autojunk=False).get_matching_blocks()
    return sum(block.size for block in same) / len(wanted)
