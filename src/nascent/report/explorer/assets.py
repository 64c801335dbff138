"""The page's own text, style and program, put together into one file that needs no other."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any

ASSETS = ("page.html", "explorer.css", "explorer.js")


def assets_digest() -> str:
    """Return a digest of the page's assets: a rule that makes the page stands on them too."""
    return hashlib.sha256("".join(map(_text, ASSETS)).encode()).hexdigest()[:16]


def parts_of_page(
    title: str, index: Mapping[str, Any], blobs: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """Yield the page, piece by piece.

    Parameters
    ----------
    title
        Plain text.
    index
        What the page knows before it decodes a cell; JSON-able.
    blobs
        (name, base64 text) of the pixels.
    """
    style, script = _text("explorer.css"), _text("explorer.js")
    page = _text("page.html").replace("{{title}}", escape(title))
    head, rest = page.split("{{style}}")
    middle, rest = rest.split("{{data}}")
    foot, end = rest.split("{{script}}")
    yield from (head, style, middle)
    yield f'<script type="application/json" id="index">{as_json(index)}</script>\n'
    for name, text in blobs:
        yield f'<script type="text/plain" id="{name}">{text}</script>\n'
    yield from (foot, script, end)


def as_json(index: Mapping[str, Any]) -> str:
    """Return JSON that may stand inside of a script element: no value can close it."""
    text = json.dumps(index, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
