"""The tools find what they are there to find."""

import pytest
from browser import Tab

BAD = """<!doctype html><html lang="en"><title>bad</title><button></button>
<button id="last" onkeydown="this.blur()">last</button>
<div tabindex="0" style="display: none">hidden</div><p style="color: #ccc">pale</p>
<script>console.error("said"); fetch("https://example.org/x").catch(() => {});
setTimeout(() => { throw new Error("thrown"); });</script></html>"""
GOOD = """<!doctype html><html lang="en"><title>good</title><main><h1>good</h1>
<button>one</button><a href="#here">two</a></main></html>"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "page.html"
        path.write_text(text)
        return path

    return write


def test_what_a_page_complains_of_is_kept(chromium, artefacts, written):
    context = chromium.new_context(offline=True)
    tab = Tab(context.new_page(), artefacts).open(written(BAD))
    tab.page.wait_for_timeout(50)
    assert "said" in " ".join(tab.complaints) and "thrown" in " ".join(tab.complaints)
    assert "https://example.org/x" in tab.requests
    found = " ".join(tab.barriers())
    assert "button-name" in found and "color-contrast" in found
    context.close()


def test_a_page_without_fault_has_none(opened, written):
    tab = opened(written(GOOD))
    assert tab.barriers() == []
    assert tab.walk() == ["button one", "a two"]
    assert tab.unreached() == []
    assert tab.shot("good").stat().st_size > 0


def test_a_control_that_tab_does_not_reach_is_named(opened, written):
    trap = "<button onkeydown='event.preventDefault()'>trap</button><button id=b>after</button>"
    tab = opened(written(GOOD.replace("</main>", f"{trap}</main>")))
    tab.walk()
    assert tab.unreached() == ["button#b after"]
