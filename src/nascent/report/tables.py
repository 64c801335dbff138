"""Tables as static HTML, numbers rounded for the eye (the files keep every digit)."""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from nascent.report.page import page, paragraph
from nascent.words import spoken

MISSING = "–"

LEVELS = ("entries", "pixels", "channels")
"""What of maps is ranked, as tables name it, see `nascent.explain.reading.map_levels`."""


def table_page(frame: pd.DataFrame, title: str, note: str = "") -> str:
    """Return a page that shows a table.

    Parameters
    ----------
    frame
        The table as a file holds it; its index is not shown. Names and values are escaped, and
        are in the words of the study.
    title
        Heading, plain text.
    note
        A sentence or two under the heading, plain text.
    """
    return page(title, "\n".join([paragraph(note), table(_headed(frame))]))


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its columns, and the levels of maps in it, in the words of the study."""
    words = spoken()
    known = {name: words.header(name) for name in LEVELS}
    of_levels = [name for name in frame if frame[name].isin(LEVELS).any()]
    return frame.assign(**{name: frame[name].replace(known) for name in of_levels}).rename(
        columns=words.header
    )


def table(frame: pd.DataFrame, places_of: Mapping[str, int] | None = None) -> str:
    """Return a table as HTML: numbers right-aligned, a column rounded alike, missing as a dash.

    Parameters
    ----------
    frame
        The table; its index is not shown. Names and values are escaped.
    places_of
        Column → decimals; those not named have as many as `decimals` finds.
    """
    given = places_of or {}
    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]
    classes = [' class="number"' if number else "" for number in numeric]
    places = [
        given.get(str(name), decimals(frame.iloc[:, k])) if number else None
        for k, (name, number) in enumerate(zip(frame.columns, numeric, strict=True))
    ]
    head = "".join(
        f"<th{kind}>{escape(str(name))}</th>"
        for name, kind in zip(frame.columns, classes, strict=True)
    )
    rows = [
        "<tr>"
        + "".join(
            f"<td{kind}>{escape(shown(value, place))}</td>"
            for value, kind, place in zip(row, classes, places, strict=True)
        )
        + "</tr>"
        for row in frame.itertuples(index=False, name=None)
    ]
    if not rows:
        rows = [f'<tr><td colspan="{max(len(frame.columns), 1)}">no rows</td></tr>']
    return (
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody>\n</table></div>"
    )


def decimals(column: pd.Series) -> int:
    """Return the decimals at which a typical value of a column has 4 significant digits.

    0 for whole numbers, at most 4.
    """
    values = column.dropna().astype(float)
    values = values[np.isfinite(values)]
    if values.empty or (values == values.round()).all():
        return 0
    typical = values[values != 0].abs().median()
    return int(np.clip(3 - np.floor(np.log10(typical)), 0, 4))


def shown(value: Any, places: int | None = None) -> str:
    """Return a value as a reader wants it: numbers with `places` decimals, missing as a dash."""
    if value is None or value is pd.NA or value != value:
        return MISSING
    if places is None or isinstance(value, bool):
        return str(value)
    return f"{value:,.{places}f}".replace("-", "\N{MINUS SIGN}")
