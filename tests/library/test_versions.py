"""Versions and near-duplicates of documents are told by their text, and the newest is preferred."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant
from assistant.language.words import words
from assistant.library.similarity import ALIKE, KEPT, RUN, keys, similarity, sketch
from assistant.library.versions import alike_pairs, oldest_first

VOCABULARY = [f"{a}{b}{c}" for a in "bdfglmnprst" for b in "aeiou" for c in "klmnrst"]


def text_of(number: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(VOCABULARY) for _ in range(number)]


def edited(said: list[str], share: float, seed: int) -> list[str]:
    """The text with a share of its words changed, each to another."""
    chance = random.Random(seed)
    return [f"{w}x" if chance.random() < share else w for w in said]


def true_similarity(one: str, other: str) -> float:
    runs = []
    for text in (one, other):
        said = [w.text for w in words(text)]
        runs.append({tuple(said[i : i + RUN]) for i in range(len(said) - RUN + 1)})
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def test_the_estimate_is_near_the_truth_and_exact_for_short_texts() -> None:
    errors = []
    for seed in range(60):
        length = (120, 600, 4_000)[seed % 3]
        said = text_of(length, seed)
        one, other = " ".join(said), " ".join(edited(said, (0.0, 0.02, 0.05, 0.2)[seed % 4], seed))
        truth = true_similarity(one, other)
        estimate = similarity(sketch(one), sketch(other))
        if 2 * length < KEPT:
            assert estimate == pytest.approx(truth)
        errors.append(abs(truth - estimate))
    print(f"largest error of {len(errors)} pairs: {max(errors):.3f}")
    assert max(errors) < 0.1  # three standard errors of 256 hashes


def test_pairs_with_few_changes_are_alike_and_others_are_not() -> None:
    """200 pairs: 2 % of the words changed are a version; a half changed, or another text, is not."""
    found = {"version": 0, "half": 0, "other": 0}
    for seed in range(200):
        said = text_of(400, seed)
        mine = sketch(" ".join(said))
        pairs = {
            "version": edited(said, 0.02, seed),
            "half": edited(said, 0.5, seed),
            "other": text_of(400, seed + 1_000),
        }
        for name, changed in pairs.items():
            other = sketch(" ".join(changed))
            found[name] += similarity(mine, other) >= ALIKE and bool({*keys(mine)} & {*keys(other)})
    print(found)
    assert found == {"version": 200, "half": 0, "other": 0}


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from("abcdef"), max_size=40), st.lists(st.sampled_from("abc"), max_size=9)
)
def test_similarity_is_a_share_and_goes_both_ways(one: list[str], other: list[str]) -> None:
    a, b = sketch(" ".join(one)), sketch(" ".join(other))
    assert 0 <= similarity(a, b) == similarity(b, a) <= 1
    assert similarity(a, a) == (1.0 if a else 0.0)


LEASE = (
    "The lease of the boathouse is between the harbour and the rowing club. It begins on the first "
    "of May and ends after three years. The rent is {rent} crowns a year and is due in spring. The "
    "club keeps the roof and the slip in good order, and the harbour keeps the quay. Keys are with "
    "the harbour master. Either side may end the lease in writing with notice of {notice} months. "
    "Boats of others may be kept only if the harbour agrees. The club pays for water and light. "
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("alike")
    files = {
        "boathouse.txt": "date: 2022-03-01\n\n" + LEASE.format(rent="900", notice="three"),
        "agreement signed by both.txt": "date: 2024-03-01\n\n"
        + LEASE.format(rent="1240", notice="three"),
        "garden.txt": "The hedge is cut twice a year. Tomatoes are planted in May by Anna.",
    }
    for name, text in files.items():
        (home / name).write_text(text, encoding="utf-8")
    with Assistant(model="none", folder=home / "library") as made:
        list(made.library.add([str(home)]))
        yield made


def test_alike_documents_are_listed_the_newer_first(assistant: Assistant) -> None:
    ((newer, older, score),) = alike_pairs(assistant.library.document_store)
    assert [Path(p).name for p in (newer, older)] == [
        "agreement signed by both.txt",
        "boathouse.txt",
    ]
    assert ALIKE <= score < 1
    assert oldest_first(assistant.library.document_store, [newer, older]) == [older, newer]


def test_the_newest_leads_though_their_names_differ(assistant: Assistant) -> None:
    answer = assistant.answerer().complete("How much is the rent a year?")
    assert answer.kind == "version"
    assert "1240" in answer.statements[0].text
    assert "older, in boathouse.txt" in answer.text


def test_where_both_say_the_same_the_newest_is_quoted_and_the_other_named(
    assistant: Assistant,
) -> None:
    answerer: Answerer = assistant.answerer()
    answer = answerer.complete("Who has the keys?")
    assert {Path(c.source).name for c in answer.citations} == {"agreement signed by both.txt"}
    assert answer.notices == ("Nearly the same text is in boathouse.txt.",)
