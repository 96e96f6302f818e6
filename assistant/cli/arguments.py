"""The arguments of the commands around the answers: models, config, sessions, doctor, serve."""

import argparse
from collections.abc import Callable
from typing import Any

Run = Callable[[argparse.Namespace], int]
Command = Callable[[str, Run, str, str], argparse.ArgumentParser]


def add_commands(command: Command) -> None:
    """Add these commands to the parser; `command` makes one of name, function, text, example."""
    _models(command("models", _list_models, "the language models", "assistant models list"))
    _config(command("config", _config_run, "the settings", "assistant config set llm.threads 4"))
    _sessions(
        command("sessions", _sessions_run, "the saved conversations", "assistant sessions list")
    )
    calibrate = command(
        "calibrate",
        _calibrate_run,
        "set how sure an answer must be to be given, from your questions or the library itself",
        "assistant calibrate questions.jsonl",
    )
    calibrate.add_argument(
        "questions",
        nargs="?",
        metavar="QUESTIONS.jsonl",
        help='a question set as for `eval`, some with "answerable": false; without one, a cautious'
        " estimate from the library itself",
    )
    calibrate.add_argument(
        "--mine", action="store_true", help="by the answers that you marked as right or wrong"
    )
    calibrate.add_argument("--reset", action="store_true", help="go back to what is shipped")
    calibrate.add_argument("--yes", action="store_true", help="write it without asking")
    calibrate.add_argument("--json", action="store_true", help="as JSON")
    serve = command(
        "serve",
        _serve_run,
        "let other programs on this machine ask, over an OpenAI-compatible interface",
        "assistant serve --port 8765",
    )
    serve.add_argument("--host", help="where to listen (default: the setting serve.host)")
    serve.add_argument("--port", type=int, help="the port, 0 for any that is free")
    command(
        "mcp",
        _mcp_run,
        "let other programs ask over MCP, on stdin and stdout",
        "assistant mcp",
    )
    _bench(
        command(
            "bench",
            _bench_run,
            "measure its speed on this machine, next to the bare libraries",
            "assistant bench --quick --json today.json",
        )
    )
    doctor = command(
        "doctor",
        _doctor_run,
        "check installation, library, models and disk",
        "assistant doctor --repair",
    )
    doctor.add_argument("--repair", action="store_true", help="repair what can be repaired")
    doctor.add_argument(
        "--privacy",
        action="store_true",
        help="show what is kept on the disk, and what may leave this machine",
    )
    doctor.add_argument(
        "--licences", action="store_true", help="all dependencies and weights with their licences"
    )
    doctor.add_argument(
        "--forget", action="store_true", help="erase all saved conversations, for good"
    )
    doctor.add_argument("--yes", action="store_true", help="erase without asking")
    doctor.add_argument("--json", action="store_true", help="as JSON")


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="these alone; `--only list` names all"
    )
    parser.add_argument("--quick", action="store_true", help="a smaller library and fewer rounds")
    parser.add_argument(
        "--documents", metavar="DIR", help="measure over these files instead of made-up ones"
    )
    parser.add_argument("--json", metavar="FILE", help="write every figure as JSON")
    parser.add_argument("--compare", metavar="FILE", help="hold the run against an earlier one's")
    parser.add_argument(
        "--growth",
        metavar="N,N…",
        help="instead: time and memory as a library grows to these numbers of passages",
    )
    parser.add_argument(
        "--turns", metavar="N,N…", help="instead, or with --growth: as a conversation grows"
    )
    parser.add_argument("--svg", metavar="FILE", help="write the growth as a picture")


