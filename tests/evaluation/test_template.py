"""A starter set: sentences worth asking about, spread over the documents."""

import csv
import io
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.errors import QuestionError
from assistant.evaluation import template_file
from assistant.evaluation.answer_candidates import candidates
from assistant.evaluation.csv_file import CELL_SEPARATOR
from assistant.evaluation.dataset import read_set
from assistant.evaluation.template import Sentences, informative, slots, to_read


def document(name: str, count: int) -> Sentences:
    return Sentences(
        f"/docs/{name}.txt",
        tuple(f"In {1900 + n} the town of {name} opened bridge number {n}." for n in range(count)),
    )


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Ban Ki-moon visited in October 2014.", ["October 2014", "Ban Ki-moon"]),
        ("It is 50 kilometers (31 miles) from Tripoli.", ["50 kilometers", "31 miles", "Tripoli"]),
        ("On 3 May 2021 he paid $1,250.50.", ["3 May 2021", "$1,250.50"]),
        ("In February 1974, 20% had no fuel.", ["February 1974", "20%"]),
        ("The Court of Justice of the European Union sat.", ["Court of Justice of the European Union"]),
        ("Bridges were built by Otto Stahn's firm.", ["Otto Stahn"]),
        ("Nothing was said of it.", []),
    ],
)  # fmt: skip
def test_candidates_are_dates_numbers_and_names_as_they_stand(
    sentence: str, found: list[str]
) -> None:
    assert candidates(sentence) == found
    assert all(c in sentence for c in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "1. Introduction",
        "THE STATE OF THE BRIDGES IN THE OLD TOWN OF BERLIN IN 1896.",
        "and then the engineer Otto Stahn built it in the year 1896.",
        "The engineer Otto Stahn, who built it in 1896 and who later",
        "| 1896 | Otto Stahn | Oberbaum Bridge | Berlin | the Spree | done.",
        "Run `assistant add PATH` with the path of a folder in Berlin to add it.",
        "It was so.",
        "See https://example.org/bridges/of/berlin for the list of all bridges in Berlin.",
        "12.5 13.5 14.5 15.5 16.5 17.5 18.5 19.5 20.5 21.5 22.5 23.5 24.5.",
    ],
)
def test_headings_fragments_and_tables_are_not_asked_about(sentence: str) -> None:
    assert informative(sentence) == 0


def test_what_tells_more_and_leans_less_is_preferred() -> None:
    told = informative("The bridge was built in Berlin in 1896 by Otto Stahn.")
    plain = informative("The bridge was built a long time ago by an engineer.")
    leaning = informative("He was born in Berlin in 1859 and built bridges there.")
    assert told > plain > 0
    assert told > leaning


def test_slots_are_spread_over_documents_and_positions() -> None:
    found = slots([document("Ahausen", 400), document("Bedorf", 30), document("Cestadt", 1)], 30, 0)
    assert len(found) == 30
    by = Counter(slot.source for slot in found)
    assert by["Cestadt.txt"] == 1
    assert by["Bedorf.txt"] >= 5
    assert by["Ahausen.txt"] > by["Bedorf.txt"]
    years = sorted(int(s.sentence[3:7]) for s in found if s.source == "Ahausen.txt")
    assert years[0] < 1930
    assert years[-1] > 2270
    assert max(b - a for a, b in pairwise(years)) < 60
    assert sum(not s.answerable for s in found) == 10
    assert [s.answerable for s in found] == sorted((s.answerable for s in found), reverse=True)
    assert len({s.id for s in found}) == len({s.sentence for s in found}) == 30


def test_the_seed_decides() -> None:
    documents = [document("Ahausen", 200)]
    assert slots(documents, 9, 1) == slots(documents, 9, 1)
    assert slots(documents, 9, 1) != slots(documents, 9, 2)
    many = [f"/docs/{n}.txt" for n in range(1000)]
    assert to_read(many, 10, 1) == to_read(many, 10, 1) != to_read(many, 10, 2)
    assert len(to_read(many, 10, 1)) == 30
    assert to_read(many[:5], 10, 1) == many[:5]


def test_what_stands_in_several_documents_is_not_asked_about() -> None:
    boilerplate = "This report was made for Otto Stahn of Berlin in 1896 by the town."
    one, two = document("Ahausen", 2), Sentences("/docs/b.txt", (boilerplate, boilerplate))
    three = Sentences("/docs/c.txt", (boilerplate,))
    assert {s.source for s in slots([one, two, three], 30, 0)} == {"Ahausen.txt"}
    assert slots([three, two], 30, 0) == []


def test_sources_of_one_name_keep_their_paths() -> None:
    same = [Sentences(f"/{d}/a.txt", document(d, 3).texts) for d in ("Ahausen", "Bedorf")]
    assert {s.source for s in slots(same, 4, 0)} == {"/Ahausen/a.txt", "/Bedorf/a.txt"}
    formula = Sentences("/docs/=cmd.txt", document("Ahausen", 3).texts)
    assert {s.source for s in slots([formula], 2, 0)} == {"/docs/=cmd.txt"}


@pytest.mark.parametrize("name", ["q.jsonl", "q.csv"])
def test_a_written_set_is_read_again_once_it_is_filled_in(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    template_file.write(slots([document("Ahausen", 50)], 6, 0), path, replace=False)
    with pytest.raises(QuestionError, match=r"still empty \(6\)"):
        read_set(path)
    fill_in(path, "When was bridge number 7 opened?")
    found = read_set(path)
    assert (len(found.questions), found.unfilled, found.warnings) == (1, 5, ())
    (only,) = found.questions
    assert only.answerable
    assert only.source == "Ahausen.txt"
    assert only.evidence[0].startswith("In 19")
    with pytest.raises(QuestionError, match="is there already"):
        template_file.write([], path, replace=False)
    assert read_set(path) == found


def fill_in(path: Path, question: str) -> None:
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert CELL_SEPARATOR in rows[0]["candidates"]
        rows[0]["question"] = question
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        text = out.getvalue()
    else:
        lines = text.splitlines()
        lines[0] = json.dumps(json.loads(lines[0]) | {"question": question})
        text = "\n".join(lines)
    path.write_text(text, encoding="utf-8", newline="")
