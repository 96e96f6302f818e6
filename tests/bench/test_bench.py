"""`assistant bench` with real stores and models, over very little."""

import json
from pathlib import Path

import pytest

from assistant.bench import documents, writing
from assistant.bench.terminal import Terminal, available
from assistant.bench.workplace import Workplace
from assistant.cli.main import main
from assistant.engines.models import NO_MODEL
from assistant.errors import AssistantError

pytestmark = pytest.mark.slow

NAMES = "help bm25 vectors search embed reader answer unchanged".split()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "bridge.txt").write_text(
        "The Oberbaum Bridge was built in 1896 by the engineer Otto Stahn. It crosses the Spree.\n"
    )
    return folder


def test_a_run_over_the_persons_own_documents_and_another_held_against_it(
    docs: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.json"
    given = ["bench", "--model", NO_MODEL, "--quick", "--documents", str(docs)]
    assert main([*given, "--only", *NAMES, "--json", str(file)]) == 0
    rows = {row["name"]: row for row in json.loads(file.read_text())["rows"]}
    assert {*NAMES, "evidence"} <= {*rows}
    for row in rows.values():
        assert min(row["values"]) > 0
        assert not row["bare"] or len(row["bare"]) == len(row["values"])
    assert {name for name in rows if rows[name]["bare"]} == {
        *"help bm25 vectors search embed embed.padded reader".split()
    }
    assert main([*given, "--only", "bm25", "--compare", str(file)]) == 0
    out = capsys.readouterr().out
    assert "passages embedded" in out
    assert "ratio to the bare library" in out
    assert not list(home.iterdir())  # nothing of the person's own was touched


def test_what_cannot_be_measured_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    for arguments in (
        ["--only", "nonsense"],
        ["--documents", str(tmp_path / "absent")],
        ["--compare", str(tmp_path / "absent")],
        ["--compare", str(wrong)],
        ["--growth", "10,x"],
        ["--turns", "0"],
    ):
        assert main(["bench", *arguments]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["bench", "--only", "list"]) == 0
    assert set(NAMES) - {"evidence"} <= set(capsys.readouterr().out.split())


def test_growth_of_a_conversation_as_table_json_and_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, picture = tmp_path / "growth.json", tmp_path / "growth.svg"
    assert main(["bench", "--turns", "1,3", "--json", str(file), "--svg", str(picture)]) == 0
    (growth,) = json.loads(file.read_text())["growth"]
    assert (growth["of"], growth["sizes"]) == ("turns", [1, 3])
    assert all(min(figure["values"]) > 0 for figure in growth["figures"])
    assert "opening the conversation, ms" in capsys.readouterr().out
    assert picture.read_text().startswith("<svg ")


def test_the_engine_and_the_bare_loop_do_the_same_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_TOKENS", 4)
    monkeypatch.setattr(writing, "_PASSAGES", 1)
    place = Workplace(tmp_path, None, 0, None, lambda _: None)
    try:
        rows = list(writing.writing(place))
    finally:
        place.close()
    assert [row.name for row in rows] == ["decode", "prefill", "draft_decode"]
    for row in rows:
        assert min(*row.values, *row.bare) > 0
        assert row.ratio is not None


def test_the_documents_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        documents.write(tmp_path / name, 23)
    files = sorted(p.relative_to(tmp_path / "one") for p in tmp_path.glob("one/*/*"))
    assert len(files) == 3
    texts = [(tmp_path / "one" / f).read_text() for f in files]
    assert texts == [(tmp_path / "two" / f).read_text() for f in files]
    assert sum(text.count("\n\n") + 1 for text in texts) == 23


@pytest.mark.skipif(not available(), reason="no pseudo-terminals here")
def test_a_terminal_waits_for_what_a_program_writes() -> None:
    program = Terminal(["/bin/sh", "-c", "read x; echo got $x; read y"], {})
    try:
        program.type("it\n")
        assert program.until("got it") > 0
        with pytest.raises(AssistantError, match="did not come"):
            program.until("never", 0.05)
    finally:
        program.end()
