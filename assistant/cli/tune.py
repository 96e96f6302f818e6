"""`assistant models tune`: what a model does well on this machine, measured and written down."""

import argparse
from pathlib import Path

from assistant.cli import output
from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.tuning import Begun, Kept, told, tune

DONE = 0


def run_tune(options: argparse.Namespace) -> int:
    """Try the ways of answering with a model; remember the best, which `auto` then uses."""
    if options.questions and not options.documents:
        raise AssistantError(
            "Questions of your own need the documents that answer them.", "Add --documents DIR."
        )
    questions = Path(options.questions) if options.questions else None
    documents = [str(options.documents)] if options.documents else []
    for event in tune(options.model_name or options.model, questions, documents):
        show = output.tell if isinstance(event, Begun | Kept) else output.say
        show(safe_line(told(event)))
    return DONE
