"""Pages of the site that are kept elsewhere: README.md is its front, config/README.md the keys.

Links lead from one page to another in the repository, as GitHub shows it. On the site they lead to
the same page there; files that are no pages of it are named without a link.
"""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from nascent.report.methods.references import in_list, known_references

ROOT = Path(__file__).parent.parent
# Page of the site → its file in the repository.
TAKEN = {"index.md": "README.md", "config.md": "config/README.md"}
LINK = re.compile(r"(?<!\!)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
SOURCES = "<!-- sources -->"
"""Where a page shows the references."""

IMAGE = re.compile(r"(!\[[^\]]*\]\()(?!https?:)([^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside of docs/."""
    for page, source in TAKEN.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead each link of the repository to the page or file of the site."""
    source = TAKEN.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    known = {file.src_uri for file in files}

    def link(found: re.Match[str]) -> str:
        text, target, anchor = found[1], found[2], found[3] or ""
        there = site_path(source, target)
        if there not in known and (ROOT / in_repository(source, target)).exists():
            return text
        return f"[{text}]({relative(page.file.src_uri, there)}{anchor})"

    def image(found: re.Match[str]) -> str:
        return f"{found[1]}{relative(page.file.src_uri, site_path(source, found[2]))})"

    return IMAGE.sub(image, LINK.sub(link, markdown)).replace(SOURCES, sources())


def sources() -> str:
    """Return every reference that comes with nascent, as a list."""
    known = known_references().values()
    ordered = sorted(known, key=lambda one: (one.authors[0].lower(), one.year, one.title))
    return "\n".join(f"- {in_list(one)}" for one in ordered)


def in_repository(source: str, target: str) -> str:
    """Return the path of a link's target in the repository, of a link in the file `source`."""
    return normpath(PurePosixPath(source).parent / target)


def site_path(source: str, target: str) -> str:
    """Return the path of a link's target on the site."""
    path = in_repository(source, target)
    pages = {kept: page for page, kept in TAKEN.items()}
    return pages.get(path, path.removeprefix("docs/"))


def relative(page: str, target: str) -> str:
    """Return a path of the site as seen from a page of it."""
    return "../" * page.count("/") + target
