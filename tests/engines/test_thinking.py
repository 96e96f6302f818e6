"""What a model thinks to itself never reaches the answer, however its text is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engines.thinking import ThoughtFilter, opened_by, without_thoughts

HIDDEN = [
    ("<think>\nIt says 1896.\n</think>\n\nIn 1896.", "In 1896."),
    ("<think>\n\n</think>\n\nIn 1896.", "In 1896."),
    ("[THINK]well[/THINK]In 1896.", "In 1896."),
    ("<seed:think>well</seed:think>\nIn 1896.", "In 1896."),
    (
        "<|channel|>analysis<|message|>1896 it is.<|start|>assistant<|channel|>final<|message|>In 1896.",
        "In 1896.",
    ),
    ("<think>never ends", ""),
    ("It was < 1896 and > 1890.", "It was < 1896 and > 1890."),
    ("  In 1896.", "  In 1896."),
    ("In <b>1896</b>.", "In <b>1896</b>."),
    ("<think>a</think>In <think>b</think>1896.", "In 1896."),
]


@pytest.mark.parametrize(("text", "said"), HIDDEN)
def test_thoughts_are_left_out(text: str, said: str) -> None:
    assert without_thoughts(text) == said


@given(st.sampled_from(HIDDEN), st.lists(st.integers(1, 7), min_size=1))
def test_however_it_is_cut_into_pieces(case: tuple[str, str], sizes: list[int]) -> None:
    text, said = case
    thoughts, shown, at, turn = ThoughtFilter(), "", 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        shown += "".join(t for t, _ in thoughts.push(text[at : at + size], -0.5))
        assert said.startswith(shown)
        at, turn = at + size, turn + 1
    assert shown + "".join(t for t, _ in thoughts.flush()) == said


def test_text_comes_as_soon_as_it_cannot_be_a_mark() -> None:
    thoughts = ThoughtFilter()
    assert thoughts.push("In ", -0.1) == [("In ", -0.1)]
    assert thoughts.push("<th", -0.2) == []
    assert thoughts.push("e", -0.3) == [("<th", -0.2), ("e", -0.3)]


def test_a_thought_that_the_prompt_opened() -> None:
    assert opened_by("<|im_start|>assistant\n<think>\n") == "</think>"
    assert opened_by("<think>\n\n</think>\n\n") == ""
    thoughts = ThoughtFilter("<think>\n")
    said = [*thoughts.push("well</think>\n\nIn 1896.", 0.0), *thoughts.flush()]
    assert "".join(t for t, _ in said) == "In 1896."


def test_a_thought_that_nothing_seen_had_opened_is_told() -> None:
    thoughts = ThoughtFilter()
    thoughts.push("well, well", 0.0)
    thoughts.push("</think>In 1896.", 0.0)
    assert thoughts.closed_unopened
