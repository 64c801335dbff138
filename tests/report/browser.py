"""Pages in a real browser: Chromium without a window, driven by Playwright, and without a network.

Fixtures: `opened` opens a page and, when the test is over, fails where the page complained or asked
for anything outside of its file; `artefacts` is the folder of the screenshots.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDE, NARROW = 1400, 800
PATIENCE = 8000  # ms
OWN = ("file://", "about:", "data:", "blob:")

# What a keyboard has to reach: all controls that are seen, but of a list of which one entry takes
# the focus and arrows move it (tabindex -1) only that entry.
CONTROLS = """() => [...document.querySelectorAll(
    'a[href], button, select, input, textarea, summary, [tabindex]')].filter((node) =>
    node.tabIndex >= 0 && !node.disabled && node.checkVisibility({checkVisibilityCSS: true})
    && !node.closest('[inert], dialog:not([open])'))"""
DESCRIBE = """(node) => node.tagName.toLowerCase() + (node.id ? '#' + node.id : '') + ' '
    + (node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.textContent || '')
    .replace(/\\s+/g, ' ').trim().slice(0, 60)"""


@dataclass
class Tab:
    """One page in the browser.

    Attributes
    ----------
    page : playwright.sync_api.Page
    complaints : list of str
        What the page threw or wrote to its console as an error.
    requests : list of str
        Addresses that it asked for.
    """

    page: Any
    artefacts: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("dialog", self._asked)
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "assert"):
            self.complaints.append(message.text)

    def _asked(self, dialog: Any) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: Path, fragment: str = "") -> "Tab":
        """Open a file by its file:// address, afresh."""
        self.page.goto("about:blank")
        self.page.goto(path.resolve().as_uri() + fragment)
        return self

    def run(self, script: str, given: Any = None) -> Any:
        """Return the value of an expression or function; a promise is waited for."""
        return self.page.evaluate(script, given)

    def wait(self, condition: str, seconds: float = 20) -> None:
        """Wait until an expression is true; a page's policy need not allow `eval` for that."""
        end = time.monotonic() + seconds
        while not self.run(f"() => Boolean({condition})"):
            assert time.monotonic() < end, f"never true: {condition}"
            self.page.wait_for_timeout(20)

    def press(self, *keys: str) -> None:
        """Press and release keys, as a keyboard would: `ArrowLeft`, `Shift+M`, `?`."""
        for key in keys:
            self.page.keyboard.press(key)

    def resize(self, width: int, height: int = 1000) -> None:
        """Change the size of the window, in CSS pixels."""
        self.page.set_viewport_size({"width": width, "height": height})

    def shot(self, name: str, *, whole: bool = False) -> Path:
        """Write a picture of the window, or of the whole page, among the artefacts."""
        path = self.artefacts / f"{name}.png"
        self.page.screenshot(path=path, full_page=whole)
        return path

    def too_wide(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return self.run("() => document.documentElement.scrollWidth - innerWidth")

    def barriers(self) -> list[str]:
        """Return what axe-core calls a serious or critical barrier to readers."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']} ({one['impact']}): {node['html'][:200]}: {node['failureSummary']}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def walk(self, most: int = 300) -> list[str]:
        """Press Tab through the page; return the controls that took the focus, in order."""
        self.run("() => { document.activeElement?.blur(); window.walked = new Set(); }")
        found = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            name = self.run(
                f"""() => {{
                const node = document.activeElement;
                if (!node || node === document.body || window.walked.has(node)) return null;
                window.walked.add(node);
                return ({DESCRIBE})(node); }}"""
            )
            if name is None:
                break
            found.append(name)
        return found

    def unreached(self) -> list[str]:
        """Return the controls that the last `walk` did not come by."""
        return self.run(
            f"() => ({CONTROLS})().filter((node) => !window.walked.has(node)).map({DESCRIBE})"
        )


def chromium_path() -> str | None:
    """Return where Chromium lies: as `NASCENT_CHROMIUM` says, or on the path."""
    found = map(shutil.which, NAMES)
    return os.environ.get("NASCENT_CHROMIUM") or next(filter(None, found), None)


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of screenshots; `NASCENT_ARTEFACTS` names another than one of pytest."""
    asked = os.environ.get("NASCENT_ARTEFACTS")
    folder = Path(asked) if asked else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser for all tests; those that need one are skipped where there is none."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium is installed (apt-get install chromium, or NASCENT_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, artefacts: Path) -> Iterator[Callable[..., Tab]]:
    """A function that opens a file: `opened(path, "#fragment", width=1400, height=1000)`."""
    contexts, tabs = [], []

    def open_page(path: Path, fragment: str = "", width: int = WIDE, height: int = 1000) -> Tab:
        size = {"width": width, "height": height}
        contexts.append(chromium.new_context(viewport=size, offline=True, reduced_motion="reduce"))
        tabs.append(Tab(contexts[-1].new_page(), artefacts))
        return tabs[-1].open(path, fragment)

    yield open_page
    for context in contexts:
        context.close()
    for tab in tabs:
        assert tab.complaints == []
        assert [url for url in tab.requests if not url.startswith(OWN)] == []
