"""Adapters: found by the base they were made for, checked, switched for each generation."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines.adapter_files import write_adapter

from assistant import settings
from assistant.answering.llm import Finished
from assistant.answering.prompts import Message
from assistant.cli.main import main
from assistant.engines import adapters, catalog, models, weights
from assistant.engines.catalog import AdapterEntry, Weights
from assistant.engines.llama.engine import LlamaEngine
from assistant.wiring import open_llm

BASE = "b" * 64
QUESTION = [
    Message("system", "You answer in one short sentence, from the text alone. " * 4),
    Message("user", "The bridge at Avignon was built in 1185. When was the bridge built?"),
]


def llm_file() -> Path:
    known = catalog.llm().weights
    assert known is not None
    return weights.locate(known)


def opened(path: Path) -> LlamaEngine:
    return LlamaEngine(llm_file(), n_ctx=512, adapter=adapters.Adapter(path, path.stem, "a" * 64))


def answer(engine: LlamaEngine, *, adapter: bool) -> Finished:
    *_, last = engine.generate(QUESTION, max_tokens=12, adapter=adapter)
    assert isinstance(last, Finished)
    return last


@pytest.fixture(scope="module")
def plain() -> str:
    with LlamaEngine(llm_file(), n_ctx=512) as engine:
        assert not engine.has_adapter
        text = answer(engine, adapter=False).text
        assert answer(engine, adapter=True).text == text
    return text


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaEngine]:
    """The embedded model with an adapter of random weights."""
    path = write_adapter(tmp_path_factory.mktemp("adapter") / "random.gguf", size=2.0)
    with opened(path) as engine:
        engine.wait_ready(60)
        yield engine


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AdapterEntry:
    """A catalogue with one adapter, for BASE."""
    path = write_adapter(tmp_path / "adapter.gguf")
    known = Weights("", str(path), weights.sha256(path), path.stat().st_size)
    made = AdapterEntry("tiny", "Tiny adapter", known, BASE, "Apache-2.0")
    monkeypatch.setattr(catalog, "adapters", lambda: (made,))
    return made


def test_an_adapter_of_zeros_changes_nothing(tmp_path: Path, plain: str) -> None:
    with opened(write_adapter(tmp_path / "zero.gguf")) as engine:
        assert engine.wait_ready(60).adapter
        assert answer(engine, adapter=True).text == plain
        assert engine.notices == ()


def test_an_adapter_is_used_where_it_is_asked_for(engine: LlamaEngine, plain: str) -> None:
    adapted = answer(engine, adapter=True).text
    assert adapted != plain
    assert answer(engine, adapter=False).text == plain
    assert answer(engine, adapter=True).text == adapted


def test_a_prompt_read_with_the_adapter_is_not_reused_without_it(engine: LlamaEngine) -> None:
    answer(engine, adapter=False)
    assert answer(engine, adapter=False).cached_tokens > 0
    assert answer(engine, adapter=True).cached_tokens == 0
    assert answer(engine, adapter=True).cached_tokens > 0
    assert answer(engine, adapter=False).cached_tokens == 0


def test_answers_are_recorded_with_the_adapter(engine: LlamaEngine) -> None:
    assert engine.describe()["adapter"] == "a" * 64


@pytest.mark.parametrize("wrong", [{"width": 64}, {"architecture": "qwen2"}, {"cut": 999}])
def test_an_adapter_that_does_not_fit_is_said_and_the_model_answers(
    tmp_path: Path, plain: str, wrong: dict[str, object]
) -> None:
    with opened(write_adapter(tmp_path / "other.gguf", **wrong)) as engine:  # type: ignore[arg-type]
        assert not engine.wait_ready(60).adapter
        assert answer(engine, adapter=True).text == plain
        (said,) = engine.notices
        assert "does not fit the model" in said
        assert said.endswith("The model works without it.")
        assert "\n" not in said
        assert not engine.has_adapter
        assert "adapter" not in engine.describe()


def test_the_catalogue_s_adapter_is_that_of_the_base(entry: AdapterEntry) -> None:
    found, problem = adapters.find(BASE, "")
    assert found == adapters.Adapter(Path(entry.weights.file), "tiny", entry.weights.sha256)
    assert problem == ""
    assert adapters.find("c" * 64, "") == (None, "")
    assert adapters.find(BASE, "none") == (None, "")


def test_a_missing_or_damaged_adapter_is_said_with_a_remedy(entry: AdapterEntry) -> None:
    path = Path(entry.weights.file)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    found, problem = adapters.find(BASE, "")
    assert found is None
    assert "is damaged: its sha256 is not the catalogue's. Install the assistant again" in problem
    path.unlink()
    found, problem = adapters.find(BASE, "")
    assert found is None
    assert "is not on this machine. Install the assistant again" in problem
    assert problem.endswith("The model works without it.")


def test_an_adapter_of_one_s_own_is_named_by_its_path(tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "mine.gguf")
    found, problem = adapters.find(BASE, str(path))
    assert found == adapters.Adapter(path, "mine", weights.sha256(path))
    assert problem == ""


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b"PK"), "cannot be read"),
        (lambda path: write_adapter(path, cut=999), "is not a whole GGUF file"),
        (lambda path: write_adapter(path, kind="model"), "is no adapter"),
    ],
)
def test_what_is_no_adapter_is_said(tmp_path: Path, make: object, said: str) -> None:
    path = tmp_path / "mine.gguf"
    make(path)  # type: ignore[operator]
    found, problem = adapters.find(BASE, str(path))
    assert found is None
    assert said in problem
    assert "Set llm.adapter to another file, or to none." in problem


def test_a_setting_that_cannot_be_met_leaves_the_model_and_a_notice(tmp_path: Path) -> None:
    given = replace(settings.Settings(), llm_adapter=str(tmp_path / "gone.gguf"))
    engine = open_llm(models.find(None, given), given)
    assert isinstance(engine, LlamaEngine)
    (said,) = engine.notices
    assert "does not exist" in said
    assert not engine.has_adapter
    engine.close()


def test_a_command_says_once_that_the_adapter_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_adapter(tmp_path / "other.gguf", width=64)
    monkeypatch.setenv("ASSISTANT_LLM_ADAPTER", str(path))
    assert main(["ask", "When did Ban Ki-moon visit Libya?"]) == 0
    said = capsys.readouterr()
    assert "2014" in said.out
    assert said.err.count("does not fit the model") == 1
    assert main(["doctor"]) == 0
    assert "The model works without it." in capsys.readouterr().out
