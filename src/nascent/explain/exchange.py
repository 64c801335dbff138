"""Other cells that stand for chance: who is whose other, and what they add to an interval.

What a cell gets by chance is told by what belongs to *other* cells: their images, masks, regions or
maps. Each cell has E others and is itself the other of E, so that none counts more than the rest:
the cells stand on a circle, in random order, and a cell's others are the E that follow it. With
`wells` every well is a circle of its own, and what differs between wells is no evidence.

**Interval.** Let h(i, j) hold a cell i against what belongs to a cell j. The statistic is the mean
of h(i, i) less the mean of h(i, j) over all i and their others j. A cell is in it three times: by
its own value, as the cell whose chance is taken, and as the other of E cells. To first order it is
a mean of one value a cell, own − row − (column − ν): `row` is the mean of h(k, ·) over the others
of k, `column` that of h(·, k) over those whose other k is, ν the mean of all (the projection of a
U-statistic of two arguments: Hoeffding, Annals of Mathematical Statistics 19, 1948). The variance
of these values is that of the statistic; rows and columns are means of E values only, which makes
it too large, by (E + 2) / (E + 1) where the cell's own value tells nothing: intervals are a little
too wide, never too narrow.
"""

from collections.abc import Sequence

import numpy as np

NOBODY = -1
"""Stands for an other where there are not as many."""


def rings(
    count: int, exchanges: int, seed: int | Sequence[int], wells: np.ndarray | None = None
) -> np.ndarray:
    """Return the others of some cells; each cell is the other of as many cells as it has others.

    Parameters
    ----------
    count
        Cells, n.
    exchanges
        Others of each cell.
    seed
        Equal seeds give equal rings to equally many cells of the same wells.
    wells
        (n,) labels, where others are to be of the same well.

    Returns
    -------
    (E, n) int
        Places of the others: no cell is its own, and a cell's others differ. E is `exchanges`, or
        as many as the largest well has others. Cells of a smaller well have `NOBODY` in the last
        rings.
    """
    generator = np.random.default_rng(seed)
    labels = np.zeros(count) if wells is None else np.asarray(wells, str)
    circles = [
        generator.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)
    ]
    most = min(exchanges, max(map(len, circles), default=1) - 1)
    found = np.full((most, count), NOBODY)
    for circle in circles:
        for ring in range(min(most, len(circle) - 1)):
            found[ring, circle] = np.roll(circle, -1 - ring)
    return found


def circles_of(rings: np.ndarray) -> list[np.ndarray]:
    """Return the places of each circle, in its order; one without others is a circle of one.

    In this order each cell comes right before its others: a cache of E + 1 cells reads hardly any
    twice.
    """
    following = rings[0] if len(rings) else np.full(rings.shape[1], NOBODY)
    met = np.zeros(len(following), bool)
    found = []
    for first in range(len(following)):
        if met[first]:
            continue
        circle, place = [], first
        while place != NOBODY and not met[place]:
            met[place] = True
            circle.append(place)
            place = following[place]
        found.append(np.array(circle))
    return found


def adjusted(own: np.ndarray, chance: np.ndarray, rings: np.ndarray) -> np.ndarray:
    """Return what each cell adds to the mean of own values less chance.

    Parameters
    ----------
    own
        (n, ...) float, NaN where it is not known.
    chance
        (E, n, ...) float, of each cell with each of its others; NaN where there is none or it is
        not known.
    rings
        (E, n), see `rings`.

    Returns
    -------
    (n, ...) float64
        own − row − (column − ν), see the module; NaN where the own value or all of the chance is
        missing. In every circle the mean is that of own − row over the same cells. A cell that is
        nobody's known other adds own − row.
    """
    own, chance = np.asarray(own, np.float64), np.asarray(chance, np.float64)
    excess = own - known_mean(chance)
    sums, number = np.zeros_like(own), np.zeros_like(own)
    for others, values in zip(rings, chance, strict=True):
        there = others != NOBODY
        known = ~np.isnan(values[there])
        # No cell is the other of two in one ring.
        sums[others[there]] += np.where(known, values[there], 0)
        number[others[there]] += known
    with np.errstate(invalid="ignore"):
        column = np.where(np.isnan(excess), np.nan, sums / number)
    for circle in circles_of(rings):
        turn = column[circle] - known_mean(column[circle])
        excess[circle] -= np.where(np.isnan(turn), 0, turn)
    return excess


def known_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of what is not NaN; NaN where there is nothing."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
