"""What the figure of shares says of each channel: its share over seeds, and its use."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from nascent.examples import ALL_INPUTS
from nascent.explain.use.changes import PERMUTED
from nascent.explain.use.loss import EACH, USED

ALL = "all"  # stratum of all examples together


class Heading(NamedTuple):
    """A row that names the input whose channels stand below."""

    input: str


Row = str | Heading
"""A channel, or what heads some."""


def of_all_inputs(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of shares of all inputs together; of one input all rows are."""
    together = table["input"] == ALL_INPUTS if "input" in table else pd.Series(False, table.index)
    return table[together] if together.any() else table


def within_inputs(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of shares within the channel's own input; none where there is one input."""
    if "input" not in table or not (table["input"] == ALL_INPUTS).any():
        return table.iloc[:0]
    return table[table["input"] != ALL_INPUTS]


def grouped(channels: Sequence[str], within: pd.DataFrame) -> list[Row]:
    """Return the rows of channels: as they come, or input by input below their headings.

    Parameters
    ----------
    channels
        In the order in which they stand.
    within
        As `within_inputs` gives it.
    """
    if within.empty:
        return list(channels)
    owner = dict(zip(within["channel"], within["input"], strict=True))
    return [
        row
        for name in within["input"].unique()
        for row in (Heading(str(name)), *(one for one in channels if owner[one] == name))
    ]


def over_seeds(importance: pd.DataFrame, aggregate: str = "absolute") -> pd.DataFrame:
    """Return one row a stratum and channel: the mean over seeds, and the span of their intervals.

    `beats_null` is 1 where all seeds beat their nulls, 0 where one does not, missing where that of
    any cannot be told. `wide` says whether the null of one is too wide to deny anything.
    """
    kept = importance[importance["cells"] > 0].dropna(subset=["importance"])
    if "aggregate" in kept.columns:
        kept = kept[kept["aggregate"] == aggregate]
    nulls = ["null_low", "null_high", "null_half", "beats_null"]
    told = kept.reindex(columns=[*kept.columns.union(nulls)])
    # Read from a table, a column of True, False and missing values holds all three as objects.
    beats = told["beats_null"].map({True: 1.0, False: 0.0, "True": 1.0, "False": 0.0})
    return (
        told.assign(
            beats_null=beats.astype(float),
            wide=told["null_half"].astype(float) > 1 / max(kept["channel"].nunique(), 1),
        )
        .groupby(["stratum", "channel"], sort=False)
        .agg(
            cells=("cells", "max"),
            importance=("importance", "mean"),
            low=("low", "min"),
            high=("high", "max"),
            null_low=("null_low", "min"),
            null_high=("null_high", "max"),
            null_half=("null_half", "max"),
            wide=("wide", "any"),
            beats_null=("beats_null", _of_all_seeds),
        )
        .reset_index()
    )


def with_all(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `over_seeds`, before them those of all strata together.

    The share of all examples is the mean over strata, weighted by their examples; it has neither
    interval nor null. Where there is one stratum nothing is added.
    """
    if summary["stratum"].nunique() < 2 or (summary["stratum"] == ALL).any():
        return summary
    weighted = summary.assign(importance=summary["importance"] * summary["cells"])
    sums = weighted.groupby("channel", sort=False)[["importance", "cells"]].sum().reset_index()
    sums["importance"] /= sums["cells"]
    return pd.concat([sums.assign(stratum=ALL, wide=False), summary], ignore_index=True)[
        summary.columns
    ]


def above_random(summary: pd.DataFrame) -> list[str] | None:
    """Return the channels whose share lies above random weights in every stratum; None: no null."""
    if summary["null_high"].isna().all():
        return None
    beats = summary[summary["stratum"] != ALL].groupby("channel", sort=False)["beats_null"]
    return [str(name) for name, values in beats if (values == 1).all()]


def _of_all_seeds(beats: pd.Series) -> float:
    if (beats == 0).any():
        return 0.0
    return np.nan if beats.isna().any() else 1.0


def used(use: pd.DataFrame) -> dict[str, tuple[float, bool]]:
    """Return channel, or group of channels → skill lost without it, and whether its use is proven.

    Parameters
    ----------
    use
        Rows of `use.tsv` of one model; the mean over its seeds is taken, of all that a channel
        tells.
    """
    rows = use[(use["seed"].astype(str) == EACH) & (use["change"] == PERMUTED)]
    return {
        name: (float(value), verdict == USED)
        for name, value, verdict in rows[["channel", "use", "verdict"]].itertuples(index=False)
    }
