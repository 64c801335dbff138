"""Channel importance: which share of a cell's attribution falls on each channel.

A share has no unit and a cell's shares sum to 1. With C channels a map that knows nothing spreads
evenly, 1/C each: that reference stands beside every importance.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nascent.attribute.maps import Maps
from nascent.errors import AttributionError
from nascent.explain.groups import GROUPS

IMPORTANCE = (
    "group",
    "channel",
    "cells",
    "zero_cells",
    "importance",
    "low",
    "high",
    "uniform",
)
"""Columns of a table of importance."""

COUNTS_AT_A_TIME = 4_000_000
"""Resampled counts held in memory at once: 32 MB."""


def channel_sums(maps: Maps) -> pd.DataFrame:
    """Return Σ |map| over the measured pixels, cells × channels, float64; the index is `cell_id`.

    One map is in memory at a time.
    """
    sums = np.empty((len(maps), len(maps.channels)))
    for index in range(len(maps)):
        measured = maps[index][maps.mask(index)]
        sums[index] = np.abs(measured).sum(axis=0, dtype=np.float64)
    return pd.DataFrame(sums, index=maps.cells.index, columns=maps.channels)


def channel_shares(sums: pd.DataFrame) -> pd.DataFrame:
    """Return each channel's share of its cell's total; NaN for cells whose map is zero."""
    totals = sums.sum(axis=1)
    return sums.div(totals.where(totals > 0), axis=0)


def channel_importance(
    shares: pd.DataFrame,
    groups: pd.Series,
    *,
    confidence: float = 0.99,
    draws: int = 2000,
    seed: int,
) -> pd.DataFrame:
    """Return the mean share of each channel in each group, with bootstrap intervals over cells.

    Parameters
    ----------
    shares
        Cells × channels, see `channel_shares`.
    groups
        low, medium or high, by cell id.
    confidence
        Of the percentile interval.
    draws
        Resamples.
    seed
        Equal seeds resample equal cells, so that models and methods compare by the same draws.

    Returns
    -------
    pandas.DataFrame
        Columns `group`, `channel`, `cells` (that the mean is over), `zero_cells` (left out, their
        map is zero), `importance`, `low`, `high`, `uniform` (1/C). Without cells the importance,
        and with fewer than two cells the interval, is NaN.

    Raises
    ------
    AttributionError
        Where a cell has no group.
    """
    missing = shares.index[~shares.index.isin(groups.index)]
    if len(missing):
        raise AttributionError(
            f"{len(missing)} cells with maps are in no group, the first is {missing[0]}",
            mend="Make maps and groups from the same splits.",
        )
    of_cell = groups.loc[shares.index]
    tables = []
    for number, group in enumerate(GROUPS):
        members = shares[(of_cell == group).to_numpy()]
        values = members.dropna().to_numpy()
        low, high = bootstrap_interval(
            values, confidence=confidence, draws=draws, seed=(seed, number)
        )
        tables.append(
            pd.DataFrame(
                {
                    "group": group,
                    "channel": shares.columns,
                    "cells": len(values),
                    "zero_cells": len(members) - len(values),
                    "importance": values.mean(axis=0) if len(values) else np.nan,
                    "low": low,
                    "high": high,
                    "uniform": 1 / shares.shape[1],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def bootstrap_interval(
    values: np.ndarray, *, confidence: float, draws: int, seed: int | Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile-bootstrap interval of the mean over rows, for each column.

    Efron: Bootstrap methods, Annals of Statistics 1979. All columns share the resampled rows. A
    resample is held as how often each row was drawn, so a resampled mean is one matrix product.

    Parameters
    ----------
    values
        (rows, columns) float.
    confidence
        Between 0 and 1.
    draws
        Resamples.
    seed
        Of the resampling.

    Returns
    -------
    tuple of (columns,) float64
        Lower and upper limit; NaN with fewer than two rows, which carry no spread.
    """
    rows, columns = values.shape
    if rows < 2:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    stream = np.random.default_rng(seed)
    means = np.empty((draws, columns))
    block = max(1, COUNTS_AT_A_TIME // rows)
    for first in range(0, draws, block):
        last = min(draws, first + block)
        counts = stream.multinomial(rows, np.full(rows, 1 / rows), size=last - first)
        means[first:last] = counts @ values / rows
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high
