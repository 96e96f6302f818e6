"""Documents in other languages than English: told, split, stemmed, found by their words, quoted."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.answer import Answer
from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant
from assistant.language.detection import language_of
from assistant.language.sentences import sentence_spans
from assistant.language.words import term
from assistant.library.library import Library

GERMAN = (
    "Mietvertrag für die Wohnung in der Lindenstr. 12\n\n"
    "Der Vermieter, Hr. K. Brandt, überlässt dem Mieter die Wohnung ab dem 1. März 2025. Die "
    "monatliche Miete beträgt z. B. im Mai 940 Euro. Die Kündigungsfristen betragen "
    "für beide Seiten drei Monate. Haustiere, d. h. Hunde und Katzen, sind nur mit Zustimmung des "
    "Vermieters erlaubt.\n"
)
FRENCH = (
    "Règlement de la bibliothèque\n\n"
    "La bibliothèque est ouverte du mardi au samedi. Chaque lecteur peut emprunter six livres pour "
    "trois semaines. Les retards coûtent dix centimes par jour. M. Dupont, le gardien, ferme la "
    "salle à 19 heures.\n"
)
ENGLISH = (
    "Notes on the garden\n\nThe tomatoes were planted in May. The hedge was cut twice this year, and "
    "the fence behind the shed was painted green by Anna.\n"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("languages")
    for name, text in (("miete.txt", GERMAN), ("regles.md", FRENCH), ("garden.txt", ENGLISH)):
        (home / name).write_text(text, encoding="utf-8")
    with Assistant(model="none", folder=home / "library") as assistant:
        list(
            assistant.library.add([str(home / n) for n in ("miete.txt", "regles.md", "garden.txt")])
        )
        yield assistant.library


@pytest.fixture(scope="module")
def asking(library: Library) -> Answerer:
    return Assistant(model="none", folder=library.folder).answerer()


def first(answer: Answer) -> str:
    assert answer.status == "answered", answer.text
    return answer.citations[0].quote


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN, "de"),
        (FRENCH, "fr"),
        (ENGLISH, "en"),
        ("El contrato de alquiler vence el 3 de mayo. El inquilino paga la renta cada mes.", "es"),
        ("Договор аренды заканчивается третьего мая. Арендатор платит каждый месяц.", "ru"),
        ("Smith, Jones, Miller, Cooper: 12, 14, 15.", "en"),
        ("rent: 900\nbank: DE34\nname: x\n", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_document_is_told(text: str, language: str) -> None:
    assert language_of(text) == language


def test_sentences_end_where_their_language_ends_them() -> None:
    body = GERMAN.split("\n\n")[1]
    said = [body[a:b] for a, b in sentence_spans(body, language="de")]
    assert [s.split()[0] for s in said] == ["Der", "Die", "Die", "Haustiere,"]
    body = FRENCH.split("\n\n")[1]
    said = [body[a:b] for a, b in sentence_spans(body, language="fr")]
    assert said[-1].startswith("M. Dupont, le gardien")
    assert len(said) == 4


@given(
    st.text(alphabet="aäÖé.?! \n\U0001f600«»„“1。", max_size=120),
    st.sampled_from(["de", "fr", "ru", "ja", "nl"]),
)
def test_no_sentence_loses_anything(text: str, language: str) -> None:
    spans = sentence_spans(text, language=language)
    assert all(a < b for a, b in spans)
    assert all(x[1] <= y[0] for x, y in pairwise(spans))
    inside = {i for a, b in spans for i in range(a, b)}
    assert all(c.isspace() for i, c in enumerate(text) if i not in inside)


def test_words_are_stemmed_as_in_their_language() -> None:
    assert term("Kündigungsfristen", "de") == term("Kündigungsfrist", "de")
    assert term("Kündigungsfristen") != term("Kündigungsfrist")
    assert term("empruntées", "fr") == term("emprunter", "fr")
    assert term("1,000", "de") == "1000"


def test_the_library_knows_its_languages(library: Library) -> None:
    assert {Path(d.source).name: d.language for d in library.sources()} == {
        "miete.txt": "de",
        "regles.md": "fr",
        "garden.txt": "en",
    }
    found = library.document_store.index_terms(["Kündigungsfrist", "fences"])
    assert found == {"Kündigungsfrist": term("Kündigungsfrist", "de"), "fences": "fenc"}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Welche Kündigungsfrist gilt?", "Die Kündigungsfristen betragen"),
        ("Wieviel beträgt die monatliche Miete?", "940 Euro"),
        ("Combien de livres peut-on emprunter ?", "emprunter six livres"),
        ("When were the tomatoes planted?", "planted in May"),
    ],
)
def test_what_a_document_says_in_its_language_is_found_and_quoted(
    question: str, said: str, asking: Answerer
) -> None:
    assert said in first(asking.complete(question))
