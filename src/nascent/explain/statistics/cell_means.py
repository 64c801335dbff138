"""Means over cells with their intervals over cells and over wells, and what they say of zero."""

from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import AttributionError
from nascent.explain.statistics.intervals import cells_interval, mean_interval
from nascent.files import read_table
from nascent.statistics.verdict import side

MEAN = ("cells", "missing", "wells", "mean", "low", "high", "low_wells", "high_wells")
"""Columns of a mean: cells it is over and cells without a value, wells, the mean, its intervals."""


def cell_means(
    values: np.ndarray, wells: np.ndarray, *, confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return the mean of each column over the cells that have a value, with two intervals.

    See `nascent.explain.statistics.intervals`; all columns share the resampled cells.

    Parameters
    ----------
    values
        (n, K) float, a row a cell; NaN where a cell has no value.
    wells
        (n,) the cells' wells.
    confidence
        Between 0 and 1.
    draws
        Resamples of the cells.
    seed
        Equal seeds draw equal cells.

    Returns
    -------
    pandas.DataFrame
        K rows, the columns of `MEAN`. Without cells the mean is NaN, and so is the interval over
        cells with fewer than two, that over wells with fewer than a verdict needs.
    """
    known = np.isfinite(values)
    number = known.sum(axis=0)
    labels, places = np.unique(np.asarray(wells, str), return_inverse=True)
    in_well = places == np.arange(len(labels))[:, None]
    of_wells = (in_well.astype(float) @ known > 0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, values, 0).sum(axis=0, dtype=np.float64) / number
    cells = cells_interval(values, confidence=confidence, draws=draws, seed=(seed, 0))
    by_well = mean_interval(values, wells, confidence=confidence)
    return pd.DataFrame(
        {
            "cells": number,
            "missing": len(values) - number,
            "wells": of_wells,
            "mean": mean,
            "low": np.where(number > 1, cells.low, np.nan),
            "high": np.where(number > 1, cells.high, np.nan),
            "low_wells": by_well.low,
            "high_wells": by_well.high,
        }
    )


def side_of_zero(mean: pd.Series) -> int:
    """Return 1 where a mean lies above zero, −1 where it lies below, 0 where that is open.

    The intervals over cells and over wells must lie on one side: with too few wells it is open.

    Parameters
    ----------
    mean
        A row of `cell_means`.
    """
    return side(tuple(mean[["low", "high", "low_wells", "high_wells"]]))


def wells_of(cells_path: str | Path, ids: Sequence[Hashable]) -> np.ndarray:
    """Return the wells (n,) of some cells, as `plate/well`, by the cell table of a study.

    Raises
    ------
    AttributionError
        Where a cell is not in the table.
    """
    table = read_table(cells_path, required=["id", "plate", "well"]).set_index("id")
    wells = table["plate"].astype(str) + "/" + table["well"].astype(str)
    missing = pd.Index(ids).difference(wells.index, sort=False)
    if len(missing):
        raise AttributionError(
            f"{len(missing)} explained cells are not in the cell table, the first is {missing[0]}",
            where=cells_path,
            mend="Make maps and cell table from the same crops.",
        )
    return wells.loc[list(ids)].to_numpy(str)
