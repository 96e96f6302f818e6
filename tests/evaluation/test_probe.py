"""Questions made from a library itself, and the cautious estimate that they allow."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evaluation import probe
from assistant.evaluation.probe import (
    confidences,
    estimate,
    other_questions,
    own_questions,
    refused,
)
from assistant.evaluation.template import Sentences
from assistant.language.words import terms
from assistant.library.library import Library
from assistant.retrieval.reranker import shipped_models

TEXTS = (
    "The Oberbaum Bridge was built in 1896 by the engineer Otto Stahn in Berlin.",
    "It crosses the river Spree between two districts of the city.",
    "About 60 trains cross the upper deck of the bridge on every working day.",
)
ODDS = st.lists(st.floats(-9, 9), min_size=1, max_size=60)


def test_a_question_is_made_of_a_sentence_and_does_not_give_its_answer_away() -> None:
    made = own_questions([Sentences("/bridge.txt", TEXTS)], 5)
    assert made
    for one in made:
        assert one.question.endswith("?")
        assert any(one.answer in text for text in TEXTS)
        assert not set(terms(one.answer)) <= set(terms(one.question))
    assert made == own_questions([Sentences("/bridge.txt", TEXTS)], 5)


def test_questions_on_other_subjects_leave_out_what_a_passage_may_answer(
    library: Library, tmp_path: object
) -> None:
    every = other_questions(library)
    assert len(every) == probe.OTHER
    path = library.folder.parent / "mercury.txt"
    path.write_text("Mercury boils; its boiling point is 357 degrees.\n")
    list(library.add([str(path)]))
    left = {probe.question for probe in other_questions(library)}
    assert {p.question for p in every} - left == {"What is the boiling point of mercury?"}
    assert len(left) == probe.OTHER


def test_the_library_s_own_questions_are_surer_than_those_on_other_subjects(
    seed_library: Library,
) -> None:
    text = seed_library.document_store.text(seed_library.sources()[0].source)
    made = own_questions([Sentences("/x", tuple(text.splitlines()))], 5)
    probes = [*made, *other_questions(seed_library)[:5]]
    told = list(confidences(seed_library, probes, shipped_models().plain, None))
    by_kind = {k: [t.confidence for t in told if t.kind == k] for k in ("own", "removed", "other")}
    assert min(by_kind["own"]) > max(by_kind["other"])
    assert np.mean(by_kind["removed"]) < np.mean(by_kind["own"])


@settings(max_examples=40, deadline=None)
@given(own=ODDS, other=ODDS, in_force=st.floats(-4, 2))
def test_the_estimate_never_loosens_the_threshold(
    own: list[float], other: list[float], in_force: float
) -> None:
    odds = {"own": np.array(own), "other": np.array(other), "removed": np.array(own)}
    assert estimate(odds, in_force).threshold >= in_force  # type: ignore[arg-type]


def test_it_is_raised_where_other_subjects_clearly_get_through() -> None:
    rng = np.random.default_rng(1)
    own, other = rng.normal(4, 0.5, 40), rng.normal(0, 0.5, 60)
    found = estimate({"own": own, "other": other, "removed": own}, -1.5)
    assert found.before["other"].value < 0.1
    assert found.after["other"].value > found.before["other"].value + 0.2
    assert found.after["own"].value <= 0.05
    assert refused(own, found.threshold) == found.after["own"]
