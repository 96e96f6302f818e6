"""A turn of a conversation, as the questions after it lean on it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """An earlier question, as it was understood, and its answer (empty where it had none).

    Nothing leans on a turn whose question is empty. `found` are the words of the answer that
    answer, where a reader marked them; `quote` is what they stand in, `sources` the documents that
    it cites.
    """

    question: str
    answer: str = ""
    found: str = ""
    sources: tuple[str, ...] = ()
    quote: str = ""
