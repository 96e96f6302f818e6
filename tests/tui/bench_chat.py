"""How fast the chat is: `python tests/tui/bench_chat.py` (a real terminal, then 300 turns).

First paint is measured on a pseudo-terminal from the start of the process, beside a bare Textual
app with an input and a footer; bytecode is written first, as on any second start (an environment
that sets PYTHONDONTWRITEBYTECODE compiles Textual anew each time). Evidence, key to paint and
memory are measured headless: the evidence from Enter to its drawing and how much of that is not
retrieval, a key to the next drawing of the input in a conversation of 300 turns.
"""

import argparse
import asyncio
import fcntl
import gc
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from assistant.answering.events import Found
from assistant.tui.app import ChatApp
from assistant.tui.backend import Backend
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.turn import TurnView

LAUNCH = (
    "import argparse; from assistant.cli.chat import run_chat; "
    "run_chat(argparse.Namespace(library='default', model='none', plain=False))"
)
BARE = """
from textual.app import App
from textual.widgets import Footer, TextArea
class Bare(App):
    def compose(self):
        yield TextArea()
        yield Footer()
Bare().run()
"""
QUESTION = "When did Ban Ki-moon visit Libya?"


class Terminal:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, home: str, program: str = LAUNCH) -> None:
        self.began = time.perf_counter()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.environ |= {"ASSISTANT_HOME": home, "TERM": "xterm-256color"}
            os.environ["PYTHONPYCACHEPREFIX"] = f"{home}/bytecode"
            os.execv(sys.executable, [sys.executable, "-c", program])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = b""

    def until(self, wanted: bytes, patience_s: float = 60.0) -> float:
        """Milliseconds since the start at which `wanted` has come; what came before is dropped."""
        end = time.perf_counter() + patience_s
        while wanted not in self.seen:
            if not select.select([self.terminal], [], [], max(0.0, end - time.perf_counter()))[0]:
                raise TimeoutError(f"{wanted!r} did not come: {self.seen[-2000:]!r}")
            self.seen += os.read(self.terminal, 65536)
        self.seen = self.seen.split(wanted, 1)[1]
        return (time.perf_counter() - self.began) * 1000

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def leave(self) -> None:
        self.type("\x11")
        os.waitpid(self.process, 0)
        os.close(self.terminal)


def starts(home: str, times: int) -> None:
    """First frame, the chat itself, and a key shown, from the start of the process."""
    rows = []
    for _ in range(times + 1):
        bare = Terminal(home, BARE)
        floor = bare.until(b"palette")
        bare.leave()
        chat = Terminal(home)
        frame = chat.until(b"Ask about")
        chat.type("Z")
        key = chat.until(b"Z")
        rows.append((frame, key, chat.until(b"Library"), floor))
        chat.leave()
    del rows[0]  # wrote the bytecode
    names = ("first frame", "a key shown in it", "the chat itself", "bare Textual")
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        print(f"{name:<24} median {statistics.median(values):6.0f} ms, worst {max(values):6.0f} ms")


async def evidence(pilot: Pilot[None], app: ChatApp) -> None:
    """From a question asked to its quote drawn, models loaded."""
    spent, apart = [], []
    found: list[float] = []
    show = TurnView.show_event

    def watched(view: TurnView, event: object) -> None:
        if isinstance(event, Found):
            found.append(event.retrieval.milliseconds)
        show(view, event)

    TurnView.show_event = watched  # type: ignore[method-assign]
    for _ in range(10):
        found.clear()
        began = time.perf_counter()
        await app.chat.ask(QUESTION)
        while not app.chat.query(TurnView).last().places:
            await asyncio.sleep(0.001)
        await drawn(app)
        spent.append((time.perf_counter() - began) * 1000)
        apart.append(spent[-1] - found[0])
        while app.chat.current is not None:
            await pilot.pause(0.05)
    TurnView.show_event = show  # type: ignore[method-assign]
    print(
        f"{'evidence after Enter':<24} median {statistics.median(spent):6.0f} ms,"
        f" without retrieval {statistics.median(apart):6.0f} ms"
    )


def memory_mb() -> float:
    """This process's resident memory, in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def answers(pilot: Pilot[None], app: ChatApp, turns: int) -> None:
    """Memory as a conversation grows by real answers."""
    grown = []
    for number in range(turns):
        await app.chat.ask(QUESTION, 0)
        while app.chat.current is not None:
            await pilot.pause(0.002)
        if number in (turns // 3, turns - 1):
            gc.collect()
            grown.append(memory_mb())
    print(
        f"{'memory':<24} {grown[0]:6.0f} MB after {turns // 3} answers,"
        f" {grown[1]:.0f} MB after {turns}"
        f" ({(grown[1] - grown[0]) * 1000 / (turns - turns // 3):.0f} KB an answer)"
    )


async def drawn(app: ChatApp) -> None:
    """Wait until what is changed is drawn."""
    done = asyncio.Event()
    app.chat.call_after_refresh(done.set)
    await done.wait()


async def keys(home: Path, turns: int, presses: int) -> None:
    """From a key to its drawing after `turns` turns."""
    app = ChatApp(Backend("default", "none"), home)
    async with app.run_test(size=(100, 40)) as pilot:
        while app.chat.is_opening:
            await pilot.pause(0.05)
        await app.chat.ask(QUESTION)
        while app.chat.current is not None:
            await pilot.pause(0.05)
        await evidence(pilot, app)
        await answers(pilot, app, turns)
        await pilot.pause(1.0)
        spent = []
        prompt = app.chat.query_one(Prompt)
        for number in range(presses):
            began = time.perf_counter()
            app.post_message(events.Key("a", "a"))
            while len(prompt.text) <= number:
                await asyncio.sleep(0)
            await drawn(app)
            spent.append((time.perf_counter() - began) * 1000)
        widgets = len(app.chat.query("*"))
    spent.sort()
    print(
        f"{f'key to paint, {turns} turns':<24} median {statistics.median(spent):6.1f} ms,"
        f" 95 % {spent[int(len(spent) * 0.95)]:6.1f} ms ({widgets} widgets)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=300)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as home:
        os.environ["ASSISTANT_HOME"] = home
        asyncio.run(keys(Path(home), turns, 100))
        starts(home, 5)


if __name__ == "__main__":
    main()
