"""The command `assistant`: its arguments, its errors and its exit status."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from assistant import __version__, paths
from assistant.cli import output
from assistant.cli.arguments import add_commands, add_printed
from assistant.cli.commands import Command, eval_init_parser
from assistant.errors import AssistantError, OutputClosedError

ANSWERED, NOT_FOUND, FAILED = 0, 1, 2

_EXAMPLES = """examples:
  assistant                          the chat
  assistant ask "Who ordered the march?"
  assistant add ~/notes report.md    read files and folders into the library
  assistant sync                     follow what changed in them since
  assistant sources                  what is in the library
  assistant check draft.md           hold every sentence of a text against them
  assistant search "peace talks"     the passages a question would be answered from
  assistant ask --jsonl < questions.jsonl > answers.jsonl
  assistant eval questions.jsonl --documents folder
  assistant models list              the language models, and how to use others

exit status: 0 answered, 1 the documents do not answer it, 2 an error.
Everything is kept in ASSISTANT_HOME; nothing leaves this machine."""


def run() -> None:
    """The entry point: never returns, never shows a traceback for what can be said in words."""
    # Without this, Python 3.11 waits at exit for threads that are still importing.
    status = FAILED
    try:
        _shut_off()
        status = main(sys.argv[1:])
    except KeyboardInterrupt:
        output.tell("assistant: Stopped.")
    _flush()
    # Chroma and onnxruntime take up to 0.3 s to take down what the system takes down anyway.
    os._exit(status)


def _shut_off() -> None:
    """Nothing leaves, and what is written is the person's own business, whoever writes it."""
    from assistant import offline

    offline.guard()
    os.umask(0o077)
    with suppress(OSError, AssistantError):
        if paths.home().is_dir():
            paths.home().chmod(0o700)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    try:
        return _dispatch(arguments)
    except AssistantError as error:
        _log(error)
        output.tell(f"assistant: {error}")
        return FAILED
    except KeyboardInterrupt:
        output.tell("assistant: Stopped.")
        return FAILED
    except OutputClosedError:
        output.silence()
        return FAILED
    except OSError as error:
        _log(error)
        output.tell(f"assistant: {_system_error(error)}")
        return FAILED
    except MemoryError:
        output.tell("assistant: There is not enough memory. Close other programs and try again.")
        return FAILED


def _dispatch(arguments: Sequence[str]) -> int:
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as end:  # argparse has printed its help, the version, or what is wrong
        return int(str(end.code or 0))
    if options.verbose:
        from assistant import logs

        logs.keep()
        logs.show()
    command: Callable[[argparse.Namespace], int] = options.run
    return command(options)


def _log(error: Exception) -> None:
    from assistant import logs

    logs.logger(__name__).error("the command failed: %s", logs.Failure(error))


def _system_error(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}. Check the disk and the permissions, then try again."


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            continue


def _chat(options: argparse.Namespace) -> int:
    from assistant.cli.chat import run_chat

    return run_chat(options)


def _ask(options: argparse.Namespace) -> int:
    from assistant.cli.ask import run_ask

    return run_ask(options)


def _search(options: argparse.Namespace) -> int:
    from assistant.cli.ask import run_search

    return run_search(options)


def _check(options: argparse.Namespace) -> int:
    from assistant.cli.check import run_check

    return run_check(options)


def _add(options: argparse.Namespace) -> int:
    from assistant.cli.library import run_add

    return run_add(options)


def _sync(options: argparse.Namespace) -> int:
    from assistant.cli.library import run_sync

    return run_sync(options)


def _remove(options: argparse.Namespace) -> int:
    from assistant.cli.library import run_remove

    return run_remove(options)


def _sources(options: argparse.Namespace) -> int:
    from assistant.cli.library import run_sources

    return run_sources(options)


def _libraries(options: argparse.Namespace) -> int:
    from assistant.cli.libraries import run_libraries

    return run_libraries(options)


def _eval(options: argparse.Namespace) -> int:
    from assistant.cli.evaluate import run_eval

    return run_eval(options)


def _eval_init(options: argparse.Namespace) -> int:
    from assistant.cli.eval_init import run_init

    return run_init(options)


