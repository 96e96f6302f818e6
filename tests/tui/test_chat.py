"""The chat from question to cited answer, driven by keys."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chatting import HeldLlm, answered, ready, text, type_in, wait_until
from fakes import ScriptedLlm
from textual.widgets import Static

from assistant.library.library import Library
from assistant.tui.app import ChatApp
from assistant.tui.screens.why import WhyScreen
from assistant.tui.widgets import prompt as prompt_module
from assistant.tui.widgets.document_view import DocumentView
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.source_panel import SourcePanel
from assistant.tui.widgets.transcript import MOUNTED
from assistant.tui.widgets.turn import TurnView

MakeApp = Callable[..., ChatApp]
QUESTION = "When did Ban Ki-moon visit Libya?"
QUOTE = "Ban Ki-moon visited in October 2014."


async def test_a_question_is_answered_with_its_quote(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await answered(pilot, app, QUESTION)
        shown = text(app.chat.query_one(TurnView))
        assert QUESTION in shown
        assert f"\u201c{QUOTE}\u201d [1]" in shown
        assert "000_fbb4ad618a715ec0.txt, line 25" in shown
        assert "confidence (" in shown
        assert "quoted word for word" in shown


async def test_a_question_typed_before_the_library_is_open_is_kept(make_app: MakeApp) -> None:
    app = make_app()
    make, gate = app.backend._make, threading.Event()
    app.backend._make = lambda *given: (gate.wait(20), make(*given))[1]
    async with app.run_test() as pilot:
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: app.chat.query(TurnView))
        assert "Your question is kept." in text(app.chat.query_one(TurnView))
        gate.set()
        await wait_until(pilot, lambda: QUOTE in text(app.chat.query_one(TurnView)))


async def test_what_answers_stands_above_the_draft_while_it_comes_and_evidence_below(
    make_app: MakeApp,
) -> None:
    llm = HeldLlm()
    app = make_app(llm=llm)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: "Perhaps" in text(app.chat.query_one(TurnView)))
        shown = text(app.chat.query_one(TurnView))
        assert "not yet checked" in shown
        assert shown.index(QUOTE) < shown.index("Perhaps") < shown.index("Found in your documents")
        llm.go_on.set()
        await wait_until(pilot, lambda: app.chat.current is None)
        assert "Found in your documents" not in text(app.chat.query_one(TurnView))


async def test_escape_stops_and_keeps_what_came_then_leaves_the_input(make_app: MakeApp) -> None:
    app = make_app(llm=HeldLlm())
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: "Perhaps" in text(app.chat.query_one(TurnView)))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.chat.current is None)
        shown = text(app.chat.query_one(TurnView))
        assert QUOTE in shown
        assert "Stopped; this is what was found until then." in shown
        assert isinstance(app.focused, Prompt)
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.focused, TurnView))


async def test_what_is_typed_during_an_answer_is_asked_next(make_app: MakeApp) -> None:
    llm = HeldLlm()
    app = make_app(llm=llm)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: app.chat.current)
        await type_in(pilot, app, "Who ordered the march?")
        await wait_until(pilot, lambda: app.chat.waiting)
        assert "Next: Who ordered the march?" in str(app.chat.query_one("#queue", Static).content)
        llm.go_on.set()
        await wait_until(pilot, lambda: len(app.chat.query(TurnView)) == 2)
        await wait_until(pilot, lambda: app.chat.current is None)
        assert "Hifter" in text(app.chat.query(TurnView).last())


async def test_an_answer_marks_what_the_documents_do_not_say(make_app: MakeApp) -> None:
    app = make_app("Ban Ki-moon visited in October 2014. He met 50 ministers.", mode="compose")
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        shown = text(app.chat.query_one(TurnView))
        assert "He met 50 ministers. (not found in your documents)" in shown


async def test_a_refusal_is_one_sentence_with_places_to_look(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, "What is the price of tea in China?")
        view = app.chat.query_one(TurnView)
        assert "The documents do not answer this." in text(view)
        assert "What would help: add documents" in text(view)
        assert len(view.places) == 3
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.chat.query_one(DocumentView).highlighted)


async def test_a_follow_up_shows_how_it_was_understood(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION, "And who visited before him?")
        assert "Understood as: " in text(app.chat.query(TurnView).last())


async def test_a_citation_opens_its_document_at_the_quote(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("escape", "1")
        await wait_until(pilot, lambda: app.chat.query_one(DocumentView).highlighted == QUOTE)
        document = app.chat.query_one(DocumentView)
        await wait_until(pilot, lambda: document.scroll_offset.y > 0)
        lines = [document.render_line(y).text for y in range(document.size.height)]
        assert any("Ban Ki-moon" in line for line in lines)
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.focused, Prompt))
        assert not app.chat.query_one(SourcePanel).has_class("-open")


async def test_why_shows_the_way_to_the_answer(make_app: MakeApp) -> None:
    app = make_app("He met 50 ministers.")
    async with app.run_test(size=(100, 60)) as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("f3")
        await wait_until(pilot, lambda: isinstance(app.screen, WhyScreen))
        shown = "\n".join(str(s.content) for s in app.screen.query(Static))
        assert "not found        He met 50 ministers." in shown
        assert "above the threshold" in shown
        assert "scripted" in shown
        assert "fused  BM25   cosine" in shown
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_a_dead_model_is_a_note_and_the_chat_goes_on(make_app: MakeApp) -> None:
    app = make_app(llm=ScriptedLlm("one two three", "four five six", dies_after=1))
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        shown = text(app.chat.query_one(TurnView))
        assert QUOTE in shown
        assert "Note: The language model stopped unexpectedly" in shown
        await answered(pilot, app, "Who ordered the march on Tripoli?")
        assert "Hifter" in text(app.chat.query(TurnView).last())


async def test_an_error_in_the_engine_is_said_and_the_chat_goes_on(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot, app)

        def broken(*_: object) -> Iterator[object]:
            raise RuntimeError("[red]bad[/]")

        answer, app.backend._answerer.answer = app.backend._answerer.answer, broken
        await answered(pilot, app, QUESTION)
        assert "RuntimeError: [red]bad[/]" in text(app.chat.query_one(TurnView))
        app.backend._answerer.answer = answer
        await answered(pilot, app, QUESTION)
        assert QUOTE in text(app.chat.query(TurnView).last())


async def test_a_document_cannot_speak_to_the_terminal(
    make_app: MakeApp, library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "evil.txt"
    path.write_text(
        "The password [red]of[/red] \x1b[31mthe safe\u202e is 1234.\x07 [@click=app.bell]x[/]"
    )
    list(library.add([str(path)]))
    app = make_app(library=library)
    async with app.run_test() as pilot:
        await answered(pilot, app, "What is the password of the safe?")
        shown = text(app.chat.query_one(TurnView))
        assert "[red]of[/red]" in shown
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.chat.query_one(DocumentView).highlighted)
        drawn = app.export_screenshot() + shown + app.chat.query_one(DocumentView).highlighted
        assert not {"\x1b", "\x07", "\u202e"} & set(drawn)


async def test_edit_and_ask_again_forgets_what_came_after(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("f8")
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text == QUESTION)
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(app.chat.query(TurnView)) == 2)
        await wait_until(pilot, lambda: app.chat.current is None)
        assert app.conversation.exchanges[1].earlier == 0


async def test_the_history_comes_back_with_the_arrow(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("x", "up")
        assert app.chat.query_one(Prompt).text == QUESTION
        await pilot.press("down")
        assert app.chat.query_one(Prompt).text == "x"


async def test_ctrl_c_empties_the_input_and_then_says_how_to_leave(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("x", "ctrl+c")
        assert app.chat.query_one(Prompt).text == ""
        await pilot.press("ctrl+c")
        assert "Ctrl+Q leaves the chat." in [n.message for n in app._notifications]


async def test_a_follow_up_can_be_asked_as_it_was_typed(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION, "And who visited before him?")
        await pilot.press("escape", "t")
        await wait_until(pilot, lambda: len(app.conversation.exchanges) == 3)
        await wait_until(pilot, lambda: app.chat.current is None)
        asked = app.conversation.exchanges[2].answer
        assert asked.standalone_question == "And who visited before him?"


async def test_many_pasted_lines_are_one_question(make_app: MakeApp) -> None:
    from textual.events import Paste

    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        app.post_message(Paste("When did\nBan Ki-moon\x1b visit Libya?"))
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text)
        assert app.chat.query_one(Prompt).text == "When did\nBan Ki-moon visit Libya?"
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.conversation.exchanges and app.chat.current is None)
        assert QUOTE in text(app.chat.query_one(TurnView))


async def test_a_long_conversation_keeps_few_widgets(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        answer = app.conversation.exchanges[0].answer
        for _ in range(99):
            app.conversation.add(QUESTION).answer = answer
        await app.chat.show_conversation()
        assert len(app.chat.query(TurnView)) == MOUNTED
        await app.chat.action_earlier()
        assert app.chat.query(TurnView).first().exchange.number == 100 - MOUNTED - 12


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])
async def test_it_can_be_used_at_any_size(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.chat.query_one(DocumentView).highlighted)
        assert app.chat.query_one(DocumentView).size.width >= 50
        await pilot.resize_terminal(70, 22)
        await asyncio.sleep(0)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).region.bottom <= 22)


async def test_the_cursor_rests_when_nobody_types_and_blinks_again_at_a_key(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_module, "BLINKS_S", 0.01)
    app = make_app()
    async with app.run_test() as pilot:
        prompt = app.chat.query_one(Prompt)
        await wait_until(pilot, lambda: not prompt.cursor_blink)
        changes: list[bool] = []

        def note(blinks: bool) -> None:
            changes.append(blinks)

        prompt.watch(prompt, "cursor_blink", note, init=False)
        await pilot.press("a")
        await wait_until(pilot, lambda: len(changes) >= 2)
        assert changes[:2] == [True, False]
        assert not prompt.cursor_blink
