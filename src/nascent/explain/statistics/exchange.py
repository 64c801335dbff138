"""Other examples that stand for chance: who is whose other, and what they add to an interval.

What an example gets by chance is told by what belongs to *other* examples: their images, masks,
regions or maps. Each example has E others and is itself the other of E, so that none counts more
than the rest: the examples stand on a circle, in random order, and an example's others are the E
that follow it. With `groups` every group is a circle of its own: what differs between groups, by
staining or treatment, is no evidence, and what chance makes of one group is independent of the
next.

**Interval.** Let h(i, j) hold an example i against what belongs to an example j. The statistic is
the mean of h(i, i) less the mean of h(i, j) over all i and their others j. An example is in it
three times: by its own value, as the example whose chance is taken, and as the other of E examples.
To first order it is a mean of one value an example, h(k, k) − ν − a_k − b_k, where ν + a_i + b_j is
the part of h(i, j) that follows i and j one by one (the projection of a U-statistic of two
arguments: Hoeffding, Annals of Mathematical Statistics 19, 1948). Since each example is as often i
as j these parts leave the statistic itself. They are fitted to the E chances of each example by
least squares, and the error of the fit is in the variance of the values, which is therefore
somewhat too large: by a quarter with five others, by a tenth with ten. Intervals are a little too
wide, never too narrow.
"""

from collections.abc import Sequence

import numpy as np

NOBODY = -1
"""Stands for an other where there are not as many."""

SWEEPS = 5
"""Turns of the fit to rows and columns, after which it changes little."""


def rings(
    count: int, exchanges: int, seed: int | Sequence[int], groups: np.ndarray | None = None
) -> np.ndarray:
    """Return the others of some examples; each example is the other of as many examples as it has
    others.

    Parameters
    ----------
    count
        Examples, n.
    exchanges
        Others of each example.
    seed
        Equal seeds give equal rings to equally many examples of the same groups.
    groups
        (n,) labels, where others are to be of the same group. Where fewer than half of the examples
        share their group with another, others are of any group.

    Returns
    -------
    (E, n) int
        Places of the others: no example is its own, and an example's others differ. E is
        `exchanges`, or as many as the largest group has others. Examples of a smaller group have
        `NOBODY` in the last rings.
    """
    generator = np.random.default_rng(seed)
    labels = np.zeros(count) if groups is None else np.asarray(groups, str)
    _, sizes = np.unique(labels, return_counts=True)
    if 2 * (sizes == 1).sum() > count:
        labels = np.zeros(count)
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
    """Return the places of each circle, in its order; one without others is a circle of one."""
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


def along(rings: np.ndarray) -> list[int]:
    """Return the places of all examples, circle by circle.

    Each example comes right before its others: a cache of E + 1 examples reads hardly any twice.
    """
    return [int(place) for circle in circles_of(rings) for place in circle]


def adjusted(own: np.ndarray, chance: np.ndarray, rings: np.ndarray) -> np.ndarray:
    """Return what each example adds to the mean of own values less chance.

    Parameters
    ----------
    own
        (n, ...) float, NaN where it is not known.
    chance
        (E, n, ...) float, of each example with each of its others; NaN where there is none or it is
        not known.
    rings
        (E, n), see `rings`.

    Returns
    -------
    (n, ...) float64
        h(k, k) − ν − a_k − b_k, see the module; NaN where the own value or all of the chance is
        missing. In every circle the mean is that of the examples' own values, each less the mean of
        its own chances.
    """
    own, chance = np.asarray(own, np.float64), np.asarray(chance, np.float64)
    excess = own - known_mean(chance)
    circles = circles_of(rings)
    first, second = _additive(_centred(chance, circles), rings)
    found = np.where(np.isnan(excess), np.nan, own - first - second)
    for circle in circles:
        found[circle] += known_mean(excess[circle]) - known_mean(found[circle])
    return found


def _centred(chance: np.ndarray, circles: Sequence[np.ndarray]) -> np.ndarray:
    centred = np.empty_like(chance)
    for circle in circles:
        values = chance[:, circle]
        centred[:, circle] = values - known_mean(values.reshape(-1, *values.shape[2:]))
    return centred


def _additive(chance: np.ndarray, rings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts a and b (n, ...) of chance (E, n, ...) that follow example and other."""
    known = ~np.isnan(chance)
    values = np.where(known, chance, 0)
    # An example is the other of at most one in each ring, and in place `back` finds who that is.
    there = rings != NOBODY
    back = np.full_like(rings, NOBODY)
    for ring, inside, source in zip(rings, there, back, strict=True):
        source[ring[inside]] = np.flatnonzero(inside)
    first, second = np.zeros(chance.shape[1:]), np.zeros(chance.shape[1:])
    in_row, in_column = known.sum(axis=0), np.zeros(first.shape, int)
    for flags, source in zip(known, back, strict=True):
        in_column += np.where(_beside(source != NOBODY, flags), flags[source], False)
    for _ in range(SWEEPS):
        first[:] = 0
        for row, flags, ring in zip(values, known, rings, strict=True):
            first += np.where(flags, row - second[ring], 0)
        first /= np.maximum(in_row, 1)
        second[:] = 0
        for row, flags, source in zip(values, known, back, strict=True):
            served = _beside(source != NOBODY, flags) & flags[source]
            second += np.where(served, (row - first)[source], 0)
        second /= np.maximum(in_column, 1)
    return first, second


def _beside(flags: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return flags (n,) in as many dimensions as values (n, ...) have."""
    return flags.reshape(-1, *[1] * (values.ndim - 1))


def known_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of what is not NaN; NaN where there is nothing."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