def _parser() -> argparse.ArgumentParser:
    parser = Command(
        prog="assistant",
        description="Answers questions about your own documents, offline, with checked quotes.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_everywhere()],
    )
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    add_printed(parser)
    parser.add_argument(
        "--incognito", action="store_true", help="the chat, and nothing of it is written"
    )
    parser.set_defaults(run=_chat, library="default", model=None, plain=False, verbose=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Command)

    def command(
        name: str,
        run: Callable[[argparse.Namespace], int],
        text: str,
        example: str,
        *,
        models: bool = False,
    ) -> Command:
        made = commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog=f"example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[_everywhere(models=models)],
        )
        made.set_defaults(run=run)
        return made

    chat = command(
        "chat", _chat, "the chat; what `assistant` opens by itself", "assistant chat --plain"
    )
    chat.add_argument(
        "--plain", action="store_true", help="in plain lines, for screen readers and dumb terminals"
    )
    chat.add_argument(
        "--web",
        action="store_true",
        help="in a browser of this machine, at an address with a token",
    )
    chat.add_argument(
        "--port", type=int, default=0, help="with --web, where it listens (default: a free port)"
    )
    chat.add_argument(
        "--incognito",
        action="store_true",
        default=argparse.SUPPRESS,
        help="write nothing of the conversation",
    )
    ask = command(
        "ask",
        _ask,
        "answer one question, or many with --jsonl",
        'assistant ask "When did Ban Ki-moon visit Libya?"',
    )
    ask.add_argument("question", nargs="*", metavar="QUESTION", help="read from stdin if left out")
    how = ask.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="the answer as a JSON object")
    how.add_argument(
        "--jsonl",
        action="store_true",
        help="a question a line on stdin, an answer a line on stdout",
    )
    _add_scope(ask)
    ask.add_argument("--timings", action="store_true", help="show where the time went, on stderr")
    search = command(
        "search",
        _search,
        "show the passages that fit a query",
        "assistant search peace conference --json",
    )
    search.add_argument("query", nargs="+", metavar="QUERY")
    search.add_argument("--json", action="store_true", help="as JSON")
    _add_scope(search)
    search.add_argument("--limit", type=_positive, default=5, help="how many (default: 5)")
    _add_check(
        command(
            "check",
            _check,
            "hold every sentence of a text against your documents",
            "assistant check draft.md",
        )
    )
    add = command(
        "add", _add, "read files and folders into the library", "assistant add ~/notes report.md"
    )
    add.add_argument(
        "paths",
        nargs="+",
        metavar="PATH|URL",
        help="a file or folder, or the address of one web page or PDF, which is fetched now",
    )
    sync = command(
        "sync", _sync, "follow what changed in all that was added", "assistant sync --watch"
    )
    for follower in (add, sync):
        follower.add_argument(
            "--watch", action="store_true", help="go on and follow every change, until Ctrl-C"
        )
    sync.add_argument(
        "--reindex",
        action="store_true",
        help="make anew what another embedder or a new version makes otherwise",
    )
    sync.add_argument(
        "--refresh",
        action="store_true",
        help="fetch the pages again that were added by their address",
    )
    remove = command("remove", _remove, "forget documents", "assistant remove report.md")
    remove.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="a path, folder or file name, a URL"
    )
    for writer in (add, sync, remove):
        _add_wait(writer)
    sources = command("sources", _sources, "list what is in the library", "assistant sources")
    sources.add_argument("--json", action="store_true", help="as JSON")
    sources.add_argument(
        "--skipped", action="store_true", help="what the folders hold and was not read, with why"
    )
    libraries = command(
        "libraries",
        _libraries,
        "list, copy, rename, delete, export, import libraries, or set what one does",
        "assistant libraries export default ~/backup.library",
    )
    libraries.add_argument(
        "words",
        nargs="*",
        metavar="ACTION",
        help="list; copy NAME NEW; rename NAME NEW; delete NAME --yes; export NAME FILE; "
        "import FILE NAME; set exclude|model|description VALUE",
    )
    libraries.add_argument("--json", action="store_true", help="the list as JSON")
    libraries.add_argument("--yes", action="store_true", help="delete without asking again")
    evaluate = command(
        "eval",
        _eval,
        "score the answers to a question set (`eval init` writes one to fill in)",
        "assistant eval questions.jsonl --documents folder",
        models=True,
    )
    _add_eval(evaluate)
    evaluate.below["init"] = eval_init_parser(_eval_init, _everywhere(), _positive)
    add_commands(command)
    return parser


