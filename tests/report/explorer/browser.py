"""A headless Chromium, driven through pipes by the DevTools protocol; nothing else is needed."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FOUND = os.environ.get("NASCENT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-pipe",
)
KEYS = {
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "Home": 36,
    "End": 35,
    "Escape": 27,
    "Tab": 9,
    "Enter": 13,
}


class Browser:
    """One tab. `complaints` holds what the page threw or wrote to its console as an error."""

    def __init__(self, profile: Path, width: int = 1400, height: int = 1000) -> None:
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()
        # Chromium reads from descriptor 3 and writes to 4; out of the way of those numbers first.
        taken = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (to_read, to_write)]

        def place() -> None:
            os.dup2(taken[0], 3)
            os.dup2(taken[1], 4)

        size = f"--window-size={width},{height}"
        self._process = subprocess.Popen(
            [FOUND, *FLAGS, size, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=place,
            pass_fds=(3, 4),
        )
        for end in (to_read, to_write, *taken):
            os.close(end)
        self._number, self._rest = 0, b""
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.contexts: list[int] = []
        self._session = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; events on the way are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            self._keep(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._from, 1 << 16)
            if not more:
                raise RuntimeError("Chromium ended")
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def _keep(self, event: dict[str, Any]) -> None:
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.complaints.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(json.dumps(params["entry"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"].split(",")[0])
        elif method == "Runtime.executionContextCreated":
            self.contexts.append(params["context"]["id"])

    def run(self, script: str) -> Any:
        """Return the value of an expression; a promise is waited for."""
        answer = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file by its file:// URL, afresh, and wait until it has drawn."""
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=path.resolve().as_uri() + fragment)
        self.wait("document.body && document.body.dataset.drawn !== undefined")

    def wait(self, condition: str, seconds: float = 20) -> None:
        """Wait until a condition holds."""
        script = f"""new Promise((done, fail) => {{
            const end = Date.now() + {1000 * seconds};
            const late = () => fail(new Error({json.dumps(condition)}));
            const look = () => {condition} ? done(true)
                : Date.now() > end ? late() : setTimeout(look, 15);
            look(); }})"""
        self.run(script)

    def inside_of_frame(self, condition: str, seconds: float = 20) -> bool:
        """Say whether a condition comes to hold in a frame of the page."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for context in self.contexts:
                try:
                    found = self.send("Runtime.evaluate", expression=condition, contextId=context)
                except RuntimeError:
                    continue  # the frame has been left meanwhile
                if found["result"].get("value") is True:
                    return True
            time.sleep(0.05)
        return False

    def press(self, key: str, shift: bool = False) -> None:
        """Press and release a key, as a keyboard would."""
        code = KEYS.get(key, ord(key[0].upper()))
        given = {
            "key": key,
            "windowsVirtualKeyCode": code,
            "modifiers": 8 if shift else 0,
        }
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **given, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **given)

    def move(self, x: float, y: float) -> None:
        """Move the pointer."""
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def resize(self, width: int, height: int) -> None:
        """Change the size of the window, in CSS pixels."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def picture(self, path: Path) -> None:
        """Write a picture of the window, as PNG."""
        shot = self.send("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End the browser."""
        try:
            self._session = None
            self.send("Browser.close")
        except (OSError, RuntimeError):
            self._process.kill()
        self._process.wait(timeout=20)
        os.close(self._to)
        os.close(self._from)
