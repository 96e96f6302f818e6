"""A real browser without a window, spoken to over a pipe in the DevTools protocol."""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless --remote-debugging-pipe --disable-gpu --disable-extensions --no-first-run "
    "--disable-dev-shm-usage --disable-background-networking --disable-component-update "
    "--disable-quic --disable-sync"
).split()

# The protocol is spoken on the descriptors 3 and 4, whatever the pipes are here.
_ON_3_AND_4 = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for at, end in zip((3, 4), ends):
    os.dup2(end, at)
os.execv(sys.argv[3], sys.argv[3:])
"""


def found() -> str | None:
    """The browser's path, or None where none is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One page of a browser; what it asked the network for and its errors are kept."""

    def __init__(self, profile: Path) -> None:
        to_read, to_write = os.pipe(), os.pipe()
        flags = [*_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        if os.geteuid() == 0:
            flags.insert(0, "--no-sandbox")
        path = found()
        assert path is not None
        ends = (str(to_read[0]), str(to_write[1]))
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ON_3_AND_4, *ends, path, *flags],
            pass_fds=(to_read[0], to_write[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read[0])
        os.close(to_write[1])
        self._to = os.fdopen(to_read[1], "wb")
        self._from = os.fdopen(to_write[0], "rb")
        self._rest = b""
        self._last = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Performance.enable", timeDomain="threadTicks")

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._to.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._from.close()

    def send(self, method: str, **values: Any) -> dict[str, Any]:
        """Ask and wait for the answer; events that come before it are kept."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (reply := self._next()).get("id") != self._last:
            self.events.append(reply)
        assert "error" not in reply, reply
        answer: dict[str, Any] = reply["result"]
        return answer

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = self._from.read1(1 << 20)
            assert data, "the browser ended"
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\0")
        event: dict[str, Any] = json.loads(line)
        return event

    def open(self, path: Path, width: int = 1200, *, script: bool = True) -> None:
        """Open a file at a width in pixels, with or without its script, and wait until it is in."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self.send("Emulation.setScriptExecutionDisabled", value=not script)
        self.visit(path.as_uri())

    def visit(self, url: str) -> None:
        """Open an address and wait until it is in."""
        self.events.clear()
        self.send("Page.navigate", url=url)
        while not self._saw("Page.loadEventFired"):
            self.events.append(self._next())

    def press(self, key: str, code: int) -> None:
        """Press and let go of a key that types nothing, such as Enter (13)."""
        how = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        text = {"text": "\r"} if key == "Enter" else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **how, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **how)

    def received(self) -> str:
        """What came over web sockets since the page was opened, as text; binary as UTF-8."""
        self.run("1")  # events that wait come before the answer
        frames = [e["params"]["response"] for e in self._all("Network.webSocketFrameReceived")]
        data = [
            base64.b64decode(f["payloadData"]) if f["opcode"] == 2 else f["payloadData"].encode()
            for f in frames
        ]
        return b"".join(data).decode("utf-8", "replace")

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def busy_s(self) -> float:
        """Seconds of processor time that the page took since it was opened, drawing included."""
        metrics = self.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

    def asked_for(self) -> list[str]:
        """Every address that the page asked for since it was opened."""
        return [e["params"]["request"]["url"] for e in self._all("Network.requestWillBeSent")]

    def errors(self) -> list[dict[str, Any]]:
        """Exceptions, and what the browser reports: violations of the policy, too."""
        return [
            *self._all("Runtime.exceptionThrown"),
            *(e for e in self._all("Log.entryAdded") if e["params"]["entry"]["level"] == "error"),
        ]

    def _all(self, method: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event.get("method") == method]

    def _saw(self, method: str) -> bool:
        return bool(self._all(method))
