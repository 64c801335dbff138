"""The page's own text, style and program, put together into one file that needs no other."""

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from nascent.resources.reading import resource_text
from nascent.words import spoken


def parts_of_page(
    title: str, index: Mapping[str, Any], blobs: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """Yield the page, piece by piece, in the words of the study.

    Parameters
    ----------
    title
        Plain text.
    index
        What the page knows before it decodes a cell; JSON-able.
    blobs
        (name, base64 text) of the pixels.
    """
    style = resource_text("explorer/explorer.css")
    script = program()
    page = resource_text("explorer/page.html")
    for name, word in {**spoken().captions(), "title": title}.items():
        page = page.replace(f"{{{{{name}}}}}", escape(word))
    head, rest = page.split("{{style}}")
    middle, rest = rest.split("{{data}}")
    foot, end = rest.split("{{script}}")
    yield from (head, style, middle)
    yield f'<script type="application/json" id="index">{as_json(index)}</script>\n'
    for name, text in blobs:
        yield f'<script type="text/plain" id="{name}">{text}</script>\n'
    yield from (foot, script, end)


def program() -> str:
    """Return the page's program: its parts, one after the other."""
    parts = (
        resource_text("explorer/text.js"),
        resource_text("explorer/pixels.js"),
        resource_text("explorer/colours.js"),
        resource_text("explorer/pictures.js"),
        resource_text("explorer/panels.js"),
        resource_text("explorer/cells.js"),
        resource_text("explorer/facts.js"),
        resource_text("explorer/controls.js"),
        resource_text("explorer/address.js"),
        resource_text("explorer/explorer.js"),
    )
    return "\n".join(parts)


def as_json(index: Mapping[str, Any]) -> str:
    """Return JSON that may stand inside of a script element: no value can close it."""
    text = json.dumps(index, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
