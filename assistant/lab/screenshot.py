"""`python -m assistant.lab.screenshot OUT.svg`: a picture of the chat answering from the seeds."""

import argparse
import asyncio
import os
import re
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from assistant.paths import shipped
from assistant.tui.app import ChatApp
from assistant.tui.backend import NO_MODEL, Backend

QUESTION = "When did Ban Ki-moon visit Libya?"
_PATIENCE_S = 60.0


async def _until_idle(pilot: Pilot[None], app: ChatApp) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while app.chat.current is not None or app.chat.is_opening:
            await pilot.pause(0.05)


async def picture(options: argparse.Namespace, home: Path) -> str:
    """The SVG of the chat after its questions were answered and the keys pressed."""
    app = ChatApp(Backend("default", options.model), home)
    async with app.run_test(size=(options.width, options.height)) as pilot:
        app.theme = options.theme
        await _until_idle(pilot, app)
        for question in options.question or [QUESTION]:
            await app.chat.ask(question)
            await _until_idle(pilot, app)
        for key in options.keys.split():
            await pilot.press(key)
            await pilot.pause(0.3)
        await pilot.pause(0.5)
        return shareable(app.export_screenshot(title="assistant"))


def shareable(svg: str) -> str:
    """The picture without fonts from elsewhere and without this machine's folders."""
    here = str(shipped("seeds").parent)
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace(here, "~/assistant")


def main() -> None:
    """Write the picture; everything happens in a folder that is thrown away."""
    parser = argparse.ArgumentParser(prog="python -m assistant.lab.screenshot", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.svg")
    parser.add_argument("--question", action="append", help="may be repeated")
    parser.add_argument("--keys", default="", help='pressed after the answers, for example "f2"')
    parser.add_argument("--width", type=int, default=110)
    parser.add_argument("--height", type=int, default=32)
    parser.add_argument("--theme", default="textual-dark")
    parser.add_argument("--model", default=NO_MODEL)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSISTANT_HOME"] = folder
        svg = asyncio.run(picture(options, Path(folder)))
    options.out.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
