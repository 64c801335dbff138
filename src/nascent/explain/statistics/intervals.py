"""Intervals of means over examples: over whole groups, and over examples.

Examples of one group share staining, treatment and place, so that an interval over examples alone
is about these groups and no others. With too few groups there is no interval over groups
(`nascent.statistics`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nascent.statistics.bootstrap import counts, interval
from nascent.statistics.jackknife import group_sums, mean_limits
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT

GROUPS, CELLS = "groups", "cells"


@dataclass(frozen=True)
class Interval:
    """Limits of the mean of each column, and over what they are.

    Attributes
    ----------
    low, high : (columns,) float64
        NaN where too few units have a value.
    over : str
        `groups` or `cells`; empty where the examples are from too few groups for an interval over
        them.
    """

    low: np.ndarray
    high: np.ndarray
    over: str


def mean_interval(values: np.ndarray, groups: np.ndarray, *, confidence: float) -> Interval:
    """Return the interval of the mean over examples by groups (`nascent.statistics.jackknife`).

    Parameters
    ----------
    values
        (n, columns) float, a row an example; NaN where an example has no value, which is then left
        out of the mean of its column.
    groups
        (n,) the group of each example.
    confidence
        Between 0 and 1.
    """
    sums, number = _sums(values)
    both = group_sums(np.hstack([sums, number]), np.asarray(groups, str))
    sums, number = np.hsplit(both, 2)
    low, high = mean_limits(sums, number, confidence=confidence)
    several = np.count_nonzero(number.any(axis=1)) >= GROUPS_FOR_A_VERDICT
    return Interval(low, high, GROUPS if several else "")


def cells_interval(
    values: np.ndarray, *, confidence: float, draws: int, seed: int | Sequence[int]
) -> Interval:
    """Return the bootstrap interval of the mean over examples, the groups as they are.

    Parameters
    ----------
    values
        As for `mean_interval`.
    confidence
        Between 0 and 1, of the interval of `nascent.statistics.bootstrap`.
    draws
        Resamples; all columns share them.
    seed
        Of the resampling.
    """
    known = values[~np.isnan(values).all(axis=1)]
    sums, number = _sums(known)
    low, high = np.full((2, sums.shape[1]), np.nan)
    # A column may have values in few of the examples: in one alone all draws have the same mean.
    units = np.count_nonzero(number, axis=0)
    if (units > 1).any():
        stream = np.random.default_rng(seed)
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = [(held @ sums) / (held @ number) for held in counts(len(sums), draws, stream)]
        means = np.vstack(drawn)
        for count in np.unique(units[units > 1]):
            here = units == count
            low[here], high[here] = interval(
                means[:, here], units=int(count), confidence=confidence
            )
    return Interval(low, high, CELLS)


def _sums(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    there = ~np.isnan(values)
    return np.where(there, values, 0.0), there.astype(np.float64)
