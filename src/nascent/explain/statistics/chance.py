"""Means over examples beside the level of chance, with intervals over groups."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from nascent.explain.statistics.intervals import GROUPS
from nascent.statistics.jackknife import group_sums, limits, without_each


@dataclass(frozen=True)
class AgainstChance:
    """A mean over examples, its level of chance and how many times chance it is.

    Attributes
    ----------
    cells : int
        That have a value.
    groups : int
        That these are from.
    value, low, high : float
        The mean and its interval.
    chance : float
        Mean level of chance of the same examples.
    lift, lift_low, lift_high : float
        value / chance and its interval, above 1 where the value is above chance.
    interval : str
        `groups`; empty where there are too few for an interval, which is then NaN.
    """

    cells: int
    groups: int
    value: float
    low: float
    high: float
    chance: float
    lift: float
    lift_low: float
    lift_high: float
    interval: str

    @property
    def beats_chance(self) -> bool | None:
        """Whether the whole interval of the lift lies above 1; None without an interval."""
        return None if np.isnan(self.lift_low) else bool(self.lift_low > 1)

    def inverted(self) -> Self:
        """Return the same with lift = chance / value, for values that are good where they are low.

        Where the interval of the values reaches 0, the lift has no upper bound.
        """
        ends = np.array([self.lift, self.lift_low, self.lift_high])
        with np.errstate(divide="ignore"):
            lift, high, low = 1 / ends
        return replace(self, lift=float(lift), lift_low=float(low), lift_high=float(high))


def against_chance(
    values: np.ndarray, chances: np.ndarray, groups: np.ndarray, *, confidence: float
) -> AgainstChance:
    """Compare a value of each example with its level of chance.

    The lift is the ratio of the sums of values and chances, so that examples whose chance is high
    do not count as good ones. Whole groups are left out, one at a time, with the values and chances
    of their examples together (`nascent.statistics.jackknife`).

    Parameters
    ----------
    values, chances
        (n,) float, not negative; examples in which either is missing count in neither.
    groups
        (n,) labels.
    confidence
        Between 0 and 1.
    """
    known = np.isfinite(values) & np.isfinite(chances)
    values, chances, groups = values[known], chances[known], np.asarray(groups)[known]
    if not len(values):
        return AgainstChance(0, 0, *[np.nan] * 7, "")
    sums = group_sums(np.column_stack([np.ones(len(values)), values, chances]), groups)
    means, left_out = _means(sums.sum(axis=0)), _means(without_each(sums))
    low, high = limits(means, left_out, sums[:, 0], confidence=confidence)
    low = np.maximum(low, 0)
    return AgainstChance(
        cells=len(values),
        groups=len(sums),
        value=float(means[0]),
        low=float(low[0]),
        high=float(high[0]),
        chance=float(chances.mean()),
        lift=float(means[1]),
        lift_low=float(low[1]),
        lift_high=float(high[1]),
        interval="" if np.isnan(low[0]) else GROUPS,
    )


def _means(sums: np.ndarray) -> np.ndarray:
    """Return mean value and lift (..., 2) from sums (..., 3) of examples, values and chances."""
    with np.errstate(divide="ignore", invalid="ignore"):
        number, values, chances = np.moveaxis(sums, -1, 0)
        return np.stack([values / number, values / chances], axis=-1)
