"""Chance for groups of channels: maps of each channel permuted over the examples of a group.

Maps are brought into one common outline, a disc (in a volume an ellipsoid, on a line a stretch of
it), so that a map of one example can stand beside a map of another. Each channel's maps are then
permuted among the examples of their group, independently of the other channels' (Pitman's
permutation test). Whatever channels share without being of one example stays as it is: a gradient
from middle to rim, a stain that is strong in a group. Only what the maps of one example have in
common is gone, and if there is no such thing all permutations are equally likely, the observed one
among them: the test is exact.

A gradient from middle to rim is of one example all the same where its strength differs between
examples, or outlines do, which no stretching makes equal. So the maps are grouped as they are, but
how alike channels of a group are is asked of what is left of a map when what follows the outline is
taken from it.
"""

from collections.abc import Iterator, Sequence
from math import lgamma, log

import numpy as np

from nascent.attribute.references import fitted
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT

DISC = 14
"""Pixels across the common outline along every axis, 156 of a plane, where crops are no smaller."""

KNOTS = 24
"""Of a curve over depth, or over distance from the middle; as many pixels lie between any two."""


def common_outline(shape: tuple[int, ...]) -> np.ndarray:
    """Return a disc in a frame (places …), `DISC` pixels across or as many as the frame has."""
    edges = [min(size, DISC) for size in shape]
    lines = np.ogrid[tuple(slice(0, edge) for edge in edges)]
    # From the middle, in halves of an edge: no pixel of a square lies on the circle itself.
    from_middle = sum(
        ((2 * line + 1 - edge) / edge) ** 2 for line, edge in zip(lines, edges, strict=True)
    )
    outline = np.zeros(shape, bool)
    outline[tuple(slice(0, edge) for edge in edges)] = from_middle < 1
    return outline


def fills_outline(mask: np.ndarray) -> bool:
    """Say whether an example has as many pixels as the common outline.

    Stretched into it, a pixel of a smaller one would count more than once, the same one in each
    channel, and the maps of one example would be alike by that alone.
    """
    return bool(mask.sum() >= common_outline(mask.shape).sum())


