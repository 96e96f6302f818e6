"""`assistant models list`, `use`, `verify` and `remove`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from assistant import formatting, offline, settings
from assistant.answering.llm import Token
from assistant.answering.prompts import Message
from assistant.cli import output
from assistant.engines import catalog, models, records, weights
from assistant.engines.models import Chosen, Listed
from assistant.errors import AssistantError, EngineError, WeightsError
from assistant.printable import safe_line
from assistant.wiring import open_llm

DONE, FAILED = 0, 2
# A large model on a slow disk; a chat template that never ends is given up here.
_LOAD_S = 180.0
_QUESTION = [
    Message("system", "You answer in one short sentence."),
    Message("user", "Text: The bridge was built in 1896.\n\nQuestion: When was the bridge built?"),
]


def run_list(options: argparse.Namespace) -> int:
    """Show every model with what its file says of itself."""
    given = settings.load()
    current = _current(given)
    found = models.listed(given)
    if options.json:
        output.say_json([_as_json(item, item.name == current) for item in found], indent=1)
        return DONE
    for item in found:
        mark = "*" if item.name == current else " "
        output.say(f"{mark} {safe_line(item.name):<28}{_facts(item)}")
        if item.problem:
            output.say(f"    {safe_line(item.problem)}")
    if given.llm_url:
        output.say(f"* {safe_line(current)} at {safe_line(given.llm_url)}")
    elif current == models.NO_MODEL:
        output.say(f"* {current:<28}quotes alone")
    elif current not in {item.name for item in found}:
        output.say(f"* {safe_line(current)}")
    output.say(
        f"\nPut .gguf files into {safe_line(str(models.own_folder()))}, "
        "or name them by path: assistant models use PATH"
    )
    return DONE


def run_use(options: argparse.Namespace) -> int:
    """Make a model the one that answers, once it has shown that it can."""
    wanted = options.model
    if wanted in {"default", models.NO_MODEL}:
        models.remember("" if wanted == "default" else wanted)
        output.tell(
            "The embedded model answers from now on."
            if wanted == "default"
            else "Answers are quotes alone from now on."
        )
        return DONE
    given = settings.load()
    chosen = models.find(wanted, given)
    output.tell(f"Trying {safe_line(chosen.entry.title)} \u2026")
    said = _try(chosen, given)
    if chosen.endpoint is not None:
        models.remember(wanted if models.is_url(wanted) else f"{given.llm_url}#{wanted}")
    else:
        models.remember(str(chosen.path) if wanted.endswith(".gguf") else wanted)
    output.tell(f"It answers: {safe_line(said)}")
    output.tell(f"{safe_line(chosen.entry.title)} answers from now on.")
    _warn(chosen)
    return DONE


def run_verify(options: argparse.Namespace) -> int:
    """Check files against their sha256 and let each model answer once; 2 if any fails."""
    given = settings.load()
    found = [models.named(name, given) for name in options.model]
    found = found or [model for model in models.listed(given) if model.path]
    failed = 0
    for item in found:
        problem = _problem(item)
        failed += bool(problem)
        output.say(f"{safe_line(item.name)}: {safe_line(problem) if problem else 'all is well'}")
    return FAILED if failed else DONE


def run_remove(options: argparse.Namespace) -> int:
    """Erase a model's file, if it is the person's own, or what was fetched of one."""
    if unfinished := _unfinished(options.model):
        return _remove_unfinished(unfinished, yes=options.yes)
    item = models.named(options.model, settings.load())
    folders = [folder.resolve() for folder in weights.model_folders()]
    if item.path is None:
        raise WeightsError(f"{options.model} is not on this machine.")
    if not item.is_own or item.path.resolve().parent not in folders:
        raise WeightsError(
            f"{item.path} is not in the folder of models.",
            "Only what was pulled or put there is removed; remove other files yourself.",
        )
    if not (options.yes or output.confirmed(f"Erase {item.path} ({formatting.size(item.bytes)})?")):
        raise AssistantError("Nothing was erased.", "Say --yes to erase without being asked.")
    digest = weights.sha256(item.path)
    item.path.unlink()
    records.remember_pulled(item.path.name, None)
    records.remember_tuned(digest, None)
    output.tell(f"Erased {safe_line(str(item.path))}")
    if settings.load().llm_model in {item.name, str(item.path)}:
        models.remember("")
        output.tell("The embedded model answers from now on.")
    return DONE


def _unfinished(name: str) -> list[Path]:
    """The remains of a download that was stopped: the file and the note beside it."""
    if Path(name).name != name:
        return []
    stem = models.own_folder() / name.removesuffix(".json").removesuffix(".part")
    ways = [stem, stem.with_name(f"{stem.name}.gguf")]
    return [
        path
        for way in ways
        for path in (way.with_name(f"{way.name}.part"), way.with_name(f"{way.name}.part.json"))
        if path.is_file() and not way.is_file()
    ]


def _remove_unfinished(files: Sequence[Path], *, yes: bool) -> int:
    size = formatting.size(sum(path.stat().st_size for path in files))
    if not (yes or output.confirmed(f"Erase the unfinished download {files[0]} ({size})?")):
        raise AssistantError("Nothing was erased.", "Say --yes to erase without being asked.")
    for path in files:
        path.unlink()
    output.tell(f"Erased the unfinished download {safe_line(str(files[0]))}")
    return DONE


def _try(chosen: Chosen, given: settings.Settings) -> str:
    """The model's answer to a small question. Raises EngineError where it cannot."""
    engine = open_llm(chosen, given)
    try:
        engine.wait_ready(_LOAD_S)
        said = "".join(
            event.text
            for event in engine.generate(_QUESTION, max_tokens=40)
            if isinstance(event, Token)
        )
    finally:
        engine.close()
    if not said.strip():
        raise EngineError(
            f"{chosen.entry.title} says nothing to a simple question.", "Choose another model."
        )
    return " ".join(said.split())


