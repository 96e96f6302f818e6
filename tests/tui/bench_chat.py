"""How fast the chat is: `python tests/tui/bench_chat.py` (a real terminal, then 300 turns).

First paint is measured on a pseudo-terminal from the start of the process; key to paint headless,
from a key to the next drawing of the input, in a conversation of 300 turns.
"""

import asyncio
import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from dataclasses import replace
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from assistant.tui.app import ChatApp
from assistant.tui.backend import Backend
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.turn import TurnView

LAUNCH = (
    "import argparse; from assistant.cli.chat import run_chat; "
    "run_chat(argparse.Namespace(library='default', model='none', plain=False))"
)
QUESTION = "When did Ban Ki-moon visit Libya?"


class Terminal:
    """A chat on a pseudo-terminal of its own."""

    def __init__(self, home: str) -> None:
        self.began = time.perf_counter()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.environ |= {"ASSISTANT_HOME": home, "TERM": "xterm-256color"}
            os.execv(sys.executable, [sys.executable, "-c", LAUNCH])
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
    for _ in range(times):
        chat = Terminal(home)
        frame = chat.until(b"Ask about")
        chat.type("Z")
        key = chat.until(b"Z")
        rows.append((frame, key, chat.until(b"Library")))
        chat.leave()
    names = ("first frame", "a key shown in it", "the chat itself")
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        print(f"{name:<24} median {statistics.median(values):6.0f} ms, worst {max(values):6.0f} ms")


async def evidence(pilot: Pilot[None], app: ChatApp) -> None:
    """From a question asked to its quote drawn, models loaded."""
    spent = []
    for _ in range(10):
        began = time.perf_counter()
        await app.chat.ask(QUESTION)
        while not app.chat.query(TurnView).last().places:
            await asyncio.sleep(0.001)
        await drawn(app)
        spent.append((time.perf_counter() - began) * 1000)
        while app.chat.current is not None:
            await pilot.pause(0.05)
    print(f"{'evidence after Enter':<24} median {statistics.median(spent):6.0f} ms")


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
        answer = app.conversation.exchanges[0].answer
        for number in range(1, turns):
            exchange = app.conversation.add(f"{QUESTION} {number}")
            exchange.answer = replace(answer, question=exchange.question)
        await app.chat.show_conversation()
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
    with tempfile.TemporaryDirectory() as home:
        os.environ["ASSISTANT_HOME"] = home
        asyncio.run(keys(Path(home), 300, 100))
        starts(home, 5)


if __name__ == "__main__":
    main()
