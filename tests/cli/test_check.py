"""`assistant check`: a text held against documents, statement by statement, with the real models."""

import io
import json
import sys
from pathlib import Path

import pytest

from assistant.cli.main import main

BRIDGE = (
    "The Oberbaum Bridge was built in 1896 by the engineer Otto Stahn.\n\n"
    "It crosses the river Spree between two districts of Berlin.\n"
)


@pytest.fixture
def added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "bridge.txt"
    path.write_text(BRIDGE, encoding="utf-8", newline="")
    assert main(["add", "--library", "b", str(path)]) == 0
    capsys.readouterr()
    return path


def _stdin(monkeypatch: pytest.MonkeyPatch, *lines: str | bytes) -> None:
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_text_is_checked_sentence_by_sentence(
    added: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text(
        "# The bridge\n\nThe engineer **Otto Stahn** built the Oberbaum Bridge. The Oberbaum"
        " Bridge was not built in 1896. Who paid for it?\n\n- Penguins live in Antarctica.\n"
    )
    page = tmp_path / "page.html"
    assert main(["check", str(draft), "--library", "b", "--html", str(page)]) == 1
    out = capsys.readouterr().out
    assert [line[:14].rstrip() for line in out.splitlines() if line[:1].isalpha()] == [
        "supported",
        "contradicted",
        "not found",
    ]
    assert f"{added}:1" in out
    assert "\u201cThe Oberbaum Bridge was built in 1896 by the engineer Otto Stahn.\u201d" in out
    assert out.endswith("3 statements: 1 supported, 1 contradicted, 1 not found.\n")
    html = page.read_text(encoding="utf-8")
    assert html.count('<li class="supported">') == 1
    assert html.count('<li class="contradicted">') == 1
    assert "Penguins live in Antarctica." in html


def test_a_text_that_is_supported_throughout_exits_with_0_and_its_quotes_are_verbatim(
    added: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _stdin(monkeypatch, "The Oberbaum Bridge crosses the river Spree.")
    assert main(["check", "-", "--json", "--library", "b"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"supported": 1, "contradicted": 0, "not_found": 0}
    (statement,) = found["statements"]
    (citation,) = statement["citations"]
    assert BRIDGE[slice(*citation["span"])] == citation["quote"]
    assert citation["source"] == str(added)


def test_statements_a_line_with_evidence_of_their_own_and_without(
    added: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = "Mill Lane has a weir. The weir was closed in 1974."
    _stdin(
        monkeypatch,
        json.dumps({"id": 1, "statement": "The weir was closed in 1974.", "evidence": evidence}),
        json.dumps({"statement": "The weir was not closed in 1974.", "evidence": [evidence]}),
        # The library says so; the evidence that is given does not.
        json.dumps({"statement": "The Oberbaum Bridge crosses the Spree.", "evidence": evidence}),
        json.dumps({"statement": "Anything at all happened.", "evidence": ""}),
        "The Oberbaum Bridge crosses the Spree.",
    )
    assert main(["check", "--jsonl", "-", "--library", "b"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [f["support"] for f in found] == [
        "supported",
        "contradicted",
        "not_found",
        "not_found",
        "supported",
    ]
    (citation,) = found[0]["citations"]
    assert (found[0]["id"], citation["quote"]) == (1, "The weir was closed in 1974.")
    assert evidence[slice(*citation["span"])] == citation["quote"]
    assert found[2]["citations"] == []


def test_bad_lines_are_named_by_their_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _stdin(
        monkeypatch,
        "{broken",
        "",
        '{"id": "x", "statement": 3}',
        '{"statement": "A.", "evidence": 3}',
        '{"id": [1], "statement": "A."}',
        "[" * 100_000,
        '{"id": 9, "statement": " ", "evidence": "A mill stands there."}',
        '{"statement": "A mill stands there.", "evidence": "A mill stands there."}',
    )
    assert main(["check", "--jsonl", "-"]) == 2
    out, err = capsys.readouterr()
    found = [json.loads(line) for line in out.splitlines()]
    assert [f.get("line") for f in found] == [1, 3, 4, 5, 6, 7, None]
    assert found[5]["id"] == 9
    assert "empty" in found[5]["error"]
    assert found[6]["support"] == "supported"
    # Nothing was looked up, so no library was made for it.
    assert "The library was empty" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "/no/such/file"], "cannot be read"),
        (["check", "."], "cannot be read"),
        (["check", "--jsonl", "/no/such/file"], "cannot be read"),
        (["check"], "required"),
    ],
)
def test_bad_input_is_a_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert says in capsys.readouterr().err


def test_a_text_without_statements_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("# Title\n\nWho knows?\n")
    assert main(["check", str(draft)]) == 2
    assert "no sentence that states anything" in capsys.readouterr().err
