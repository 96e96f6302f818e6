"""`assistant models` with the real engine: list, use, verify, remove, pull; what cannot serve."""

import hashlib
import json
import time
from pathlib import Path

import pytest
from engines.gguf_files import renamed, write_gguf
from loopback import Handler, serving

from assistant import settings
from assistant.cli.main import main
from assistant.engines import catalog, gguf, weights

pytestmark = pytest.mark.slow

QUESTION = "When did Ban Ki-moon visit Libya?"


def embedded() -> Path:
    known = catalog.llm().weights
    assert known is not None
    return weights.locate(known)


def template(text: str) -> dict[bytes, bytes]:
    """The change that puts another chat template, filled up with spaces, into the model."""
    own = gguf.read(embedded()).chat_template.encode()
    assert len(text) <= len(own)
    return {own: text.encode().ljust(len(own))}


@pytest.fixture
def dropped(home: Path) -> Path:
    folder = home / "models"
    folder.mkdir()
    return folder


def test_list_shows_what_a_file_says_of_itself(
    dropped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meta = {
        "general.architecture": "bert",
        "general.name": "Evil\x1b[31m",
        "bert.context_length": 512,
    }
    write_gguf(dropped / "vectors.gguf", meta)
    (dropped / "page.gguf").write_bytes(b"<html>")
    assert main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "* smollm2-135m" in out
    assert "135M weights, Q4_1, context 2,048 of 8,192, own chat template, Apache-2.0" in out
    assert "writes no text" in out
    assert "is not a GGUF file" in out
    assert "to be pulled" in out
    assert "\x1b" not in out
    assert main(["models", "list", "--json"]) == 0
    found = {m["name"]: m for m in json.loads(capsys.readouterr().out)}
    assert found["smollm2-135m"]["current"]
    assert found["vectors"]["architecture"] == "bert"


def test_a_file_dropped_into_the_folder_is_used_by_its_name(
    dropped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Its template opens a thought, as those of reasoning models do: none of it may be seen.
    thinking = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "<|im_start|>assistant\n<think>\n"
    )
    renamed(embedded(), dropped / "mine.gguf", template(thinking))
    assert main(["models", "use", "mine"]) == 0
    assert settings.load().llm_model == "mine"
    err = capsys.readouterr().err
    assert "It answers:" in err
    assert "think" not in err
    assert main(["ask", "--json", QUESTION]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["model"]["name"] == "mine"
    assert answer["model"]["sha256"] == weights.sha256(dropped / "mine.gguf")
    assert answer["usage"]["completion_tokens"] > 0
    assert main(["models", "remove", "mine"]) == 2  # nobody there to ask
    assert main(["models", "remove", "mine", "--yes"]) == 0
    assert not (dropped / "mine.gguf").exists()
    assert settings.load().llm_model == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% if %}", "chat template is no template"),
        ("{{ raise_exception('no') }}", "chat template failed"),
        ("{{ messages[0]['role'] }}", "leaves the question out"),
    ],
)
def test_a_chat_template_that_cannot_serve_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = renamed(embedded(), tmp_path / "m.gguf", template(text))
    assert main(["models", "use", str(path)]) == 2
    assert said in capsys.readouterr().err
    assert settings.load().llm_model == ""


def test_a_model_without_a_template_is_asked_in_chatml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without = {b"tokenizer.chat_template": b"tokenizer.chat_templatX"}
    path = renamed(embedded(), tmp_path / "m.gguf", without)
    assert main(["models", "use", str(path)]) == 0
    assert "answers from now on" in capsys.readouterr().err


