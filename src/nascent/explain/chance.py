"""Means over cells beside the level of chance, with bootstrap intervals by well or by cell."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from nascent.evaluate.bootstrap import counts, interval, sums_of_wells


@dataclass(frozen=True)
class AgainstChance:
    """A mean over cells, its level of chance and how many times chance it is.

    Attributes
    ----------
    cells : int
        That have a value.
    value, low, high : float
        The mean and its interval.
    chance : float
        Mean level of chance of the same cells.
    lift, lift_low, lift_high : float
        value / chance and its interval, above 1 where the value is above chance.
    interval : str
        `wells` or `cells`, what was resampled; empty where the cells carry no spread.
    """

    cells: int
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

        Where a draw's values are all zero its lift has no bound.
        """
        with np.errstate(divide="ignore"):
            lift, high, low = 1 / np.array([self.lift, self.lift_low, self.lift_high])
        return replace(self, lift=float(lift), lift_low=float(low), lift_high=float(high))


def against_chance(
    values: np.ndarray,
    chances: np.ndarray,
    wells: np.ndarray,
    *,
    confidence: float,
    draws: int,
    seed: int,
) -> AgainstChance:
    """Compare a value of each cell with its level of chance.

    Whole wells are drawn where the cells come from two or more, else cells (Efron 1979; Davison &
    Hinkley 1997, section 3.8). A draw resamples values and chances together: the lift is the ratio
    of their sums, so cells whose chance is high do not count as good ones. The interval is the
    expanded percentile interval of `nascent.evaluate.bootstrap.interval`.

    Parameters
    ----------
    values, chances
        (n,) float; cells in which either is missing count in neither.
    wells
        (n,) labels.
    confidence
        Between 0 and 1.
    draws
        Resamples.
    seed
        Equal seeds draw equal units.
    """
    known = np.isfinite(values) & np.isfinite(chances)
    values, chances, wells = values[known], chances[known], np.asarray(wells)[known]
    if not len(values):
        return AgainstChance(0, *[np.nan] * 7, "")
    sums = np.column_stack([np.ones(len(values)), values, chances])
    by = "cells"
    if len(np.unique(wells)) > 1:
        by, sums = "wells", sums_of_wells(sums, wells)
    drawn = np.vstack([held @ sums for held in counts(len(sums), draws, _stream(seed))])
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.column_stack([drawn[:, 1] / drawn[:, 0], drawn[:, 1] / drawn[:, 2]])
        lift = float(values.mean() / chances.mean())
    low, high = interval(means, units=len(sums), confidence=confidence)
    return AgainstChance(
        cells=len(values),
        value=float(values.mean()),
        low=float(low[0]),
        high=float(high[0]),
        chance=float(chances.mean()),
        lift=lift,
        lift_low=float(low[1]),
        lift_high=float(high[1]),
        interval=by if len(sums) > 1 else "",
    )


def _stream(seed: int) -> np.random.Generator:
    return np.random.default_rng((seed, 0))
