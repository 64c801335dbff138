"""The templates of the page, its style and its scripts, as one file that loads nothing."""

import hashlib
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from nascent.report.answers.records import FAILS, NO, NOT_TESTED, OPEN, PASSES, YES
from nascent.resources.reading import resource_text

TOP = "first"
"""Anchor of the answers."""

SEEN = 350
"""Characters of an answer that are seen before its details are opened."""

STYLES: Mapping[str, str] = {
    YES: "is-yes",
    PASSES: "is-yes",
    FAILS: "is-no",
    NOT_TESTED: "is-none",
    OPEN: "is-open",
    NO: "is-no",
}
"""What a verdict begins with → its class; one that is longer stands before one it begins with."""


def page_text(context: Mapping[str, Any]) -> str:
    """Return the page; all that is told is escaped, and no script but the page's own can run."""
    environment = Environment(
        loader=DictLoader(
            {
                "page.html": resource_text("report/page.html"),
                "first.html": resource_text("report/first.html"),
                "parts.html": resource_text("report/parts.html"),
                "end.html": resource_text("report/end.html"),
            }
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "verdict_class": verdict_class,
        "figure_id": figure_id,
        "shown_first": shown_first,
        "known": known,
    }
    scripts = [resource_text("report/datatables.js"), resource_text("report/page.js")]
    told = {
        "style": Markup(resource_text("report/page.css")),
        "licence": resource_text("report/datatables.txt"),
        "scripts": [Markup(script) for script in scripts],
        "digests": [_digest(script) for script in scripts],
    }
    return environment.get_template("page.html").render(**context, **told)


def verdict_class(verdict: str) -> str:
    """Return the class of a verdict, which gives it its colour; its words say the same."""
    return next((style for word, style in STYLES.items() if verdict.startswith(word)), "is-said")


def known(anchor: str, anchors: Collection[str]) -> str:
    """Return an anchor of the page: that which is asked for, or the answers where there is none."""
    return anchor if anchor in anchors else TOP


def shown_first(sentences: Sequence[str]) -> int:
    """Return how many sentences of an answer are seen at once, one at the least."""
    lengths = list(accumulate(len(sentence) for sentence in sentences))
    return max(1, sum(length <= SEEN for length in lengths))


def figure_id(place: str) -> str:
    """Return the id of a figure on the page, by its place in the folder of the study."""
    return place.replace("/", "-")


def _digest(script: str) -> str:
    """Return the digest by which a page's policy knows a script of its own."""
    return f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
