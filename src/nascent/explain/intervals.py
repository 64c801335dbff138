"""Intervals of means over cells: whole wells are resampled where there are several.

Cells of one well share staining, treatment and place, so that an interval over cells alone is too
narrow. With fewer than two wells nothing else is left, and the interval says that it is over cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nascent.evaluate.bootstrap import counts, interval, sums_of_wells

WELLS, CELLS = "wells", "cells"


@dataclass(frozen=True)
class Interval:
    """Limits of the mean of each column, and what was resampled.

    Attributes
    ----------
    low, high : (columns,) float64
        NaN where fewer than two units have a value, which carry no spread.
    over : str
        `wells` or `cells`.
    """

    low: np.ndarray
    high: np.ndarray
    over: str


def mean_interval(
    values: np.ndarray,
    wells: np.ndarray,
    *,
    confidence: float,
    draws: int,
    seed: int | Sequence[int],
) -> Interval:
    """Return the bootstrap interval of the mean over cells by wells, or by cells where it must be.

    Parameters
    ----------
    values
        (n, columns) float, a row a cell; NaN where a cell has no value, which is then left out of
        the mean of its column.
    wells
        (n,) the well of each cell.
    confidence
        Between 0 and 1, of the expanded percentile interval (`nascent.evaluate.bootstrap`).
    draws
        Resamples; all columns share them.
    seed
        Of the resampling.
    """
    known = ~np.isnan(values).all(axis=1)
    labels = np.asarray(wells)[known].astype(str)
    if len(np.unique(labels)) < 2:
        return cells_interval(values, confidence=confidence, draws=draws, seed=seed)
    sums, number = _sums(values[known])
    both = sums_of_wells(np.hstack([sums, number]), labels)
    low, high = _limits(*np.hsplit(both, 2), confidence, draws, seed)
    return Interval(low, high, WELLS)


def cells_interval(
    values: np.ndarray, *, confidence: float, draws: int, seed: int | Sequence[int]
) -> Interval:
    """Return the bootstrap interval of the mean over cells; parameters as for `mean_interval`."""
    known = values[~np.isnan(values).all(axis=1)]
    low, high = _limits(*_sums(known), confidence, draws, seed)
    return Interval(low, high, CELLS)


def _sums(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    there = ~np.isnan(values)
    return np.where(there, values, 0.0), there.astype(np.float64)


def _limits(
    sums: np.ndarray,
    number: np.ndarray,
    confidence: float,
    draws: int,
    seed: int | Sequence[int],
) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full((2, sums.shape[1]), np.nan)
    # A column may have values in few of the units: in one alone all draws have the same mean.
    units = np.count_nonzero(number, axis=0)
    if not (units > 1).any():
        return low, high
    stream = np.random.default_rng(seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = [(held @ sums) / (held @ number) for held in counts(len(sums), draws, stream)]
    means = np.vstack(drawn)
    for count in np.unique(units[units > 1]):
        here = units == count
        low[here], high[here] = interval(means[:, here], units=int(count), confidence=confidence)
    return low, high
