"""Driving the chat in tests: an assistant whose model says what a test chooses, and waiting."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fakes import ScriptedLlm
from textual.pilot import Pilot
from textual.widgets import Static

from assistant.answering import prompts
from assistant.answering.checker import Checker
from assistant.answering.generator import GenerationConfig, GenerationMode
from assistant.answering.llm import Finished, GenerationEvent, Reading, Token
from assistant.answering.pipeline import Answerer, AnswerModels
from assistant.answering.verifier import Verifier
from assistant.library.library import Library
from assistant.retrieval.reranker import shipped_models
from assistant.tui.app import ChatApp
from assistant.tui.widgets.turn import TurnView


@dataclass
class FakeAssistant:
    """The parts of Assistant that the chat uses."""

    library: Library
    llm: ScriptedLlm | None = None
    mode: GenerationMode = "compose"
    llm_problem: str = ""
    reindex_notice: str = ""
    llm_entry: None = None
    reader: None = None
    llm_path: None = None

    @property
    def embedder(self) -> object:
        return self.library.embedder

    @property
    def vectors(self) -> object:
        return self.library.vectors

    def answerer(self) -> Answerer:
        config = GenerationConfig(self.mode, prompts.load("phrase"), prompts.load("compose"))
        models = AnswerModels(shipped_models(), None, self.llm)
        return Answerer(self.library, models, config)

    def checker(self) -> Checker:
        return Checker(self.library, shipped_models(), Verifier())

    def loaded_model(self) -> None:
        return None

    def llm_notices(self) -> tuple[str, ...]:
        return ()

    def seed(self) -> None:
        return None

    def close(self) -> None:
        return None


def text(view: TurnView) -> str:
    """What an exchange says."""
    return "\n".join(str(static.content) for static in view.query(Static) if static.display)


class HeldLlm(ScriptedLlm):
    """Writes one word, then waits until it is cancelled or let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def generate(self, messages: object, **how: object) -> Iterator[GenerationEvent]:
        cancel = how["cancel"]
        assert isinstance(cancel, threading.Event)
        yield Reading(40, 80)
        yield Token("Perhaps", -0.1)
        while not (cancel.is_set() or self.go_on.is_set()):
            cancel.wait(0.01)
        yield Finished("cancelled" if cancel.is_set() else "stop", "Perhaps", 80, 0, 1, 1.0, 1.0)


async def wait_until(
    pilot: Pilot[None], holds: Callable[[], object], patience_s: float = 20
) -> None:
    """Wait for something to become true; never for a length of time."""
    async with asyncio.timeout(patience_s):
        while not holds():
            await pilot.pause(0.01)


async def ready(pilot: Pilot[None], app: ChatApp) -> None:
    await wait_until(pilot, lambda: not app.chat.is_opening)


async def answered(pilot: Pilot[None], app: ChatApp, *questions: str) -> None:
    """Type questions and wait for their answers."""
    await ready(pilot, app)
    for question in questions:
        await pilot.press(*question, "enter")
        await wait_until(pilot, lambda: app.chat.current is None and app.conversation.exchanges)
