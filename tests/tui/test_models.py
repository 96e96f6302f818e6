"""Choosing the language model while chatting, and libraries that do not open."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chatting import answered, ready, type_in, wait_until
from engines.gguf_files import write_gguf
from fakes import ScriptedLlm
from loopback import Handler, serving
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from assistant import machine, settings
from assistant.cli.main import main
from assistant.engines import catalog, weights
from assistant.errors import LibraryError, WeightsError
from assistant.tui import models
from assistant.tui.app import ChatApp
from assistant.tui.downloads import Progress
from assistant.tui.models import Machine
from assistant.tui.screens.libraries import LibrariesScreen
from assistant.tui.screens.library import LibraryScreen
from assistant.tui.screens.models import ModelsScreen

MakeApp = Callable[..., ChatApp]
QUESTION = "When did Ban Ki-moon visit Libya?"


def said(app: ChatApp) -> str:
    return "\n".join(str(s.content) for s in app.screen.query(Static))


def test_a_model_is_known_with_its_size_context_and_licence(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    weights_of = catalog.llm().weights
    assert weights_of is not None
    path.symlink_to(weights.locate(weights_of))
    embedded, *to_pull, mine, none = models.choices(str(path))
    assert (embedded.bytes, embedded.context) == (98362432, "2,048 of 8,192")
    assert embedded.licence == "Apache-2.0"
    assert not embedded.missing
    assert (mine.bytes, mine.name, mine.missing) == (embedded.bytes, str(path), "")
    assert mine.title
    assert none is models.QUOTES_ONLY
    assert to_pull
    assert not any(m.is_here or m.missing for m in to_pull)


def test_the_list_and_the_screen_agree_on_the_context(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out.splitlines()
    for model in models.choices(None)[:-1]:
        line = next(line for line in told if f" {model.name} " in line)
        assert f"context {model.context}" in line


def test_the_speed_of_other_models_is_expected_from_one_that_was_seen() -> None:
    embedded, small, *_ = models.choices(None)
    assert (embedded.tokens_per_s, small.tokens_per_s) == (0, 0)
    known = catalog.llm().weights
    assert known is not None
    machine.remember_speed(weights.locate(known), 65.0)
    embedded, small, middle, large, _ = models.choices(None)
    assert (embedded.tokens_per_s, embedded.is_measured) == (65, True)
    assert small.tokens_per_s == pytest.approx(65 * embedded.bytes / small.bytes)
    this = Machine(4_000_000_000, 1_000_000_000, 2, "no GPU is used (CPU)")
    assert "needs" in this.room(small)
    assert "close other programs" in this.room(middle) or this.fits(middle)
    assert not Machine(2_000_000_000, 10**9, 2).fits(large)
    told = models.larger(models.choices(None), embedded, this)
    assert f"{small.title} writes about 10 tokens a second here, {embedded.title} 65" in told


def test_a_file_that_is_no_model_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_text("no model")
    assert "not a GGUF file" in models.choices(str(path))[-2].missing


PIECES = 400


class Hub:
    """A hub with one small model, which it sends piece by piece, as far as it is let."""

    def __init__(self, folder: Path) -> None:
        path = folder / "small.gguf"
        meta = {
            "general.architecture": "llama",
            "general.name": "Small",
            "llama.context_length": 512,
        }
        write_gguf(path, meta)
        self.data = path.read_bytes() + bytes(400_000)
        self.sha256 = hashlib.sha256(self.data).hexdigest()
        self.allowed = threading.Semaphore(0)
        self.ranges: list[str | None] = []

    def let(self, pieces: int = 2 * PIECES) -> None:
        self.allowed.release(pieces)

    async def goes_on(self, pilot: Pilot[None], holds: Callable[[], object]) -> None:
        """Send pieces, apart enough to be told one by one, until something holds."""

        def sent() -> object:
            self.let(1)
            time.sleep(0.15)
            return holds()

        await wait_until(pilot, sent)

    def __call__(self, handler: Handler) -> None:
        if handler.path.endswith("/small.gguf"):
            linked = {"X_Linked_Etag": f'"{self.sha256}"', "X_Linked_Size": str(len(self.data))}
            handler.reply(302, Location="/file", **linked)
            return
        asked = handler.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked[6:-1]) if asked else 0
        whole = f"bytes {start}-{len(self.data) - 1}/{len(self.data)}"
        ranged = {"Content_Range": whole} if start else {}
        rest = self.data[start:]
        handler.head(206 if start else 200, Content_Length=str(len(rest)), ETag='"1"', **ranged)
        size = len(self.data) // PIECES
        for at in range(0, len(rest), size):
            self.allowed.acquire()
            handler.wfile.write(rest[at : at + size])
            handler.wfile.flush()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    made = Hub(tmp_path)
    with serving(made) as server:
        monkeypatch.setenv("ASSISTANT_PULL_HUB", server.url)
        yield made
        made.let(1_000)


async def fetching(pilot: Pilot[None], app: ChatApp) -> ModelsScreen:
    """Open the models screen and ask for the hub's model, twice."""
    await ready(pilot, app)
    await pilot.press("f6")
    await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
    screen = app.screen
    assert isinstance(screen, ModelsScreen)
    await wait_until(pilot, lambda: screen.query_one(OptionList).option_count)
    await pilot.press("a", *"someone/tiny/small.gguf", "enter")
    await wait_until(pilot, lambda: "Enter again fetches it" in said(app))
    assert app.downloads.get("small") is None
    await pilot.press("enter")
    await wait_until(pilot, lambda: app.downloads.get("small"))
    return screen


