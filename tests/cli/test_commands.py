"""The commands as a person types them, in one process, with real stores and the real embedder."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.cli.main import main
from assistant.documents import ocr
from assistant.engines import catalog

QUOTES = ["--model", "none"]


class Stdin(io.TextIOWrapper):
    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "bridge.txt").write_text(
        "The Oberbaum Bridge was built in 1896 by the engineer Otto Stahn.\r\n\r\n"
        "It crosses the river Spree between two districts of Berlin.\n",
        encoding="utf-8",
        newline="",
    )
    return folder


@pytest.fixture
def added(docs: Path) -> Path:
    assert main(["add", "--library", "b", str(docs)]) == 0
    return docs


def test_from_nothing_to_a_cited_answer_on_the_shipped_documents(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ask", *QUOTES, "When did Ban Ki-moon visit Libya?"]) == 0
    out, err = capsys.readouterr()
    assert "October 2014" in out
    assert "000_fbb4ad618a715ec0.txt:25" in out
    assert "2 documents that come with the assistant were added" in err
    assert main(["ask", *QUOTES, "How", "do I add a folder of PDFs?"]) == 0
    out, err = capsys.readouterr()
    assert "assistant add PATH" in out
    assert "handbook.md:" in out
    assert err == ""


def test_a_subject_the_documents_do_not_cover_is_refused(
    added: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--library", "b", *QUOTES, "ask", "Who won the world cup in 1998?"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("The documents do not answer this.")
    assert "bridge.txt:1" in out


def test_json_and_its_exit_status(added: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["ask", "--json", "--library", "b", *QUOTES, "Who built the Oberbaum Bridge?"]) == 0
    answer = json.loads(capsys.readouterr().out)
    (citation,) = answer["citations"]
    text = (added / "bridge.txt").read_bytes().decode()
    assert text[slice(*citation["span"])] == citation["quote"]
    assert citation["lines"] == [1, 1]
    assert (answer["mode"], answer["answer"]) == ("words", "Otto Stahn [1]")
    assert "Otto Stahn" in citation["quote"]
    assert answer["statements"] == [{"text": "Otto Stahn", "support": "exact", "citations": [1]}]
    assert answer["model"] is None


def test_json_lines_with_bad_ones_among_them(
    added: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        b'{"id": 7, "question": "Which river does the bridge cross?"}',
        b"{broken",
        b"",
        b"When was the Oberbaum Bridge built?",
        b'{"id": "x"}',
        b'{"id": [1], "question": "a"}',
        b'{"id": "h", "question": "And who built it?", "history": ["When was the Oberbaum Bridge built?"]}',
        b'{"id": "bad", "question": "   "}',
        b'{"id": "big", "question": "' + b"a " * 50_000 + b'"}',
        b'{"question": "q", "history": 3}',
        b"\xff\xfe which river",
        b"[" * 100_000,
    ]
    monkeypatch.setattr(sys, "stdin", Stdin(b"\n".join(lines)))
    capsys.readouterr()
    assert main(["ask", "--jsonl", "--library", "b", *QUOTES]) == 2
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(a.get("id"), a.get("line")) for a in answers] == [
        (7, None), (None, 2), (None, None), (None, 5), (None, 6), ("h", None), ("bad", 8), ("big", 9), (None, 10), (None, None), (None, 12),
    ]  # fmt: skip
    assert "Spree" in answers[0]["answer"]
    assert "1896" in answers[2]["answer"]
    assert answers[5]["standalone_question"] != answers[5]["question"]
    assert "Stahn" in answers[5]["answer"]
    assert "100,000" in answers[7]["error"] or "characters" in answers[7]["error"]


def test_good_json_lines_exit_with_0(
    added: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b"Who won the world cup in 1998?\n"))
    assert main(["ask", "--jsonl", "--library", "b", *QUOTES]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "not_found"


def test_search_shows_passages_with_scores(added: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["search", "--library", "b", "river", "in Berlin"]) == 0
    out = capsys.readouterr().out
    assert "bridge.txt:1" in out
    assert "BM25" in out
    assert "cosine" in out
    assert main(["search", "--library", "b", "--json", "--limit", "1", "river"]) == 0
    (passage,) = json.loads(capsys.readouterr().out)
    assert set(passage) == {"source", "page", "lines", "score", "text"}


def test_sources_remove_and_add_again(added: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["sources", "--library", "b"]) == 0
    assert "bridge.txt  129 B, 1 passage" in capsys.readouterr().out
    (added / "bridge.txt").unlink()
    assert main(["sources", "--library", "b"]) == 0
    assert "its file is gone; its text is kept" in capsys.readouterr().out
    assert main(["remove", "--library", "b", "bridge.txt"]) == 0
    assert main(["sources", "--library", "b", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert "Removed" in err


def test_an_unreadable_file_among_good_ones(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (docs / "bad.txt").write_bytes(b"\0\0\0")
    assert main(["add", "--library", "b", str(docs)]) == 2
    err = capsys.readouterr().err
    assert "bad.txt: It is a binary file, not text." in err
    assert "1 file read" in err
    assert "1 could not be read" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask", ""], "The question is empty."),
        (["ask", " \t\n "], "The question is empty."),
        (["ask", "why " * 25_000], "at most 4,000"),
        (["ask", "--library", "nowhere", "Who?"], "no library named 'nowhere'"),
        (["ask", "--library", "../up", "Who?"], "is not a name for a library"),
        (["ask", "--model", "gpt-9", "Who?"], "no llm named 'gpt-9'"),
        (["ask", "--model", "/no/such.gguf", "Who?"], "no model file"),
        (["ask", "--model", __file__, "Who?"], "no llm named"),
        (["ask", "--jsonl", "Who?"], "come from stdin"),
        (["add", "--library", "n", "/no/such/file"], "no such file or folder"),
        (["remove", "nothing.txt"], "is not in the library"),
        (["eval", "/no/such.jsonl"], "cannot be read"),
        (["search", "--limit", "0", "x"], "not a number above 0"),
        (["frobnicate"], "invalid choice"),
        (["serach", "x"], "did you mean search?"),
        (["models", "lsit"], "did you mean list?"),
        (["sessions", "show", "nothing"], "No conversation has an id that begins with 'nothing'."),
        ([], "needs a terminal"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert says in err
    assert "Traceback" not in err
    assert out == ""


def test_an_empty_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "image.gif").write_bytes(b"x")
    assert main(["add", "--library", "n", str(tmp_path)]) == 2
    assert "holds no file that can be read" in capsys.readouterr().err


def test_what_recognition_would_read_is_named_with_its_command(
    docs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    (docs / "letter.jpg").write_bytes(b"\xff\xd8\xff")
    (docs / "moving.gif").write_bytes(b"GIF8")
    assert main(["add", "--library", "ocr", str(docs)]) == 0
    err = capsys.readouterr().err.splitlines()
    assert err[-2].startswith("Not read: 2 pictures;")
    command = "uv run --extra ocr assistant sync --library ocr"
    assert err[-1] == f"Text in pictures and scans: `{command}` reads it."
    assert main(["sources", "--skipped", "--library", "ocr"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0].endswith("`uv run --extra ocr assistant sync` reads it.")
    assert listed[1].endswith("It is a picture.")
    assert main(["add", "--library", "ocr", str(docs / "letter.jpg")]) == 2
    assert "the extra `ocr`" in capsys.readouterr().err


def test_what_is_not_read_is_counted_and_listed(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (docs / "README").write_text("The tower is 80 metres high.\n")
    for name in ("a.gif", "b.heic"):
        (docs / name).write_bytes(b"\x89PNG\0")
    (docs / "tool").write_bytes(b"\x7fELF\0")
    (docs / "notes").write_bytes(b"")
    line = (
        "Not read: 2 pictures, 1 program, 1 empty file; `assistant sources --skipped --library b`"
        " lists them."
    )
    for command in (["add", "--library", "b", str(docs)], ["sync", "--library", "b"]):
        assert main(command) == 0
        assert capsys.readouterr().err.splitlines()[-1] == line
    assert main(["sources", "--library", "b", "--skipped"]) == 0
    assert f"{docs / 'tool'}  It is a program." in capsys.readouterr().out
    assert main(["sources", "--library", "b", "--skipped", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[-1] == {
        "source": str(docs / "tool"),
        "kind": "program",
        "reason": "It is a program.",
    }
    assert len(rows) == 4


def test_a_truncated_model_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "cut.gguf"
    model.write_bytes(b"GGUF\x03\0\0\0")
    assert main(["ask", "--model", str(model), "When did Ban Ki-moon visit Libya?"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "cut.gguf" in err or "cannot be loaded" in err


def test_damaged_embedded_weights_leave_the_quotes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = catalog.llm()
    assert entry.weights is not None
    damaged = replace(entry, weights=replace(entry.weights, sha256="0" * 64))
    monkeypatch.setattr(catalog, "llm", lambda name=None: damaged)
    assert main(["ask", "When did Ban Ki-moon visit Libya?"]) == 0
    out, err = capsys.readouterr()
    assert "October 2014" in out
    assert "are damaged" in err
    assert "Answers are quotes until then." in err


def test_escape_sequences_of_a_document_never_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = tmp_path / "evil.txt"
    evil.write_text(
        "The secret word of \x1b]0;owned\x07the \x1b[31mtower\u202e is \x9b2J zyzzyva.",
        encoding="utf-8",
    )
    assert main(["add", "--library", "e", str(evil)]) == 0
    for command in (["ask", *QUOTES], ["ask", "--json", *QUOTES], ["search"]):
        main([*command, "--library", "e", "What is the secret word of the tower?"])
        out, err = capsys.readouterr()
        assert "zyzzyva" in out
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out + err)


def test_a_question_is_limited_to_a_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, floors in (("mill.md", "seven"), ("tower.md", "four")):
        (tmp_path / name).write_text(f"The building has {floors} floors.\n")
    assert main(["add", "--library", "m", str(tmp_path)]) == 0
    question = ["--library", "m", *QUOTES, "How many floors does the building have?"]
    for name, floors in (("mill.md", "seven"), ("tower.md", "four")):
        capsys.readouterr()
        assert main(["ask", "--json", "--in", name, *question]) == 0
        out, err = capsys.readouterr()
        answer = json.loads(out)
        assert floors in answer["answer"]
        assert {Path(p["source"]).name for p in answer["passages"]} == {name}
        assert "Limited to 1 document." in err
    assert main(["search", "--library", "m", "--json", "--in", "tower.*", "floors"]) == 0
    assert [Path(p["source"]).name for p in json.loads(capsys.readouterr().out)] == ["tower.md"]
    assert main(["ask", "--in", "nothing.md", *question]) == 2
    assert "No document of the library is in 'nothing.md'." in capsys.readouterr().err
    assert main(["ask", "--since", "soon", *question]) == 2
    assert "'soon' is not a date." in capsys.readouterr().err


def test_an_endpoint_that_is_down_leaves_the_quotes_and_one_sentence(
    added: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    down = ["--library", "b", "--model", "http://127.0.0.1:9/v1#any"]
    assert main(["ask", *down, "When was the Oberbaum Bridge built?"]) == 0
    out, err = capsys.readouterr()
    assert "1896" in out
    assert "127.0.0.1:9 cannot be used" in err
    assert err.count("cannot be used") == 1


def test_a_folder_with_an_empty_file_in_it_is_added_with_a_note(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (docs / "empty.md").write_bytes(b"")
    assert main(["add", "--library", "b", str(docs)]) == 0
    err = capsys.readouterr().err
    assert "Not read: 1 empty file;" in err
    assert main(["add", "--library", "b", str(docs / "empty.md")]) == 2
    assert "It is empty." in capsys.readouterr().err


def test_config_says_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    out = capsys.readouterr().out
    assert "drop it. One of 'mark', 'drop'." in out
    assert "It is a whole number, at least 0 and at most 65535." in out