def unit_maps(maps: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return maps (places …, K) in the common outline, centred and of length 1: (K, P) float32.

    The product of two is their correlation. A map that is constant there is 0.
    """
    outline = common_outline(mask.shape)
    values = fitted(maps, mask, outline)[outline].T.astype(np.float64)
    constant = np.ptp(values, axis=1) == 0
    values -= values.mean(axis=1, keepdims=True)
    length = np.sqrt((values**2).sum(axis=1))
    values[constant] = 0
    return (values / np.where(constant | (length == 0), 1, length)[:, None]).astype(np.float32)


def without_outline(maps: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return maps (places …, K) less what follows the outline: a gradient from rim to middle.

    Curves over the depth below the rim and over the distance from the middle (in units of the
    example's axes), straight between knots, are fitted together by least squares over the measured
    pixels. Small examples have fewer knots. Zero outside of the mask.
    """

    from scipy.ndimage import distance_transform_edt

    found = np.zeros(maps.shape, np.float64)
    count = int(mask.sum())
    if not count:
        return found
    # The frame's own border is a rim, too.
    depth = distance_transform_edt(np.pad(mask, 1))[np.pad(mask, 1)]
    places = np.argwhere(mask) - np.argwhere(mask).mean(axis=0)
    axes = np.linalg.pinv(np.cov(places.T, bias=True).reshape(mask.ndim, mask.ndim))
    from_middle = np.sqrt(np.einsum("pi,ij,pj->p", places, axes, places))
    knots = max(2, min(KNOTS, count // 8))
    curves = np.hstack([_hats(depth, knots), _hats(from_middle, knots)])
    values = maps[mask].astype(np.float64)
    found[mask] = values - curves @ np.linalg.lstsq(curves, values, rcond=None)[0]
    return found


def _hats(values: np.ndarray, knots: int) -> np.ndarray:
    """Return the basis (P, knots) of curves that are straight between quantiles of the values."""
    places = np.unique(np.quantile(values, np.linspace(0, 1, knots)))
    return np.stack([np.interp(values, places, hat) for hat in np.eye(len(places))], axis=1)


def permuted_correlations(
    maps: np.ndarray, groups: np.ndarray, *, draws: int, seed: int | tuple[int, ...]
) -> np.ndarray:
    """Correlate channels within examples, and with each channel's maps permuted within groups.

    Parameters
    ----------
    maps
        (n, K, P) float32, see `unit_maps`.
    groups
        (n,) labels.
    draws
        Permutations.
    seed
        Equal seeds permute maps of equal groups alike.

    Returns
    -------
    (1 + draws, K, K) float64
        Mean over examples of the correlation of two channels' maps: the observed one, then those of
        permuted maps.
    """
    by_channel = np.ascontiguousarray(maps.transpose(1, 0, 2))
    permuted = (mean_correlations(dealt) for dealt in _dealt(by_channel, groups, draws, seed))
    return np.array([mean_correlations(by_channel), *permuted])


def permuted_once(maps: np.ndarray, groups: np.ndarray, seed: int | tuple[int, ...]) -> np.ndarray:
    """Return maps (n, K, P) with those of each channel permuted within groups."""
    (dealt,) = _dealt(maps.transpose(1, 0, 2), groups, 1, seed)
    return dealt.transpose(1, 0, 2)


def mean_correlations(by_channel: np.ndarray) -> np.ndarray:
    """Return the mean correlations (K, K) over the examples in which both have maps: (K, n, P)."""
    flat = by_channel.reshape(len(by_channel), -1)
    known = by_channel.any(axis=2).astype(np.float32)
    return (flat @ flat.T).astype(np.float64) / np.maximum(known @ known.T, 1)


def contrasts(correlations: np.ndarray, clusters: Sequence[np.ndarray]) -> np.ndarray:
    """Return by how much channels of one cluster are more alike than others, beyond chance.

    t = (r − m) / s for each pair of channels, with m and s its mean and SD over all draws, the
    observed one among them. The contrast is the mean of t over pairs within clusters less that over
    pairs between clusters, in units of √(1/n_within + 1/n_between). What all channels of an example
    share alike adds to both and cancels.

    Parameters
    ----------
    correlations
        (D, K, K), see `permuted_correlations`.
    clusters
        Of each draw, (K,) numbers.

    Returns
    -------
    (D,) float64
        0 where there are no pairs within or none between.
    """
    first, second = np.triu_indices(correlations.shape[1], 1)
    values = correlations[:, first, second]
    spread = values.std(axis=0)
    # Rounding alone makes draws differ where there is nothing to permute.
    values = np.where(spread > 1e-6, values - values.mean(axis=0), 0) / np.maximum(spread, 1e-6)
    found = np.zeros(len(values))
    for draw, (t, numbers) in enumerate(zip(values, clusters, strict=True)):
        same = numbers[first] == numbers[second]
        if same.any() and not same.all():
            difference = t[same].mean() - t[~same].mean()
            found[draw] = difference / np.sqrt(1 / same.sum() + 1 / (~same).sum())
    return found


def can_tell(groups: np.ndarray, channels: int, *, draws: int, confidence: float) -> bool:
    """Say whether a permutation test can reach 1 − confidence, over enough groups to speak of."""
    _, sizes = np.unique(groups, return_counts=True)
    arrangements = (channels - 1) * sum(lgamma(size + 1) for size in sizes)
    several = np.count_nonzero(sizes > 1) >= GROUPS_FOR_A_VERDICT
    level = 1 - confidence + 1e-12
    return several and 1 / (1 + draws) <= level and arrangements >= -log(level)


def _dealt(
    by_channel: np.ndarray, groups: np.ndarray, draws: int, seed: int | tuple[int, ...]
) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = np.asarray(groups, str)
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    channels = np.arange(len(by_channel))[:, None]
    order = np.tile(np.arange(len(labels)), (len(by_channel), 1))
    for _ in range(draws):
        for here in members:
            order[:, here] = generator.permuted(np.tile(here, (len(order), 1)), axis=1)
        yield by_channel[channels, order]
