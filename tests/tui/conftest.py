"""A chat over the shipped documents with a language model that says what a test chooses."""

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from chatting import FakeAssistant
from fakes import ScriptedLlm

from assistant.answering.generator import GenerationMode
from assistant.library.library import Library
from assistant.tui.app import ChatApp
from assistant.tui.backend import Backend


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run tests that are coroutines."""
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return None
    wanted = inspect.signature(test).parameters
    asyncio.run(test(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture
def make_app(seed_library: Library, home: Path) -> Callable[..., ChatApp]:
    """Makes a chat whose model says the given replies; without replies there is no model."""

    def make(
        *replies: str,
        llm: ScriptedLlm | None = None,
        library: Library | None = None,
        mode: GenerationMode = "compose",
    ) -> ChatApp:
        model = llm or (ScriptedLlm(*replies) if replies else None)
        fake = FakeAssistant(library or seed_library, model, mode)
        return ChatApp(Backend("default", None, lambda *_: fake), home)

    return make
