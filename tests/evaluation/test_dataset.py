"""Question sets are read whole: every error is named with its line and field."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import QuestionError
from assistant.evaluation.dataset import FIELDS, names_source, read, read_set
from assistant.query.rewriter import Turn


def write(folder: Path, text: str, name: str = "q.jsonl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def error_of(path: Path) -> str:
    with pytest.raises(QuestionError) as caught:
        read(path)
    return str(caught.value)


def test_all_but_the_question_is_optional(tmp_path: Path) -> None:
    (only,) = read(write(tmp_path, '\n{"question": "Why?", "source": null, "answers": null}\n\n'))
    assert (only.id, only.answerable, only.answers, only.history) == ("2", True, (), ())
    assert only.place == "line 2"


def test_all_fields_are_read(tmp_path: Path) -> None:
    line = {
        "id": 7, "question": " a \n b ", "answerable": True, "answers": ["x"], "source": "s.txt",
        "evidence": ["e"], "history": ["h"], "standalone": "t", "passage": "p", "kind": "who",
        "candidates": ["c"], "note": "n", "items": ["x"],
    }  # fmt: skip
    assert set(line) == set(FIELDS)
    found = read_set(write(tmp_path, json.dumps(line)))
    assert found.warnings == ()
    (only,) = found.questions
    assert (only.id, only.question, only.answers, only.source) == ("7", "a b", ("x",), "s.txt")
    assert (only.evidence, only.history, only.standalone) == (("e",), ("h",), "t")
    assert (only.passage, only.kind) == ("p", "who")


def test_history_holds_questions_with_or_without_answers(tmp_path: Path) -> None:
    line = (
        '{"question": "q", "history": ["a", {"question": "b"}, {"question": "c", "answer": "d"}]}'
    )
    assert read(write(tmp_path, line))[0].history == ("a", "b", Turn("c", "d"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: it is not JSON: Expecting property name"),
        ("[" * 100_000, "line 2: it is not JSON that can be read"),
        ("1" * 5_000, "line 2: it is not JSON that can be read"),
        ("[]", "line 2: it is no JSON object"),
        ("{}", 'line 2, "question": it is missing'),
        ('{"question": 3}', 'line 2, "question": it holds what is no text: 3'),
        ('{"question": "q", "answers": "a"}', 'line 2, "answers": it is not a list of texts: "a"'),
        ('{"question": "q", "answers": [1]}', 'line 2, "answers": it holds what is no text: 1'),
        ('{"question": "q", "answers": [" "]}', 'line 2, "answers": one of its texts is empty'),
        ('{"question": "q", "evidence": {"a": 1}}', 'line 2, "evidence": it is not a list'),
        ('{"question": "q", "history": [1]}', 'line 2, "history": one of its turns'),
        ('{"question": "q", "history": "before"}', 'line 2, "history": it is not a list'),
        ('{"question": "q", "answerable": "false"}', 'line 2, "answerable": it is neither'),
        ('{"question": "q", "id": [1]}', 'line 2, "id": it is neither a text'),
        ('{"question": "q", "id": true}', 'line 2, "id": it is neither a text'),
        ('{"question": "q", "source": ["a.txt"]}', 'line 2, "source": it holds what is no text'),
        ('{"question": "half of \\ud83d"}', 'line 2, "question": it holds half a character'),
        ('{"question": "q", "answerable": false, "answers": ["a"]}', 'line 2, "answers": the quest'),
        ('{"question": "q", "answer": ["a"]}', 'perhaps "answers" is meant'),
        ('{"question": "q", "Answerable": false}', 'perhaps "answerable" is meant'),
        ('{"id": "first", "question": "q"}', 'line 2, "id": line 1 has the same: first'),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_its_field(tmp_path: Path, line: str, says: str) -> None:
    told = error_of(write(tmp_path, f'{{"id": "first", "question": "fine"}}\n{line}\n'))
    assert says in told
    assert "has an error; mend it and run" in told


def test_all_errors_are_told_at_once_up_to_a_cap(tmp_path: Path) -> None:
    told = error_of(write(tmp_path, '{"question": 1, "answers": 2}\n' * 30))
    assert "has 60 errors; mend them and run" in told
    assert 'line 1, "question"' in told
    assert 'line 10, "answers"' in told
    assert "line 11" not in told
    assert "and 40 more." in told


def test_a_question_of_a_megabyte_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps({"question": "why " * 250_000}))
    assert "longer than 4,000 characters: 1,000,000 characters" in error_of(path)


def test_an_unknown_field_is_left_out_and_said(tmp_path: Path) -> None:
    found = read_set(write(tmp_path, '{"question": "q", "difficulty": 3, "notes": "n"}'))
    assert sorted((w.severity, w.field) for w in found.warnings) == [
        ("warning", "difficulty"),
        ("warning", "notes"),
    ]
    assert any('perhaps "note" is meant' in w.message for w in found.warnings)


def test_an_empty_file_a_missing_one_and_a_folder_are_said(tmp_path: Path) -> None:
    assert "is empty. Put a question on each line" in error_of(write(tmp_path, "\n"))
    assert "cannot be read: No such file" in error_of(tmp_path / "none.jsonl")
    assert "cannot be read: Is a directory" in error_of(tmp_path)
    assert "cannot be read" in error_of(Path("a\0b"))


def test_another_encoding_is_said_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes('{"question": "fine"}\n{"question": "où?"}\n'.encode("cp1252"))
    assert "is not UTF-8: line 2" in error_of(path)
    path.write_bytes('{"question": "fine"}'.encode("utf-16"))
    assert "is not UTF-8: line 1" in error_of(path)


def test_empty_questions_are_counted_and_left_out(tmp_path: Path) -> None:
    slot = '{"id": "%d", "question": " ", "evidence": ["e"], "note": "n"}\n'
    found = read_set(write(tmp_path, '{"id": "a", "question": "q"}\n' + slot % 1 + slot % 2))
    assert [q.id for q in found.questions] == ["a"]
    assert found.unfilled == 2
    assert found.told() == ["2 questions are still empty and left out; 1 to ask."]
    assert "still empty (2)" in error_of(write(tmp_path, slot % 1 + slot % 2))


def test_a_line_separator_inside_a_text_is_no_line_end(tmp_path: Path) -> None:
    found = read(write(tmp_path, '{"question": "a\u2028b"}\r\n{"question": "c"}'))
    assert [q.question for q in found] == ["a b", "c"]


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("q.jsonl", "q.csv"):
            path = Path(folder, name)
            path.write_bytes(data)
            with suppress(QuestionError):
                assert read(path)


@pytest.mark.parametrize(
    ("named", "source", "same"),
    [
        ("a.txt", "/home/x/a.txt", True),
        ("x/a.txt", "/home/x/a.txt", True),
        ("/home/x/a.txt", "/home/x/a.txt", True),
        ("a.txt", "/home/x/ba.txt", False),
        ("y/a.txt", "/home/x/a.txt", False),
    ],
)
def test_a_source_is_named_by_the_end_of_its_path(named: str, source: str, same: bool) -> None:
    assert names_source(named, source) is same
