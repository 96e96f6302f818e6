"""JSON lines, JSON, CSV and SQuAD's JSON hold the same questions."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import QuestionError
from assistant.evaluation.dataset import read, read_set

SQUAD: dict[str, Any] = {
    "version": "v2.0",
    "data": [
        {
            "title": "Normans",
            "paragraphs": [
                {
                    "context": "The Normans gave their name to Normandy, in France.",
                    "qas": [
                        {
                            "id": "56ddde6b",
                            "question": "In what country is Normandy?",
                            "is_impossible": False,
                            "answers": [
                                {"text": "France", "answer_start": 44},
                                {"text": "France", "answer_start": 44},
                                {"text": "in France", "answer_start": 41},
                            ],
                        },
                        {
                            "id": "5ad39d53",
                            "question": "Who gave their name to Normandy in the 1000's?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "The Normans", "answer_start": 0}],
                        },
                    ],
                }
            ],
        }
    ],
}


def write(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def error_of(path: Path) -> str:
    with pytest.raises(QuestionError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("indent", [None, 1])
def test_squad_2(tmp_path: Path, indent: int | None) -> None:
    first, second = read(write(tmp_path, "dev-v2.0.json", json.dumps(SQUAD, indent=indent)))
    assert (first.id, first.answerable, first.answers) == (
        "56ddde6b",
        True,
        ("France", "in France"),
    )
    assert first.passage == SQUAD["data"][0]["paragraphs"][0]["context"]
    assert (second.answerable, second.answers) == (False, ())
    assert second.place == "article 1, paragraph 1, question 2"


def test_squad_1_has_no_unanswerable_questions(tmp_path: Path) -> None:
    first = json.loads(json.dumps(SQUAD))
    asked = first["data"][0]["paragraphs"][0]["qas"][0]
    del asked["is_impossible"]
    first["data"][0]["paragraphs"][0]["qas"] = [asked]
    (only,) = read(write(tmp_path, "dev-v1.1.json", json.dumps(first)))
    assert only.answerable


def test_errors_in_squad_are_named_with_their_place(tmp_path: Path) -> None:
    wrong = {
        "data": [
            {"paragraphs": [{"context": 1, "qas": []}, {"context": "c"}, 3]},
            {"title": "t"},
            {"paragraphs": [{"context": "c", "qas": [{"question": "q", "answers": ["text"]}, "q"]}]},
        ]
    }  # fmt: skip
    told = error_of(write(tmp_path, "s.json", json.dumps(wrong)))
    assert 'article 1, paragraph 1, "context"' in told
    assert 'article 1, paragraph 2, "qas"' in told
    assert "article 1, paragraph 3: no object" in told
    assert 'article 2, "paragraphs"' in told
    assert 'article 3, paragraph 1, question 1, "answers"' in told
    assert "article 3, paragraph 1, question 2: no object" in told


def test_a_json_list_of_questions(tmp_path: Path) -> None:
    path = write(tmp_path, "q.json", json.dumps([{"question": "a"}, {"question": "b"}], indent=2))
    assert [(q.id, q.place) for q in read(path)] == [
        ("question 1", "question 1"),
        ("question 2", "question 2"),
    ]
    assert "is empty" in error_of(write(tmp_path, "none.json", "[]"))
    assert "is empty" in error_of(write(tmp_path, "none.json", '{"data": []}'))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbfsep=X\r\n"])
def test_csv_as_spreadsheets_write_it(tmp_path: Path, delimiter: str, start: bytes) -> None:
    rows = [
        ["ID", "Question", "Answerable", "answers", "source", "history"],
        ["a", '"Who, then; and\twhy?"', "TRUE", "Otto Stahn | the engineer", "b.txt", "x|y"],
        ["", "", "", "", "", ""],
        ["b", '"Two\r\nlines"', "no", "", "", ""],
        ["c", "Why?", "", "because", "", ""],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    data = start.replace(b"X", delimiter.encode()) + text.encode()
    found = read_set(write(tmp_path, "q.csv", data))
    a, b, c = found.questions
    assert found.warnings == ()
    assert (a.question, a.answers) == ("Who, then; and why?", ("Otto Stahn", "the engineer"))
    assert (a.answerable, b.answerable, c.answerable) == (True, False, True)
    assert a.history == ("x", "y")
    first = 3 if b"sep" in start else 2
    assert [q.place for q in (a, b, c)] == [f"line {n}" for n in (first, first + 2, first + 4)]


def test_an_empty_question_cell_is_one_to_fill_in(tmp_path: Path) -> None:
    found = read_set(write(tmp_path, "q.csv", "id,question,note\n1,Why?,\n2,,write here\n"))
    assert (len(found.questions), found.unfilled) == (1, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("question,answers\n", "is empty"),
        ("what,answers\nq,a\n", 'names no column "question"'),
        ("question,answers,answers\nq,a,b\n", 'the column "answers" twice'),
        ("question,source\nWho, when?,b.txt,x\n", "line 2: it has more cells than the header: 4"),
        ('question\n"open\n', "line 2: it cannot be read as CSV"),
        ('question\nfine\n"a" b\n', "line 3: it cannot be read as CSV"),
        ("question\n" + "w" * 1_000_000, "line 2: it cannot be read as CSV: field larger"),
        ("question;answerable\nq;perhaps\n", 'line 2, "answerable": it is neither true nor false'),
        ("question,answer\nq,a\n", 'perhaps "answers" is meant'),
    ],
)
def test_what_is_wrong_with_a_table(tmp_path: Path, text: str, says: str) -> None:
    assert says in error_of(write(tmp_path, "q.csv", text))
