"""The site of the documentation: built without a warning, every link leads somewhere, no net."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
import yaml

# What a browser fetches by itself, as opposed to what a reader may follow.
FETCHED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


class Links(HTMLParser):
    """Anchors of a page, links that a reader follows, and what a browser fetches."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.followed: list[str] = []
        self.fetched: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.anchors |= {values[key] for key in ("id", "name") if values.get(key)}
        if tag == "a" and values.get("href"):
            self.followed.append(values["href"])
        if values.get(FETCHED.get(tag, "")):
            self.fetched.append(values[FETCHED[tag]])


@pytest.fixture(scope="module")
def site(root, tmp_path_factory) -> Path:
    """The site as `make docs` builds it; a warning is an error."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", place]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return place


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Links]:
    """Every page of the site."""
    return {path: Links(path) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_link_and_anchor_is_there(site, pages):
    for page, links in pages.items():
        for link in [*links.followed, *links.fetched]:
            if link.startswith(("http", "mailto:", "data:", "javascript:")):
                continue
            path, anchor = urldefrag(link)
            target = (page.parent / unquote(path)).resolve() if path else page
            assert target.is_file(), f"{page.relative_to(site)}: {link}"
            if anchor and target in pages:
                assert unquote(anchor) in pages[target].anchors, f"{page.name}: {link}"


def test_nothing_is_fetched_from_the_net(site, pages):
    for page, links in pages.items():
        outside = [link for link in links.fetched if link.startswith(("http", "//"))]
        assert not outside, page.relative_to(site)
    for sheet in site.rglob("*.css"):
        assert "url(http" not in sheet.read_text(encoding="utf-8"), sheet.name


def test_the_api_holds_every_documented_module(root, pages):
    told = set().union(*(links.anchors for links in pages.values()))
    for page in root.glob("docs/api/*.md"):
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("::: "):
                assert line[4:] in told, line


def test_every_page_is_in_the_menu(root):
    text = (root / "mkdocs.yml").read_text(encoding="utf-8")
    menu = yaml.safe_load(text.partition("\nnav:\n")[2])
    listed = str(menu)
    for page in [*root.glob("docs/*.md"), *root.glob("docs/api/*.md")]:
        assert str(page.relative_to(root / "docs")) in listed, page.name
