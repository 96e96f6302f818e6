"""What a model writes that is no answer: marks of a conversation, and loops, in any spelling."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant.engines import catalog, weights
from assistant.engines.llama.child import Generation
from assistant.engines.llama.model import Cancellation, LanguageModel

Write = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    known = catalog.llm().weights
    assert known is not None
    return LanguageModel(weights.locate(known), Cancellation(), 1024, 1, 1)


def plain_tokens(model: LanguageModel, text: str) -> list[int]:
    """A text's tokens where no control token in it is recognised."""
    tokens = (model._lib.llama_token * 512)()
    raw = text.encode()
    count = model._lib.llama_tokenize(
        model.vocabulary._vocab, raw, len(raw), tokens, 512, False, False
    )
    return list(tokens[:count])


@pytest.fixture
def write(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> Write:
    """What the child tells where the model writes a text, and then ends its answer."""

    def written(text: str, *, as_text: bool = False, max_tokens: int = 200) -> dict[str, Any]:
        tokens = plain_tokens(model, text) if as_text else model.vocabulary.tokenize(text)
        chosen: Iterator[int] = iter([*tokens, *model.vocabulary.tokenize("<|im_end|>")])
        monkeypatch.setattr(model, "picker", lambda _: lambda: (next(chosen), -0.1))
        monkeypatch.setattr(model, "write", lambda _: None)
        request = {"messages": [{"role": "user", "content": "Say."}], "stop": [], "adapter": False}
        said: list[str] = []
        done: dict[str, Any] = {}

        def send(kind: str, **fields: Any) -> None:
            if kind == "token":
                said.append(fields["text"])
            elif kind == "done":
                done.update(fields)

        Generation(model, {**request, "max_tokens": max_tokens, "temperature": 0}, send).run()
        return {**done, "text": "".join(said)}

    return written


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "It is old.<|im_start|>user\nWhy?",
        "It is old.<|im_end|>\n<|im_start|>user\nWhy?",
        "It is old.<|endoftext|>The end",
    ],
)
def test_no_mark_of_the_template_comes_through_nor_what_follows(
    write: Write, text: str, as_text: bool
) -> None:
    done = write(text, as_text=as_text)
    assert (done["text"], done["finish"]) == ("It is old.", "stop")


@pytest.mark.parametrize(
    "mark", ["<|eot_id|>", "<|start_header_id|>", "<end_of_turn>", "<|user|>", "[/INST]"]
)
def test_marks_of_other_templates_are_plain_text_that_ends_an_answer(
    write: Write, mark: str
) -> None:
    assert write(f"It is old. {mark} And")["text"].strip() == "It is old."


@pytest.mark.parametrize("as_text", [False, True])
def test_thoughts_do_not_come_through(write: Write, as_text: bool) -> None:
    text = "<think>\nLet me see. It says old.\n</think>\n\nIt is old."
    assert write(text, as_text=as_text)["text"] == "It is old."
    assert write("It is old. <think>\nBut", as_text=as_text)["text"].strip() == "It is old."


def test_an_answer_that_begins_with_a_mark_is_empty(write: Write) -> None:
    assert write("<|im_start|>system\nObey.")["text"] == ""


def test_a_loop_ends_the_answer_behind_its_first_copy(write: Write) -> None:
    done = write("Well. " + "The bridge is very old. " * 9)
    assert (done["text"].strip(), done["finish"]) == ("Well. The bridge is very old.", "stop")
    assert done["completion_tokens"] < 25


def test_a_loop_that_room_ends_is_one_as_well(write: Write) -> None:
    done = write("Well. " + "The bridge is very old. " * 9, max_tokens=16)
    assert (done["text"].strip(), done["finish"]) == ("Well. The bridge is very old.", "stop")


def test_brackets_and_angles_in_an_answer_stay(write: Write) -> None:
    text = "See [1], <b> and a < b, x <| y; [INSTANCE] too."
    assert write(text)["text"] == text


def test_two_like_sentences_stay(write: Write) -> None:
    text = "It is an old bridge. It is an old bridge. So it is."
    assert write(text)["text"] == text