def rows(screen: ModelsScreen) -> str:
    return "\n".join(str(option.prompt) for option in screen.query_one(OptionList).options)


async def test_a_model_is_fetched_paused_resumed_and_answers_then(
    make_app: MakeApp, hub: Hub, home: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await fetching(pilot, app)
        download = app.downloads.get("small")
        assert download is not None
        part = home / "models" / "small.gguf.part"
        hub.let(20)  # more than a file keeps to itself before it writes
        await wait_until(pilot, lambda: part.exists() and part.stat().st_size)
        await hub.goes_on(pilot, lambda: "KB/s" in rows(screen) and "%" in rows(screen))
        assert "of 400 KB" in rows(screen)
        await pilot.press("escape", "p")
        await wait_until(pilot, lambda: "paused" in rows(screen))
        assert settings.load().llm_model == ""
        await pilot.press("p")
        await hub.goes_on(pilot, lambda: len(hub.ranges) > 1)
        hub.let(1_000)
        await wait_until(pilot, lambda: app.backend.model == "small")
        await wait_until(pilot, lambda: settings.load().llm_model == "small")
        assert (home / "models" / "small.gguf").read_bytes() == hub.data
        assert len(hub.ranges) > 1
        assert all(hub.ranges[1:])  # it went on, and did not begin anew
        assert not part.exists()


async def test_a_download_goes_on_when_the_screen_is_closed(make_app: MakeApp, hub: Hub) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await fetching(pilot, app)
        await pilot.press("escape", "escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
        hub.let()
        await wait_until(pilot, lambda: app.backend.model == "small")
        assert len(hub.ranges) == 1  # closing the screen did not cut it


async def test_a_model_that_is_damaged_on_its_way_is_said_and_not_used(
    make_app: MakeApp, hub: Hub, home: Path
) -> None:
    hub.data = hub.data[:-1] + b"!"
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await fetching(pilot, app)
        hub.let()
        await wait_until(pilot, lambda: "failed" in rows(screen))
        assert "damaged or another file" in said(app)
        assert app.backend.model is None
        assert not (home / "models" / "small.gguf").exists()


def test_progress_is_told_in_a_line() -> None:
    known = Progress("fetching", 262_000_000, 639_446_688, 3_100_000)
    assert known.line(40) == " 41%  262 MB of 639 MB \u00b7 3 MB/s \u00b7 2 min left"
    assert known.line(80).startswith("\u2501" * 6 + "\u2500" * 10)
    assert Progress("paused", 5_000, 0).line(80) == "5 KB \u00b7 paused"
    assert Progress("fetching", 0, 10_000).line(30) == "  0%  0 B of 10 KB \u00b7 connecting"


async def test_the_model_is_switched_while_chatting(make_app: MakeApp) -> None:
    opened: list[str | None] = []
    app = make_app()
    make = app.backend._make
    app.backend._make = lambda *given: (opened.append(given[1]), make(*given))[1]
    async with app.run_test(size=(80, 24)) as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("f6")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        options = app.screen.query_one(OptionList)
        await wait_until(pilot, lambda: options.option_count)
        shown = str(options.get_option_at_index(0).prompt)
        assert "98 MB" in shown
        assert "context 2,048 of 8,192 tokens" in shown
        assert "answers now" in str(options.get_option_at_index(options.option_count - 1).prompt)
        await pilot.press("home", "enter")
        await wait_until(pilot, lambda: opened[-1] == "smollm2-135m")
        await ready(pilot, app)
        assert len(app.conversation.exchanges) == 1
        await answered(pilot, app, "Who ordered the march on Tripoli?")


async def test_a_model_that_does_not_load_leaves_the_one_before(make_app: MakeApp) -> None:
    app = make_app(llm=ScriptedLlm("Ban Ki-moon visited in October 2014."))
    make = app.backend._make

    def refuse(*given: object) -> object:
        if given[1] == "none":
            raise WeightsError("The model is broken.", "Choose another.")
        return make(*given)

    app.backend._make = refuse
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("f6")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: [n for n in app._notifications if "broken" in n.message])
        await answered(pilot, app, QUESTION)
        assert app.conversation.exchanges[0].answer.draft is not None


@pytest.mark.parametrize("name", ["../secret", "locked"])
async def test_a_library_that_does_not_open_leaves_the_conversation(
    make_app: MakeApp, name: str
) -> None:
    app = make_app()
    make = app.backend._make

    def refuse(*given: object) -> object:
        if given[0] == name:
            raise LibraryError("It cannot be opened.", "Choose another.")
        return make(*given)

    app.backend._make = refuse
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        session = app.conversation.session
        await open_library(pilot, app, name)
        await wait_until(pilot, lambda: [n for n in app._notifications if "cannot be" in n.message])
        assert app.conversation.session is session
        assert len(app.conversation.exchanges) == 1
        assert app.backend.library_name == "default"


async def test_another_library_begins_a_conversation_of_its_own(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        await open_library(pilot, app, "other")
        await wait_until(pilot, lambda: not app.conversation.exchanges)
        assert app.backend.library_name == "other"


async def test_a_conversation_whose_library_is_gone_is_not_gone_on_with(
    make_app: MakeApp,
) -> None:
    app = make_app()
    make = app.backend._make

    def refuse(*given: object) -> object:
        if given[0] == "gone":
            raise LibraryError("There is no library named 'gone'.", "Choose another.")
        return make(*given)

    app.backend._make = refuse
    held = app.conversation.sessions.start("What was it?", "gone")
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        await app.resume(held.id)
        await wait_until(pilot, lambda: [n for n in app._notifications if "gone" in n.message])
        assert app.conversation.session.id != held.id
        assert len(app.conversation.exchanges) == 1


async def test_no_other_library_is_opened_during_an_answer(make_app: MakeApp) -> None:
    go_on = threading.Event()
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        answer = app.backend._answerer.answer
        app.backend._answerer.answer = lambda *given: (go_on.wait(20), answer(*given))[1]
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: app.chat.current)
        await open_library(pilot, app, "other")
        await wait_until(pilot, lambda: [n for n in app._notifications if "Esc" in n.message])
        go_on.set()
        await wait_until(pilot, lambda: app.chat.current is None)
        assert app.backend.library_name == "default"


async def open_library(pilot: object, app: ChatApp, name: str) -> None:
    await pilot.press("f5")
    await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
    await pilot.press("l")
    await wait_until(pilot, lambda: isinstance(app.screen, LibrariesScreen))
    await pilot.press(*name, "enter")
    await wait_until(pilot, lambda: app.screen is app.chat)