def _problem(item: Listed) -> str:
    """The problem with a model's file, as a sentence; "" if it answers."""
    if item.path is None:
        return "It is not on this machine."
    if item.problem:
        return item.problem
    digest = weights.fresh_sha256(item.path)
    expected = _expected(item)
    if expected and digest != expected:
        return f"Its sha256 is {digest}, not {expected}: the file is damaged or another."
    try:
        _try(models.find(str(item.path), settings.load()), settings.load())
    except AssistantError as error:
        return error.message
    return ""


def _expected(item: Listed) -> str:
    if item.name in catalog.llm_names():
        known = catalog.llm(item.name).weights
        return known.sha256 if known else ""
    record = records.pulled(item.path.name) if item.path else None
    return record.sha256 if record else ""


def _current(given: settings.Settings) -> str:
    if given.llm_url:
        return given.llm_model or "the first model"
    if given.llm_model.endswith(".gguf"):
        return next(
            (m.name for m in models.listed(given) if str(m.path) == given.llm_model),
            given.llm_model,
        )
    return given.llm_model or catalog.llm().name


def _warn(chosen: Chosen) -> None:
    if chosen.endpoint is None:
        return
    host = urlsplit(chosen.endpoint.url).hostname or ""
    if not offline.is_local(host):
        plain = " unencrypted" if chosen.endpoint.url.startswith("http://") else ""
        output.tell(
            f"Questions and quotes of your documents go{plain} to {safe_line(host)} now. "
            "`assistant models use default` ends that."
        )


def _facts(item: Listed) -> str:
    info = item.info
    facts = [formatting.size(item.bytes)]
    if info is not None:
        facts.append(f"{_count(info.parameters)} weights")
        facts += [info.quantisation] if info.quantisation else []
    facts.append(f"context {item.context}" if item.context else "")
    if info is not None:
        facts.append("own chat template" if info.chat_template else "no chat template: ChatML")
    licence = item.licence or "licence not stated"
    here = [] if item.path else ["to be pulled"]
    return safe_line(", ".join(filter(None, [*here, *facts, licence])))


def _as_json(item: Listed, current: bool) -> dict[str, object]:
    info = item.info
    return {
        "name": item.name,
        "title": item.title,
        "path": str(item.path) if item.path else None,
        "bytes": item.bytes,
        "licence": item.licence,
        "problem": item.problem,
        "current": current,
        "architecture": info.architecture if info else "",
        "parameters": info.parameters if info else 0,
        "quantisation": info.quantisation if info else "",
        "context_tokens": info.context_tokens if info else 0,
        "used_context_tokens": item.used_tokens,
        "has_chat_template": bool(info and info.chat_template),
    }


def _count(number: int) -> str:
    return f"{number / 1e9:.1f}B" if number >= 1e9 else f"{number / 1e6:.0f}M"
