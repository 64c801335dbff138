"""Intervals over whole groups of examples, such as wells, of which there are few.

Examples of one group share staining, treatment and place, so whole groups are left out, one at a
time. With G groups and θ₍g₎ the statistic without group g, the variance is (G − 1)/G · Σ (θ₍g₎ −
θ)² (CV3 of MacKinnon, Nielsen & Webb 2023, J. Econometrics 232:272), and the interval is θ ± c ·
its root. c is exact for means of normal groups of the sizes that there are
(`nascent.statistics.critical`): with groups of equal size it is the quantile of Student's law with
G − 1 degrees of freedom. A bootstrap of so few groups is too narrow: with three, one draw in nine
repeats one group alone, and no percentile lies beyond the groups' own range.
"""

import numpy as np

from nascent.statistics.critical import critical
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT


def group_sums(sums: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Add up the sums of each group's examples: (n, K) and n labels → (G, K), sorted by label."""
    names, place = np.unique(groups, return_inverse=True)
    totals = np.zeros((len(names), sums.shape[1]))
    np.add.at(totals, place, sums)
    return totals


def without_each(sums: np.ndarray) -> np.ndarray:
    """Return the sums over all groups but one, for each group: (G, K) → (G, K)."""
    return sums.sum(axis=0) - sums


def variance(value: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """Return the jackknife variance of statistics, see the head of this module.

    Parameters
    ----------
    value
        (R,) over all groups.
    left_out
        (G, R), each without one group.

    Returns
    -------
    (R,) float64
        NaN where a statistic is not defined without one of the groups.
    """
    groups = len(left_out)
    return (
        (groups - 1) / groups * np.square(left_out - value).sum(axis=0)
        if groups
        else value * np.nan
    )


def limits(
    value: np.ndarray, left_out: np.ndarray, sizes: np.ndarray, *, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval over groups of R statistics, (R,) each.

    NaN with fewer groups than a verdict needs: what so few tell of others is not worth stating.

    Parameters
    ----------
    value, left_out
        As for `variance`.
    sizes
        (G,) examples of each group, all above 0.
    confidence
        Between 0 and 1.
    """
    if len(left_out) < GROUPS_FOR_A_VERDICT:
        nothing = np.full(np.shape(value), np.nan)
        return nothing, nothing
    half = errors_wide(sizes, confidence) * np.sqrt(variance(value, left_out))
    return value - half, value + half


def errors_wide(sizes: np.ndarray, confidence: float) -> float:
    """Return how many jackknife errors wide an interval is on either side, see `critical`."""
    return critical(tuple(int(size) for size in sizes), confidence)


def mean_limits(
    sums: np.ndarray, number: np.ndarray, *, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval over groups of means over examples.

    Parameters
    ----------
    sums
        (G, K): Σ of each column over the examples of a group.
    number
        (G, K): examples of the group that have a value in the column. Groups without any do not
        count in that column.
    confidence
        Between 0 and 1.

    Returns
    -------
    tuple of (K,) float64
        NaN for columns with values in fewer groups than a verdict needs.
    """
    low, high = np.full((2, sums.shape[1]), np.nan)
    there = number > 0
    groups = there.sum(axis=0)
    for count in np.unique(groups[groups >= GROUPS_FOR_A_VERDICT]):
        for here in _columns_of_equal_groups(there, groups == count):
            rows = there[:, here[0]]
            s, n = sums[np.ix_(rows, here)], number[np.ix_(rows, here)]
            value = s.sum(axis=0) / n.sum(axis=0)
            left_out = without_each(s) / without_each(n)
            sizes = n.max(axis=1)
            low[here], high[here] = limits(value, left_out, sizes, confidence=confidence)
    return low, high


def _columns_of_equal_groups(there: np.ndarray, chosen: np.ndarray) -> list[np.ndarray]:
    """Return the chosen columns, those with values in the same groups together."""
    places = np.flatnonzero(chosen)
    patterns = np.unique(there[:, places], axis=1, return_inverse=True)[1].ravel()
    return [places[patterns == pattern] for pattern in np.unique(patterns)]
