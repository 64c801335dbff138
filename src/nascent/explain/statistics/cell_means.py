"""Means over examples, intervals over examples and over groups, what they say of zero."""

from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import AttributionError
from nascent.explain.statistics.intervals import cells_interval, mean_interval
from nascent.files import read_table
from nascent.statistics.verdict import side
from nascent.words import spoken

MEAN = ("cells", "missing", "groups", "mean", "low", "high", "low_groups", "high_groups")
"""Columns of a mean: examples it is over and examples without a value, groups, the mean, its
intervals."""


def cell_means(
    values: np.ndarray, groups: np.ndarray, *, confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return the mean of each column over the examples that have a value, with two intervals.

    See `nascent.explain.statistics.intervals`; all columns share the resampled examples.

    Parameters
    ----------
    values
        (n, K) float, a row an example; NaN where an example has no value.
    groups
        (n,) the examples' groups.
    confidence
        Between 0 and 1.
    draws
        Resamples of the examples.
    seed
        Equal seeds draw equal examples.

    Returns
    -------
    pandas.DataFrame
        K rows, the columns of `MEAN`. Without examples the mean is NaN, and so is the interval over
        examples with fewer than two, that over groups with fewer than a verdict needs.
    """
    known = np.isfinite(values)
    number = known.sum(axis=0)
    labels, places = np.unique(np.asarray(groups, str), return_inverse=True)
    in_group = places == np.arange(len(labels))[:, None]
    of_groups = (in_group.astype(float) @ known > 0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, values, 0).sum(axis=0, dtype=np.float64) / number
    cells = cells_interval(values, confidence=confidence, draws=draws, seed=(seed, 0))
    by_group = mean_interval(values, groups, confidence=confidence)
    return pd.DataFrame(
        {
            "cells": number,
            "missing": len(values) - number,
            "groups": of_groups,
            "mean": mean,
            "low": np.where(number > 1, cells.low, np.nan),
            "high": np.where(number > 1, cells.high, np.nan),
            "low_groups": by_group.low,
            "high_groups": by_group.high,
        }
    )


def side_of_zero(mean: pd.Series) -> int:
    """Return 1 where a mean lies above zero, −1 where it lies below, 0 where that is open.

    The intervals over examples and over groups must lie on one side: with too few groups it is
    open.

    Parameters
    ----------
    mean
        A row of `cell_means`.
    """
    return side(tuple(mean[["low", "high", "low_groups", "high_groups"]]))


def groups_of(cells_path: str | Path, ids: Sequence[Hashable]) -> np.ndarray:
    """Return the groups (n,) of some examples, by the table of examples of a study.

    Raises
    ------
    AttributionError
        Where an example is not in the table.
    """
    groups = read_table(cells_path, required=["id", "group"]).set_index("id")["group"].astype(str)
    missing = pd.Index(ids).difference(groups.index, sort=False)
    if len(missing):
        raise AttributionError(
            f"{len(missing)} explained {spoken().examples} are not in the {spoken().example}"
            f" table, the first is {missing[0]}",
            where=cells_path,
            mend=f"Make maps and {spoken().example} table from the same crops.",
        )
    return groups.loc[list(ids)].to_numpy(str)
