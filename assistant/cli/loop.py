"""`assistant` without a command: question after question, in plain lines."""

import argparse
import sys
import threading

from assistant import formatting
from assistant.assistant import Assistant
from assistant.cli import output
from assistant.cli.answers import show_answer
from assistant.cli.check import check_text
from assistant.cli.session import opened
from assistant.errors import AssistantError
from assistant.query.rewriter import Turn

DONE, FAILED = 0, 2
_PROMPT = "\n> "
CHECK = "/check "


def run_loop(options: argparse.Namespace) -> int:
    """Read questions and answer them until the input ends."""
    if not (output.is_terminal(sys.stdin) and output.is_terminal(sys.stdout)):
        raise AssistantError(
            "The chat needs a terminal.", 'Use `assistant ask "QUESTION"` in scripts.'
        )
    with opened(options) as assistant:
        documents = formatting.count(len(assistant.library.sources()), "document")
        output.say(
            f"{documents} in the library. Ask a question; Ctrl-C stops an answer, Ctrl-D ends;"
            " /check TEXT holds a text against the documents."
        )
        _converse(assistant)
    return DONE


def _converse(assistant: Assistant) -> None:
    _edit_lines()
    answerer = assistant.answerer()
    turns: list[Turn] = []
    while True:
        try:
            question = input(_PROMPT)
        except EOFError:
            output.say()
            return
        except KeyboardInterrupt:
            output.say("\nCtrl-D ends.")
            continue
        if not question.strip():
            continue
        if question.strip() in {"/quit", "/exit", "exit", "quit"}:
            return
        cancel = threading.Event()
        try:
            if question.strip().startswith(CHECK):
                check_text(assistant.checker(), question.strip().removeprefix(CHECK))
                continue
            limited, asked = answerer.addressed(question)
            answer = show_answer(limited.answer(asked, turns, cancel))
            turns.append(answer.as_turn())
        except KeyboardInterrupt:
            cancel.set()
            output.say("Stopped.")
        except AssistantError as error:
            output.tell(str(error))


def _edit_lines() -> None:
    try:
        import readline
    except ImportError:  # not on Windows; lines can be typed all the same
        return
    readline.set_history_length(1000)
