"""Which text leaves the child: whole characters, no stop strings, each with its own logprob."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.engines.llama.tokens import TextGate


def through(gate: TextGate, pieces: list[bytes]) -> list[tuple[str, float]]:
    """What leaves the gate for tokens whose log probabilities are 0, -1, -2, …"""
    released: list[tuple[str, float]] = []
    for number, piece in enumerate(pieces):
        released += gate.push(piece, -float(number))
        if gate.stopped:
            return released
    return released + gate.flush()


def text_of(tokens: list[tuple[str, float]]) -> str:
    return "".join(text for text, _ in tokens)


@given(text=st.text(), cuts=st.lists(st.integers(0, 80)))
def test_bytes_cut_anywhere_are_the_same_text(text: str, cuts: list[int]) -> None:
    raw = text.encode("utf-8", "replace")
    edges = sorted({0, len(raw), *(min(cut, len(raw)) for cut in cuts)})
    pieces = [raw[a:b] for a, b in pairwise(edges)]
    tokens = through(TextGate(), pieces)
    assert text_of(tokens) == raw.decode()
    assert [logprob for _, logprob in tokens] == [-float(n) for n in range(len(pieces))]


@given(
    pieces=st.lists(st.text(alphabet="ab.", max_size=3)),
    stop=st.text(alphabet="ab.", min_size=1, max_size=4),
)
def test_a_stop_string_and_what_follows_never_leave(pieces: list[str], stop: str) -> None:
    gate = TextGate([stop])
    tokens = through(gate, [piece.encode() for piece in pieces])
    whole = "".join(pieces)
    assert text_of(tokens) == whole.partition(stop)[0]
    assert gate.stopped == (stop in whole)


def test_text_is_held_back_only_while_it_may_become_a_stop_string() -> None:
    gate = TextGate(["\n\n"])
    assert gate.push(b"One.", -0.1) == [("One.", -0.1)]
    assert gate.push(b"\n", -0.2) == []
    assert gate.push(b"Two", -0.3) == [("\n", -0.2), ("Two", -0.3)]


def test_half_a_character_waits_for_its_other_half() -> None:
    gate = TextGate()
    assert gate.push("é".encode()[:1], -1.0) == [("", -1.0)]
    assert gate.push("é".encode()[1:], -2.0) == [("é", -2.0)]
    assert gate.push("é".encode()[:1], -3.0) == [("", -3.0)]
    assert gate.flush() == []