def _add_scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--in",
        action="append",
        default=[],
        dest="places",
        metavar="PATH|GLOB",
        help="only documents of this file, folder or pattern; may be repeated",
    )
    parser.add_argument(
        "--since",
        metavar="DATE",
        help="only documents that were written, or else changed, on this day or later: 2024,"
        " 2024-05, 2024-05-31",
    )
    parser.add_argument("--until", metavar="DATE", help="only those of this day or before")


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "file", metavar="FILE", help="the text, in any format that can be added; - for stdin"
    )
    how = check.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="as JSON")
    how.add_argument(
        "--jsonl",
        action="store_true",
        help='a statement a line in (text, or JSON with "statement" and perhaps "evidence", which'
        " it is then held against alone), a finding a line out",
    )
    check.add_argument("--html", metavar="FILE", help="write the findings as a page to read")


def _add_wait(writer: argparse.ArgumentParser) -> None:
    wait = writer.add_mutually_exclusive_group()
    wait.add_argument(
        "--wait",
        action="store_false",
        dest="no_wait",
        help="wait for another process that changes the library (the default)",
    )
    wait.add_argument("--no-wait", action="store_true", help="fail at once instead")


def _everywhere(*, models: bool = False) -> Command:
    """The options that may stand before the command or after it.

    Made anew for each parser: argparse shares the options of a parent, and a default set for the
    outer one would then undo what stood before the command. With `models`, several may be named.
    """
    shared = Command(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--library", metavar="NAME", help="the library to use")
    shared.add_argument(
        "--model",
        action="append" if models else "store",
        metavar="NAME|PATH|URL",
        help="the language model: a name of `assistant models list`, a GGUF file, the URL of an "
        'OpenAI-compatible endpoint, or "none" for quotes alone'
        + ("; several are compared" if models else ""),
    )
    shared.add_argument(
        "--verbose",
        action="store_true",
        help="log what is done to stderr and to ASSISTANT_HOME/log, without your texts",
    )
    return shared


def _add_eval(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("questions", nargs="?", metavar="QUESTIONS.jsonl")
    evaluate.add_argument(
        "--mine", action="store_true", help="the answers that you marked as right or wrong (+, -)"
    )
    evaluate.add_argument(
        "--documents", metavar="DIR", help="answer from these files instead of the library"
    )
    _add_scope(evaluate)
    evaluate.add_argument(
        "--limit",
        type=_positive,
        metavar="N",
        help="only the first N questions; N drawn by chance with --seed",
    )
    evaluate.add_argument(
        "--seed", type=int, metavar="S", help="of the sample and of the intervals (default: 1)"
    )
    evaluate.add_argument(
        "--predictions",
        metavar="RUN",
        help="a folder, or a file that ends in .jsonl: where it answers every question, it is"
        " scored and nothing is asked; where it answers some, the rest is asked; where there is"
        " nothing, the answers are written there",
    )
    evaluate.add_argument("--json", metavar="FILE", help="write the whole result as JSON")
    evaluate.add_argument(
        "--html", metavar="FILE", help="write it as a page to read, with every question"
    )
    evaluate.add_argument(
        "--compare",
        metavar="RUN",
        help="hold the answers against a run's (a folder or .jsonl), question by question",
    )
    evaluate.add_argument(
        "--fail-under",
        action="append",
        default=[],
        metavar="MEASURE=VALUE",
        help="exit with 1 if the measure is below the value (above it, where lower is better)",
    )
    evaluate.add_argument(
        "--ablate",
        action="append",
        default=[],
        choices=("dense", "bm25", "fusion", "reranker", "reader", "check", "llm"),
        help="run once more without this part, to see what it is worth",
    )
    evaluate.add_argument(
        "--baseline",
        action="store_true",
        help="run once more as tutorials have it: three passages pasted into a prompt",
    )


def _positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value
