"""The commands in a table: what `--help`, completion, man page and the README's table follow."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from assistant.cli.arguments import documents, evaluation, models, program, questions


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    pass


@dataclass(frozen=True)
class Command:
    """A command: its function, as "module.function" of this package, its help and its arguments.

    `actions` stand in the place of its first argument (`models list`), `words` beside its
    arguments (`eval init`). With `several_models`, --model may be repeated.
    """

    name: str
    run: str
    text: str
    example: str = ""
    arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments
    actions: tuple["Command", ...] = ()
    words: tuple["Command", ...] = ()
    several_models: bool = False


_MODELS = (
    Command(
        "list",
        "models.run_list",
        "list the models on this machine, and those that can be downloaded",
        arguments=models.listing,
    ),
    Command("use", "models.run_use", "answer with this model from now on", arguments=models.use),
    Command(
        "pull",
        "pull.run_pull",
        "fetch a model: the only time the network is used",
        arguments=models.pull,
    ),
    Command(
        "verify",
        "models.run_verify",
        "check the files' sha256, and that each loads and answers",
        arguments=models.verify,
    ),
    Command(
        "tune",
        "tune.run_tune",
        "measure how a model answers best here, and keep that",
        arguments=models.tune,
    ),
    Command(
        "remove",
        "models.run_remove",
        "delete the file of a model that was downloaded or added",
        arguments=models.remove,
    ),
)
_EVAL_INIT = Command(
    "init",
    "eval_init.run_init",
    "Write a question set to fill in: sentences from all over your documents, each with its\n"
    "source, for you to write questions to; every third for a question that your documents\n"
    "do not answer. `assistant eval` then asks those that are filled in",
    "assistant eval init\n  assistant eval init mine.csv --documents notes",
    evaluation.init,
)
COMMANDS = (
    Command(
        "chat",
        "chat.run_chat",
        "the chat; what `assistant` opens by itself",
        "assistant chat --plain",
        questions.chat,
    ),
    Command(
        "ask",
        "ask.run_ask",
        "answer one question, or many with --jsonl",
        'assistant ask "When did Ban Ki-moon visit Libya?"',
        questions.ask,
    ),
    Command(
        "search",
        "ask.run_search",
        "show the passages that fit a query",
        "assistant search peace conference --json",
        questions.search,
    ),
    Command(
        "check",
        "check.run_check",
        "hold every sentence of a text against your documents",
        "assistant check draft.md",
        questions.check,
    ),
    Command(
        "add",
        "library.run_add",
        "read files and folders into the library",
        "assistant add ~/notes report.md",
        documents.add,
    ),
    Command(
        "sync",
        "library.run_sync",
        "follow what changed in all that was added",
        "assistant sync --watch",
        documents.sync,
    ),
    Command(
        "remove",
        "library.run_remove",
        "forget documents",
        "assistant remove report.md",
        documents.remove,
    ),
    Command(
        "sources",
        "library.run_sources",
        "list what is in the library",
        "assistant sources",
        documents.sources,
    ),
    Command(
        "libraries",
        "libraries.run_libraries",
        "list, copy, rename, delete, export, import libraries, or set what one does",
        "assistant libraries export default ~/backup.library",
        documents.libraries,
    ),
    Command(
        "eval",
        "evaluate.run_eval",
        "score the answers to a question set (`eval init` writes one to fill in)",
        "assistant eval questions.jsonl --documents folder",
        evaluation.evaluate,
        words=(_EVAL_INIT,),
        several_models=True,
    ),
    Command(
        "models",
        "models.run_list",
        "the language models",
        "assistant models list",
        models.models,
        actions=_MODELS,
    ),
    Command(
        "config",
        "config.run_config",
        "the settings",
        "assistant config set llm.threads 4",
        program.config,
    ),
    Command(
        "sessions",
        "sessions.run_sessions",
        "the saved conversations",
        "assistant sessions list",
        program.sessions,
    ),
    Command(
        "calibrate",
        "calibrate.run_calibrate",
        "set how sure an answer must be to be given, from your questions or the library itself",
        "assistant calibrate questions.jsonl",
        evaluation.calibrate,
    ),
    Command(
        "serve",
        "serve.run_serve",
        "let other programs on this machine ask, over an OpenAI-compatible interface",
        "assistant serve --port 8765",
        program.serve,
    ),
    Command(
        "mcp",
        "serve.run_mcp",
        "let other programs ask over MCP, on stdin and stdout",
        "assistant mcp",
    ),
    Command(
        "bench",
        "bench.run_bench",
        "measure its speed on this machine, next to the bare libraries",
        "assistant bench --quick --json today.json",
        evaluation.bench,
    ),
    Command(
        "doctor",
        "doctor.run_doctor",
        "check installation, library, models and disk",
        "assistant doctor --repair",
        program.doctor,
    ),
)
