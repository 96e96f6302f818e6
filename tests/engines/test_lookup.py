"""Guessing what comes next: what stood behind the last tokens, and computing along it."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from assistant.engines import catalog, weights
from assistant.engines.llama.model import GUESSED_TOKENS, Cancellation, LanguageModel
from assistant.engines.lookup import Lookup

POEM = "The river Orla rises near Tamsel, turns north at Brede, and reaches the sea at Vardo."


def test_what_stood_behind_the_last_three_tokens_is_the_guess() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 1, 2])
    assert lookup.guess(4) == []
    lookup.add([3])
    assert lookup.guess(2) == [4, 5]
    assert lookup.guess(99) == [4, 5, 1, 2, 3]
    assert lookup.guess(-1) == []


def test_the_latest_place_counts() -> None:
    lookup = Lookup([1, 2, 3, 4, 1, 2, 3, 5])
    lookup.add([1, 2, 3])
    assert lookup.guess(1) == [5]


def test_a_text_too_short_to_recur_has_no_guess() -> None:
    assert Lookup([]).guess(3) == Lookup([7]).guess(3) == []


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return LanguageModel(weights.locate(catalog.llm().weights), Cancellation(), 512, None, 1)


class Batches:
    """Counts what is computed; `follow` writes given tokens and gives each one's logits before."""

    def __init__(self, model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self._model = model
        compute = model._compute

        def counted(tokens: Sequence[int], **options: bool) -> bool:
            self.sizes.append(len(tokens))
            return compute(tokens, **options)

        monkeypatch.setattr(model, "_compute", counted)

    def follow(self, prompt: Sequence[int], answer: Sequence[int]) -> Iterator[float]:
        """The log probability of each token of the answer, read and written as an answer is."""
        self._model.reuse([])
        self._model.reuse(prompt)
        list(self._model.read(prompt))
        self.sizes.clear()
        size = self._model.vocabulary.size
        for token in answer:
            row = self._model._lib.llama_get_logits_ith(self._model._ctx, self._model._row)
            logits = np.ctypeslib.as_array(row, shape=(size,)).astype(np.float64)
            yield float(logits[token] - np.logaddexp.reduce(logits))
            self._model.write([token])


def test_a_repeated_text_is_computed_in_fewer_batches_and_a_wrong_guess_is_taken_back(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = model.vocabulary.tokenize(f"{POEM}\n")
    answer = model.vocabulary.tokenize(POEM)
    batches = Batches(model, monkeypatch)
    list(batches.follow(prompt, answer))
    assert len(batches.sizes) <= 0.5 * len(answer)
    assert max(batches.sizes) == 1 + GUESSED_TOKENS
    (other,) = model.vocabulary.tokenize("q")
    answer = [other if place % 5 == 4 else token for place, token in enumerate(answer)]
    guessed = list(batches.follow(prompt, answer))
    assert sum(batches.sizes) > 1.3 * len(answer)
    monkeypatch.setattr(model, "_guesses", False)
    plain = list(batches.follow(prompt, answer))
    assert batches.sizes == [1] * len(answer)
    # Batches are rounded differently; tokens of a wrong guess left in memory move this by more.
    assert np.abs(np.subtract(guessed, plain)).max() < 0.5
