"""Settings: one schema; flags, environment, file and defaults in this order; mistakes are named."""

import os
from pathlib import Path

import pytest

from assistant import settings
from assistant.errors import SettingsError
from assistant.tui import themes


def write(text: str) -> Path:
    settings.file().parent.mkdir(parents=True, exist_ok=True)
    settings.file().write_bytes(text.encode())
    return settings.file()


def test_without_a_file_all_is_as_shipped() -> None:
    assert settings.load() == settings.Settings()
    assert {origin for *_, origin in settings.in_force()} == {"default"}


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write("[llm]\nthreads = 3\nurl = 'http://127.0.0.1:1/v1'\n")
    monkeypatch.setenv("ASSISTANT_LLM_THREADS", "5")
    monkeypatch.setenv("ASSISTANT_PULL_MIRRORS", "http://a, http://b")
    given = settings.load()
    assert (given.llm_threads, given.llm_url) == (5, "http://127.0.0.1:1/v1")
    assert given.pull_mirrors == ("http://a", "http://b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[llm]\nmodle = 'x'\n",
            "line 2: there is no setting 'llm.modle'. Did you mean llm.model?",
        ),
        ("# a\n\n[llm]\n\nthreads = '3'", "line 5: llm.threads must be a whole number."),
        ("llm.threads = true", "line 1: llm.threads must be a whole number."),
        ("[llm]\nanswering = 'often'", "line 2: llm.answering must be one of"),
        ("[serve]\nport = 70000", "line 2: serve.port must be at least 0 and at most 65535."),
        ("[llm]\ngpu_layers = 'some'", "line 2: llm.gpu_layers must be 'auto' or a whole number."),
        ("[llm]\ngpu_layers = true", "line 2: llm.gpu_layers must be 'auto' or a whole number."),
        ("[llm]\ngpu_layers = -1", "line 2: llm.gpu_layers must be 'auto' or a whole number."),
        ("[llm]\ngpu_layers = 10000", "llm.gpu_layers must be at least 0 and at most 9999."),
        ("[answering]\nmax_tokens = -1", "answering.max_tokens must be at least 0"),
        (
            "[answering]\nmax_tokens = 5000",
            "answering.max_tokens must be at least 0 and at most 4096",
        ),
        (
            "[answering]\ntemperature = 2.5",
            "answering.temperature must be at least 0 and at most 2.",
        ),
        ("[answering]\nunsupported = 'hide'", "must be one of 'mark', 'drop'."),
        ("[pull]\nmirrors = [1]", "line 2: pull.mirrors must be a list of texts."),
        ("llm = 3", "line 1: there is no setting 'llm'."),
        ("[llm\n", "at line 1, column 5"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, said: str) -> None:
    path = write(text)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_how_answers_are_written_can_be_set() -> None:
    given = settings.load()
    assert (given.answering_max_tokens, given.answering_temperature) == (0, 0.0)
    assert given.answering_unsupported == "mark"
    write("[answering]\nmax_tokens = 300\ntemperature = 1\nunsupported = 'drop'\n")
    given = settings.load()
    assert (given.answering_max_tokens, given.answering_temperature) == (300, 1.0)
    assert given.answering_unsupported == "drop"


def test_gpu_layers_are_a_word_or_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.load().llm_gpu_layers == "auto"
    for written in ("20", "'20'"):
        write(f"[llm]\ngpu_layers = {written}\n")
        assert settings.load().llm_gpu_layers == "20"
    monkeypatch.setenv("ASSISTANT_LLM_GPU_LAYERS", "0")
    assert settings.load().llm_gpu_layers == "0"
    known = settings.setting("llm.gpu_layers")
    assert known.limits() == "It is 'auto' or a whole number, at least 0 and at most 9999."


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_LLM_THREADS", "many")
    with pytest.raises(SettingsError, match=r"^ASSISTANT_LLM_THREADS: llm.threads must be"):
        settings.load()


def test_saving_keeps_comments_and_other_settings() -> None:
    path = write("# mine\n[pull]\ntimeout_s = 3 # short\n\n[llm]\nthreads = 2\n")
    settings.save("llm.threads", 4)
    settings.save("llm.url", 'http://h/"ü"')
    settings.save("serve.port", 1)
    settings.save("llm.threads", None)
    assert path.read_text(encoding="utf-8") == (
        '# mine\n[pull]\ntimeout_s = 3 # short\n\n[llm]\nurl = "http://h/\\"ü\\""\n\n'
        "[serve]\nport = 1\n"
    )
    given = settings.load()
    assert (given.llm_url, given.pull_timeout_s, given.serve_port) == ('http://h/"ü"', 3.0, 1)
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("llm = { threads = 2 }\n", 'llm = { threads = 2, url = "h"}\n'),
        ("llm.threads = 2\n[pull]\n", 'llm.threads = 2\nllm.url = "h"\n[pull]\n'),
        ("[llm]\r\nthreads = 2\r\n", '[llm]\r\nthreads = 2\r\nurl = "h"\n'),
        ("[llm]\nurl = 'x' # of the lab\n# end", '[llm]\nurl = "h" # of the lab\n# end'),
        (
            "[pull]\nmirrors = [\n  'a', # first\n]\n\n[llm]\nthreads = 2\n\n# port\n[serve]\n",
            "[pull]\nmirrors = [\n  'a', # first\n]\n\n[llm]\nthreads = 2\nurl = \"h\"\n\n"
            "# port\n[serve]\n",
        ),
        (
            "[llm]\nthreads = 2\n[pull]\n[llm.x]\n",
            '[llm]\nthreads = 2\nurl = "h"\n[pull]\n[llm.x]\n',
        ),
    ],
)
def test_a_setting_is_changed_however_its_table_is_written(before: str, after: str) -> None:
    path = write(before)
    settings.save("llm.url", "h")
    assert path.read_bytes().decode() == after
    assert settings.load().llm_url == "h"


@pytest.mark.parametrize("known", settings.schema(), ids=lambda known: known.key)
def test_each_setting_is_described_and_can_be_saved(known: settings.Setting) -> None:
    assert known.text.endswith(".")
    settings.save(known.key, known.choices[-1] if known.choices else known.default)
    value = next(v for s, v, origin in settings.in_force() if s == known and origin == "file")
    assert known.choices or value == known.default


def test_the_chats_own_entries_stop_nothing(home: Path) -> None:
    write(
        '[chat]\ntheme = "textual-light"\n[chat.keys]\n"chat.why" = "f9"\nchat.source = "f8"\n'
        "[llm]\nthreads = 3\n"
    )
    assert settings.load().llm_threads == 3
    assert themes.load(home).keys == {"chat.why": "f9", "chat.source": "f8"}
    settings.save("llm.threads", 4)
    assert settings.load().llm_threads == 4
    assert themes.load(home).keys["chat.why"] == "f9"
    write("[chat.keys]\n'chat.why' = 9\n")
    with pytest.raises(SettingsError, match=r"line 2: chat\.keys\.chat\.why must be a text"):
        settings.load()
