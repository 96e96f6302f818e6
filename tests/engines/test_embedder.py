"""Vectors: those of the full-precision model, whatever they are batched with."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engines.embedder import OnnxEmbedder, length_batches

REFERENCE = json.loads(
    (Path(__file__).parent / "reference_vectors.json").read_text(encoding="utf-8")
)["texts"]


@pytest.mark.parametrize("known", REFERENCE, ids=lambda known: known["text"][:20])
def test_vectors_are_those_of_the_model_in_full_precision(
    embedder: OnnxEmbedder, known: dict[str, object]
) -> None:
    vector = embedder.embed([str(known["text"])])[0]
    # int8 against float32: the quantisation costs about a hundredth.
    assert float(vector @ np.array(known["vector"])) > 0.98
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_token_vectors_belong_to_their_tokens(embedder: OnnxEmbedder) -> None:
    found = embedder.embed_tokens([str(known["text"]) for known in REFERENCE])
    for known, (tokens, vectors, whole) in zip(REFERENCE, found, strict=True):
        assert tokens == known["tokens"]
        assert vectors.shape == (len(tokens), embedder.dimension)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert float(whole @ np.array(known["vector"])) > 0.98


def test_neighbours_in_a_batch_hardly_matter(embedder: OnnxEmbedder) -> None:
    texts = [
        "A short text.",
        "Another short text.",
        "word " * 150,
        "One more of about this length, I think.",
        "",
    ]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.99
    assert np.array_equal(together, embedder.embed(texts))


def test_a_sentence_that_was_just_looked_at_is_not_computed_again(
    embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["The mill burned down.", "Nobody lived there.", "The mill burned down."]
    embedder.forget()
    first = embedder.embed_tokens(texts)
    computed: list[str] = []
    compute = embedder._token_vectors
    monkeypatch.setattr(
        embedder, "_token_vectors", lambda new, prefix: computed.extend(new) or compute(new, prefix)
    )
    again = embedder.embed_tokens([*texts, "It stood by the river."])
    assert computed == ["It stood by the river."]
    for (_, tokens, own), (_, tokens_again, own_again) in zip(first, again, strict=False):
        assert np.array_equal(tokens, tokens_again)
        assert np.array_equal(own, own_again)
    # Vectors are the same whatever else was asked for: alone, and among others.
    embedder.forget()
    assert np.array_equal(embedder.embed_tokens(texts[1:2])[0][2], first[1][2])


def test_of_the_latest_sentences_so_many_are_kept(
    embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.engines.embedder._KEPT_TOKENS", 40)
    embedder.forget()
    texts = [f"Here is number {number} of the sentences." for number in range(9)]
    for text in texts:
        embedder.embed_tokens([text])
    kept = embedder._recent._kept
    assert sum(len(tokens) for tokens, _, _ in kept.values()) <= 40
    assert list(kept) == texts[-len(kept) :]


def test_order_and_progress(embedder: OnnxEmbedder) -> None:
    seen: list[int] = []
    texts = [f"Text number {n} " + "x " * (n % 7) for n in range(30)]
    vectors = embedder.embed(texts, seen.append)
    assert vectors.shape == (30, embedder.dimension)
    assert seen == sorted(seen)
    assert seen[-1] == 30
    assert float(vectors[17] @ embedder.embed([texts[17]])[0]) > 0.99
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_near_in_meaning_is_near_in_space(embedder: OnnxEmbedder) -> None:
    army, force, cake = embedder.embed(
        ["The army marched on the city.", "Troops advanced on the town.", "She baked a cake."]
    )
    assert army @ force > army @ cake + 0.2


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text_has_a_unit_vector(embedder: OnnxEmbedder, texts: list[str]) -> None:
    assert np.allclose(np.linalg.norm(embedder.embed(texts), axis=1), 1, atol=1e-4)


@given(st.lists(st.integers(2, 300), max_size=60))
def test_batches_hold_every_text_once_and_pad_next_to_nothing(lengths: list[int]) -> None:
    batches = length_batches(lengths)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        shortest, longest = min(lengths[i] for i in batch), max(lengths[i] for i in batch)
        assert longest <= shortest * 1.1