def test_verify_tells_a_damaged_file(dropped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = catalog.llm("qwen3-0.6b").weights
    assert known is not None
    write_gguf(dropped / known.file, {"general.architecture": "qwen3"})
    assert main(["models", "verify", "qwen3-0.6b"]) == 2
    assert "the file is damaged or another" in capsys.readouterr().out


def test_what_is_not_the_person_s_own_is_never_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = write_gguf(tmp_path / "m.gguf", {"general.architecture": "llama"})
    for name in ("smollm2-135m", str(elsewhere), "qwen3-4b", "no-such"):
        assert main(["models", "remove", name, "--yes"]) == 2
    assert elsewhere.exists()
    assert embedded().exists()
    assert "Traceback" not in capsys.readouterr().err


def test_pull_use_and_ask_from_a_hub_with_a_mirror(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = embedded().read_bytes()

    def respond(handler: Handler) -> None:
        if handler.path.startswith("/bad"):
            handler.reply(404)
        else:
            sha256 = hashlib.sha256(data).hexdigest()
            handler.reply(200, data, X_Linked_Etag=f'"{sha256}"')

    with serving(respond) as server:
        monkeypatch.setenv("ASSISTANT_PULL_HUB", f"{server.url}/bad")
        monkeypatch.setenv("ASSISTANT_PULL_MIRRORS", f"{server.url}/good")
        assert main(["models", "pull", "someone/small/tiny.gguf"]) == 0
    out, err = capsys.readouterr()
    path = home / "models" / "tiny.gguf"
    assert Path(out.strip()) == path
    assert path.read_bytes() == data
    assert "(checked)" in err
    assert "Licence: apache-2.0" in err
    assert [a[1] for a in server.asked] == [
        f"/{hub}/someone/small/resolve/main/tiny.gguf" for hub in ("bad", "good")
    ]
    assert main(["models", "verify", "tiny"]) == 0
    path.write_bytes(data[:-1] + b"!")
    assert main(["models", "verify", "tiny"]) == 2


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("no-such", "There is no llm named"),
        ("smollm2-135m", "comes with the installation"),
        ("http://127.0.0.1:9/..%2F..%2Fetc.gguf", "is not the name of a GGUF file"),
        ("http://127.0.0.1:9/model.bin", "is not the name of a GGUF file"),
        ("a/../b.gguf", "There is no llm named"),
    ],
)
def test_what_cannot_be_pulled(wanted: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", wanted]) == 2
    assert said in capsys.readouterr().err


def test_a_web_page_in_the_place_of_a_model_is_removed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda handler: handler.reply(200, b"<html>Sign in</html>")) as server:
        assert main(["models", "pull", f"{server.url}/m.gguf"]) == 2
    assert "What came is no model" in capsys.readouterr().err
    assert list((home / "models").glob("[!.]*")) == []


def chat(handler: Handler) -> None:
    """An endpoint that phrases: it says the first excerpt that it was shown, or the evidence."""
    if handler.command == "GET":
        handler.reply(200, b'{"data": [{"id": "phraser"}]}')
        return
    asked = json.loads(handler.body)["messages"][-1]["content"]
    text = asked.splitlines()[0].partition(": ")[2] or asked.splitlines()[0]
    said = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    handler.reply(200, json.dumps(said).encode())


def test_an_endpoint_answers_by_flag_and_by_setting(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_LLM_KEY", "sk-secret-1")
    with serving(chat) as server:
        assert main(["ask", "--json", "--model", f"{server.url}/v1#phraser", QUESTION]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["model"] == {"name": "phraser", "sha256": "", "url": f"{server.url}/v1"}
        assert "October 2014" in answer["answer"]
        assert main(["models", "use", f"{server.url}/v1"]) == 0
        assert main(["ask", QUESTION]) == 0
        capsys.readouterr()
    assert main(["ask", QUESTION]) == 0  # the server is gone; the documents' words are not
    shown = capsys.readouterr()
    assert "nothing listens there" in shown.err
    assert "October 2014" in shown.out
    kept = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert b"sk-secret-1" not in kept
    assert main(["models", "use", "default"]) == 0
    assert settings.load().llm_url == ""


def test_a_url_with_a_password_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--model", "http://me:secret@127.0.0.1:9/v1", QUESTION]) == 2
    err = capsys.readouterr().err
    assert "environment variable" in err
    assert "secret" not in err


def test_ctrl_c_during_a_pull_keeps_what_came(home: Path) -> None:
    import os
    import signal
    import subprocess
    import sys

    def respond(handler: Handler) -> None:
        handler.head(200, Content_Length="1000000")
        handler.wfile.write(b"GGUF" + bytes(200_000))
        handler.wfile.flush()
        time.sleep(3)

    with serving(respond) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "models", "pull", f"{server.url}/m.gguf"],
            env=os.environ | {"ASSISTANT_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        part = home / "models" / "m.gguf.part"
        end = time.monotonic() + 30
        while not (part.exists() and part.stat().st_size > 100_000):
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err.splitlines()[-1] == "assistant: Stopped."
    assert part.stat().st_size == 200_004


def test_an_unfinished_download_is_removed_by_the_models_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "models"
    folder.mkdir()
    for name in ("big.gguf.part", "big.gguf.part.json"):
        (folder / name).write_bytes(b"x")
    assert main(["models", "remove", "big"]) == 2
    assert "Say --yes" in capsys.readouterr().err
    assert main(["models", "remove", "big.gguf.part", "--yes"]) == 0
    assert list(folder.iterdir()) == []
    assert "Erased the unfinished download" in capsys.readouterr().err
