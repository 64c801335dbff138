"""Tables as they stand on the page: their first rows as text, all of them as data, and the file."""

import gzip
import json
import math
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from nascent.figures.words import design, level
from nascent.files import read_table
from nascent.kind import kind_of
from nascent.plain_words import explanation_words, reference_words, verdict_words
from nascent.report.tables import LEVELS, decimals, shown
from nascent.study_record import StudyRecord
from nascent.task import known_tasks, task_of
from nascent.words import spoken

MOST_ROWS = 1000
"""Rows of a table that the page can sort and filter; the file has all."""

FIRST_ROWS = 8
"""Rows that stand in the page before its script has run."""

MOST_BYTES = 500_000
"""Of a file that the page holds, compressed and as text; a larger one stays beside the page."""

DIGITS = 6
"""Significant digits of numbers in the page; the file has all."""


@dataclass(frozen=True)
class Column:
    """A column of a table on the page.

    Attributes
    ----------
    name
        In words.
    places
        Decimals; None for text.
    """

    name: str
    places: int | None


@dataclass(frozen=True)
class Table:
    """A table on the page.

    Attributes
    ----------
    columns
        In order.
    first
        The first rows, as text.
    data
        Decimals and rows as JSON, safe inside of a script element.
    length, shown
        Rows of the file, and of the page.
    packed
        The file, compressed by gzip, in base 64; empty where it is too large.
    """

    columns: tuple[Column, ...]
    first: tuple[tuple[str, ...], ...]
    data: Markup
    length: int
    shown: int
    packed: str


Values = Mapping[str, Callable[[str], str]]
"""Column → what its values are called."""


def table_of_file(path: Path, values: Values) -> Table:
    """Return a table of the study's results as it stands on the page.

    Parameters
    ----------
    path
        The file.
    values
        See `values_of`.
    """
    frame = read_table(path)
    rows = readable(frame.head(MOST_ROWS), values)
    columns = tuple(Column(str(name), _places(rows[name])) for name in rows)
    first = tuple(
        tuple(shown(value, column.places) for value, column in zip(row, columns, strict=True))
        for row in rows.head(FIRST_ROWS).itertuples(index=False, name=None)
    )
    data = {
        "places": [column.places for column in columns],
        "rows": [
            [_plain(value) for value in row] for row in rows.itertuples(index=False, name=None)
        ],
    }
    return Table(columns, first, json_in_page(data), len(frame), len(rows), packed(path))


def values_of(record: StudyRecord) -> Values:
    """Return column → what its values are called in a study: methods, models, splits, verdicts."""
    task, kind = task_of(record.task), kind_of(record.kind)
    methods = record.config["attribute"]["methods"]
    units = {"channel": record.words.feature, "group": "together"}
    units |= {name: level(name) for name in LEVELS}
    metrics = {metric.name: metric.short for metric in task.measures}

    def model(name: str) -> str:
        return reference_words(name, kind.references) if name in record.floors else name

    return {
        **dict.fromkeys(("model", "other", "best_floor", "other_model"), model),
        **dict.fromkeys(("method", "other_method"), lambda name: explanation_words(name, methods)),
        "unit": lambda name: units.get(name, name),
        "what": lambda name: record.words.header(name).replace("_", " "),
        **dict.fromkeys(("design", "fold"), design),
        "by": record.words.column,
        "variable": record.words.column,
        "metric": lambda name: metrics.get(name, name),
        "target": lambda name: record.target.words if name == record.target.name else name,
        **dict.fromkeys(("verdict", "model_verdict", "maps_verdict"), verdict_words),
    }


def readable(frame: pd.DataFrame, values: Values) -> pd.DataFrame:
    """Return a table with columns and values in words; columns without values are left out."""
    kept = frame.loc[:, [name for name in frame if frame[name].notna().any()]]
    levels = {name: level(name) for name in LEVELS}
    changed = {}
    for name in kept:
        column = kept[name]
        if pd.api.types.is_bool_dtype(column):
            changed[name] = column.map({True: "yes", False: "no"})
        elif pd.api.types.is_numeric_dtype(column):
            continue
        elif name in values:
            changed[name] = column.map(values[name], na_action="ignore")
        elif column.isin(LEVELS).any():
            changed[name] = column.replace(levels)
    return kept.assign(**changed).rename(columns=in_words)


def in_words(name: str) -> str:
    """Return the name of a column in words: `mae_low_groups` is MAE low, over wells."""
    words = spoken()
    if name in ("group", "groups"):
        return getattr(words, name)
    if name == "within_groups":
        return f"within {words.groups}"
    name, over = (name.removesuffix("_groups"), True) if name.endswith("_groups") else (name, False)
    known = WORDS.get(name)
    if known is None:
        parts = words.header(name).split("_")
        known = " ".join(abbreviations().get(part, part) for part in parts)
    return f"{known}, over {words.groups}" if over else known


WORDS: Mapping[str, str] = {
    "floor": "is a reference",
    "best_floor": "best reference",
    "low": "lower limit",
    "high": "upper limit",
    "n": "number",
    "design": "split",
    "split": "set",
    "y": "measured",
    "y_hat": "predicted",
    "eta2": "η²",
    "omega2": "ω²",
}
"""Column → its heading, where that is not its name with spaces."""

LABELS = ("id", "seed", "other_seed", "fold")
"""Columns whose numbers are names, which no sign parts into thousands."""

LONGEST = 28
"""Letters of the name of a metric that a heading can hold."""


@cache
def abbreviations() -> Mapping[str, str]:
    """Return part of a column's name → what it is called: metrics as their tasks call them."""
    tasks = map(task_of, known_tasks())
    # What stands in brackets behind a name is too much for a heading.
    shorts = {
        name: task.metric(name).short.partition(" (")[0] for task in tasks for name in task.metrics
    }
    metrics = {name: short for name, short in shorts.items() if len(short) <= LONGEST}
    return metrics | {
        "sd": "SD",
        "rmse": "RMSE",
        "floor": "reference",
        "cpu": "CPU",
        "gpu": "GPU",
        "mb": "MB",
    }


def packed(path: Path) -> str:
    """Return the bytes of a file compressed and as text; nothing where they are too many."""
    text = packed_bytes(path.read_bytes())
    return text if len(text) <= MOST_BYTES else ""


def packed_bytes(content: bytes) -> str:
    """Return bytes compressed by gzip, in base 64."""
    return b64encode(gzip.compress(content, mtime=0)).decode("ascii")


def json_in_page(value: Any) -> Markup:
    """Return a value as JSON that no browser takes for markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _places(column: pd.Series) -> int | None:
    if column.name in map(in_words, LABELS):
        return None
    return decimals(column) if pd.api.types.is_numeric_dtype(column) else None


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; None where it is missing."""
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else str(value)
    return value.item() if hasattr(value, "item") else str(value)
