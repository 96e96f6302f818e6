"""Hybrid retrieval: what words find and what meaning finds, in one order."""

from pathlib import Path

import pytest

from assistant.engines.embedder import OnnxEmbedder
from assistant.library.chroma import LocalChromaStore
from assistant.library.library import Library
from assistant.library.ports import VectorsUnavailable
from assistant.query.question import Question
from assistant.retrieval.evidence_search import retrieve
from assistant.retrieval.reranker import shipped_models
from assistant.retrieval.retriever import fuse, lift, prepare, search


def test_fusing_adds_normalised_scores() -> None:
    rows = fuse([(1, 10.0), (2, 5.0)], [(2, 0.9), (3, 0.5)])
    assert [(i, round(score, 3)) for i, score, _, _ in rows] == [(2, 0.75), (1, 0.5), (3, 0.0)]
    assert fuse([], []) == []


def test_without_vectors_words_alone_decide() -> None:
    assert [(i, s) for i, s, _, _ in fuse([(7, 4.0), (8, 1.0)], [])] == [(7, 1.0), (8, 0.25)]


def test_an_exact_match_of_a_rare_word_goes_above_what_only_vectors_like() -> None:
    fused = fuse([(9, 9.3)], [(1, 0.6), (2, 0.2)])
    assert [i for i, _, _, _ in fused] == [1, 9, 2]
    lifted = lift(fused, {"r290": {9}}, rare=["r290"])
    assert [row[0] for row, _ in lifted] == [9, 1, 2]
    assert [score for _, score in lifted] == sorted((s for _, s in lifted), reverse=True)


def test_a_passage_with_all_telling_words_goes_above_one_with_none_of_them() -> None:
    fused = fuse([(1, 9.0), (5, 6.0)], [(1, 0.6), (2, 0.5), (5, 0.1)])
    holders = {"heat": {5, 8}, "pump": {5}}
    assert lift(fused, holders, rare=[])[0][0][0] == 5
    half = {"heat": {5}, "pump": {8}}
    assert lift(fused, half, rare=[])[0][0][0] == 1


def test_words_that_many_passages_have_lift_nothing() -> None:
    fused = fuse([(1, 9.0), (5, 6.0)], [(1, 0.6), (2, 0.5)])
    assert [row for row, _ in lift(fused, {}, rare=[])] == fused


def test_a_code_is_found_where_it_stands(library: Library, tmp_path: Path) -> None:
    """More passages than vectors are asked for are nearer to it in meaning."""
    near = "\n\n".join(f"# Model R{n}0\n\nR{n}0 and R{n}5 are refrigerants." for n in range(30, 75))
    (tmp_path / "a.md").write_text(near, encoding="utf-8")
    (tmp_path / "z.md").write_text(
        "# Handover\n\nThe plumber came on Monday, drank coffee, told of his holiday on the coast and"
        " of his daughter's wedding, said that the machine in the cellar is filled with R290, and"
        " left his umbrella in the hall, where the dog found it and carried it into the garden.\n",
        encoding="utf-8",
    )
    list(library.add([str(tmp_path / "a.md"), str(tmp_path / "z.md")]))
    found, _ = search(library, prepare(library, Question("R290")), 3)
    assert "R290" in found[0].passage.text


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Who is the second UN chief to visit Libya since 2011?", "Ban Ki-moon"),
        ("How far is Gharyan from the capital?", "31 miles"),
        ("Which command adds a folder to my documents?", "assistant add PATH"),
    ],
)
def test_the_passage_that_answers_is_among_the_first_three(
    seed_library: Library, question: str, part: str
) -> None:
    found, notice = search(seed_library, prepare(seed_library, Question(question)), 3)
    assert notice == ""
    assert any(part in p.passage.text for p in found)
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)


def test_a_document_that_is_there_twice_is_found_once(
    tmp_path: Path, embedder: OnnxEmbedder
) -> None:
    for name in ("one.txt", "copy.txt"):
        (tmp_path / name).write_text("The lighthouse of Brannow was lit in 1911.\n")
    library = Library(
        tmp_path / "library", LocalChromaStore(tmp_path / "library/vectors"), embedder
    )
    list(library.add([str(tmp_path / "one.txt"), str(tmp_path / "copy.txt")]))
    found, _ = search(library, prepare(library, Question("When was the lighthouse lit?")), 5)
    library.close()
    assert len(found) == 1


def test_spelling_case_and_form_do_not_matter(seed_library: Library) -> None:
    plain = search(seed_library, prepare(seed_library, Question("marching on TRIPOLI")), 1)[0]
    assert "march on Tripoli" in plain[0].passage.text


def test_a_query_of_nothing_but_signs_finds_nothing_and_breaks_nothing(
    seed_library: Library,
) -> None:
    for query in ('"', "*", "NEAR(", "a AND b OR", "-- ; DROP TABLE passages", "ő" * 300):
        search(seed_library, prepare(seed_library, Question(query)), 5)
    assert seed_library.document_store.passage_count() > 0


def test_a_broken_vector_store_leaves_the_words(
    tmp_path: Path, seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "vectors"
    broken.write_text("not a folder")
    monkeypatch.setattr(seed_library, "vectors", type(seed_library.vectors)(broken))  # type: ignore[call-arg]
    found, notice = search(
        seed_library, prepare(seed_library, Question("Ban Ki-moon visited in October")), 3
    )
    assert "Ban Ki-moon" in found[0].passage.text
    assert "vector store cannot be used" in notice


@pytest.mark.parametrize("state", ["waiting", "lost"])
def test_a_passage_without_a_vector_is_judged_as_if_it_had_one(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """A library that is still being indexed, or whose store cannot be read, answers."""
    path = tmp_path / "bridge.txt"
    path.write_text("The Oberbaum Bridge was built in 1896.\n\nWombats sleep in burrows.\n")
    list(library.add([str(path)]))
    question = "When was the Oberbaum Bridge built?"
    once_indexed = retrieve(library, Question(question), shipped_models())
    if state == "waiting":
        library.vectors.reset()
        library.document_store.mark_all_waiting()
    else:

        def fails(*_: object) -> None:
            raise VectorsUnavailable("It cannot be read.", "")

        monkeypatch.setattr(library.vectors, "nearest", fails)
    found = retrieve(library, Question(question), shipped_models())
    assert found.notice
    assert found.is_answered
    assert found.confidence == pytest.approx(once_indexed.confidence, abs=0.02)