class _Printed(argparse.Action):
    """Prints what is written from the whole parser, and ends as --help does."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        _namespace: Any,
        value: Any,
        _option: str | None = None,
    ) -> None:
        """Print the script of the shell `value`, or the man page."""
        from assistant.cli import completion, man_page, output

        output.say((completion.script(parser, value) if value else man_page.page(parser)).rstrip())
        parser.exit()


def add_printed(parser: argparse.ArgumentParser) -> None:
    """Add --completion and --man, whose texts are made from the parser itself."""
    parser.add_argument(
        "--completion",
        action=_Printed,
        choices=("bash", "zsh", "fish"),
        help='print the shell\'s completion script: eval "$(assistant --completion bash)"',
    )
    parser.add_argument("--man", action=_Printed, nargs=0, help="print the man page")


def _models(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(json=False)
    kinds = parser.add_subparsers(title="what to do", metavar="ACTION")

    def action(name: str, text: str, run: Run) -> argparse.ArgumentParser:
        made = kinds.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        made.set_defaults(run=run)
        return made

    listing = action(
        "list", "list the models on this machine, and those that can be downloaded", _list_models
    )
    listing.add_argument("--json", action="store_true", help="as JSON")
    use = action("use", "answer with this model from now on", _use_model)
    use.add_argument("model", metavar="NAME|PATH|URL", help='"default" for the embedded one')
    pull = action("pull", "fetch a model: the only time the network is used", _pull_model)
    pull.add_argument(
        "model", metavar="NAME|URL", help="a name of the list, owner/repository/file.gguf, or a URL"
    )
    pull.add_argument("--sha256", metavar="HEX", default="", help="what its sha256 must be")
    pull.add_argument("--yes", action="store_true", help="do not ask before fetching")
    verify = action("verify", "check the files' sha256, and that each loads and answers", _verify)
    verify.add_argument("model", nargs="*", metavar="NAME", help="all that are here, if left out")
    tune = action("tune", "measure how a model answers best here, and keep that", _tune)
    tune.add_argument("model_name", nargs="?", metavar="NAME|PATH|URL", help="the one in use")
    tune.add_argument("--questions", metavar="FILE", help="a question set of your own")
    tune.add_argument("--documents", metavar="DIR", help="the documents that answer it")
    remove = action("remove", "delete the file of a model that was downloaded or added", _remove)
    remove.add_argument("model", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="erase without asking")


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=["show", "get", "set", "unset", "path"], default="show"
    )
    parser.add_argument("key", nargs="?", metavar="KEY")
    parser.add_argument("value", nargs="?", metavar="VALUE")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _sessions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=["list", "show", "search", "export", "rename", "delete"],
        default="list",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="ID|WORDS",
        help="a conversation, by the start of its id",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def _run(module: str, function: str, options: argparse.Namespace) -> int:
    # Each command's module is imported when it runs: help must not wait for it.
    from importlib import import_module

    run: Any = getattr(import_module(f"assistant.cli.{module}"), function)
    return int(run(options))


def _list_models(options: argparse.Namespace) -> int:
    return _run("models", "run_list", options)


def _use_model(options: argparse.Namespace) -> int:
    return _run("models", "run_use", options)


def _pull_model(options: argparse.Namespace) -> int:
    return _run("pull", "run_pull", options)


def _verify(options: argparse.Namespace) -> int:
    return _run("models", "run_verify", options)


def _tune(options: argparse.Namespace) -> int:
    return _run("tune", "run_tune", options)


def _remove(options: argparse.Namespace) -> int:
    return _run("models", "run_remove", options)


def _config_run(options: argparse.Namespace) -> int:
    return _run("config", "run_config", options)


def _sessions_run(options: argparse.Namespace) -> int:
    return _run("sessions", "run_sessions", options)


def _calibrate_run(options: argparse.Namespace) -> int:
    return _run("calibrate", "run_calibrate", options)


def _serve_run(options: argparse.Namespace) -> int:
    return _run("serve", "run_serve", options)


def _mcp_run(options: argparse.Namespace) -> int:
    return _run("serve", "run_mcp", options)


def _bench_run(options: argparse.Namespace) -> int:
    return _run("bench", "run_bench", options)


def _doctor_run(options: argparse.Namespace) -> int:
    return _run("doctor", "run_doctor", options)
