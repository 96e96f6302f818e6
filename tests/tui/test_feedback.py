"""Answers are marked right or wrong, and make a question set."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatting import answered, type_in, wait_until
from textual.widgets import Input

from assistant.errors import QuestionError
from assistant.evaluation import feedback
from assistant.evaluation.dataset import read
from assistant.library.library import Library
from assistant.tui.app import ChatApp
from assistant.tui.screens.right_answer import RightAnswerScreen

MakeApp = Callable[..., ChatApp]
QUESTION = "How many floors does the mill have?"


async def test_marked_answers_are_a_question_set_and_the_last_word_counts(
    make_app: MakeApp, tmp_path: Path, library: Library
) -> None:
    source = tmp_path / "mill.md"
    source.write_text("The mill has seven floors.\n")
    list(library.add([str(source)]))
    with pytest.raises(QuestionError, match="No answer of this library was marked yet"):
        feedback.existing(library.folder)
    app = make_app(library=library)
    async with app.run_test(size=(100, 30)) as pilot:
        await answered(pilot, app, QUESTION)
        app.chat.transcript.focus_last()
        await pilot.press("plus")
        await wait_until(pilot, lambda: feedback.path_of(library.folder).is_file())
        (right,) = read(feedback.existing(library.folder))
        assert (right.question, right.answerable) == (QUESTION, True)
        assert right.evidence == ("The mill has seven floors.",)
        assert right.source == str(source)
        await pilot.press("minus")
        await wait_until(pilot, lambda: isinstance(app.screen, RightAnswerScreen))
        await type_in(pilot, app, "nine")
        await wait_until(pilot, lambda: app.screen is app.chat)
        await wait_until(
            pilot, lambda: read(feedback.existing(library.folder))[0].answers == ("nine",)
        )
        await pilot.press("minus")
        await wait_until(pilot, lambda: isinstance(app.screen, RightAnswerScreen))
        app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        await wait_until(pilot, lambda: not read(feedback.existing(library.folder))[0].answerable)
        assert len(read(feedback.existing(library.folder))) == 1
