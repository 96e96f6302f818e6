"""How fast the chat draws: `python tests/tui/bench_chat.py` (headless, 300 turns).

The evidence from Enter to its drawing and how much of that is not retrieval, a key to the next
drawing of the input in a conversation of 300 turns, memory an answer. What a start takes on a
terminal is measured by `assistant bench --only chat`.
"""

import argparse
import asyncio
import gc
import os
import statistics
import tempfile
import time
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from assistant.answering.events import Found
from assistant.tui.app import ChatApp
from assistant.tui.backend import Backend
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.turn import TurnView

QUESTION = "When did Ban Ki-moon visit Libya?"


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


if __name__ == "__main__":
    main()
