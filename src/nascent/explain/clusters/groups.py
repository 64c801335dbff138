"""Channels grouped by how alike their maps are, with how stable each group is, and chance.

Maps are smoothed in the plane of the image alone, and within the example alone: a filter that ran
along the channel axis too would make neighbours in the channel list alike, whatever they show.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nascent.explain.clusters.correlations import Correlations
from nascent.explain.clusters.cuts import best_cut, best_cuts
from nascent.explain.clusters.permuted_maps import (
    can_tell,
    contrasts,
    permuted_correlations,
    permuted_once,
)
from nascent.statistics.bootstrap import counts

CLUSTERS = (
    "channel",
    "cluster",
    "size",
    "stability",
    "null_stability",
    "held_together",
    "cells",
    "clusters",
    "silhouette",
    "contrast",
    "null_contrast",
    "p",
    "beats_null",
)
"""Columns of a table of clusters."""

DISTANCES = ("channel", "other", "distance", "null_distance", "together")
"""Columns of a table of the distances between channels."""

TESTED = 160
"""Examples of the permutation test, which holds their maps in memory; all make the tree."""

PERMUTED = 5
"""Permutations of which the stability by chance is the mean."""


def cluster_channels(
    found: Correlations,
    channels: Sequence[str],
    groups: np.ndarray,
    *,
    largest: int,
    confidence: float,
    draws: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Group the channels, and say how stable the groups are and whether there are any.

    The distance of two channels is 1 − the mean over examples of the correlation of their maps; the
    tree is by average linkage. It is cut into the number of clusters, from 2 to `largest`, of the
    largest mean silhouette (Rousseeuw 1987). Examples are drawn with replacement `draws` times, and
    each time tree and cut are made anew: the stability of a cluster is the mean over draws of the
    Jaccard index with the cluster that is most like it (Hennig 2007).

    Chance is the same done with maps in one common outline, those of each channel permuted over the
    examples of a group (`nascent.explain.clusters.permuted_maps`): what channels have in common
    without being of one example, such as a gradient from middle to rim, stays. There are clusters
    where the channels of one cluster are alike beyond that and beyond the outline of the example,
    by more than those of different clusters are
    (`nascent.explain.clusters.permuted_maps.contrasts`). The silhouette itself rises too where all
    channels of an example share one pattern, and then there are no groups.

    Parameters
    ----------
    found
        See `correlate`.
    channels
        Names of the K channels.
    groups
        (n,) of the examples.
    largest
        Most clusters tried.
    confidence
        The clusters beat chance where p is at most what this leaves.
    draws
        Resamples of the examples, and permutations.
    seed
        Of both.

    Returns
    -------
    clusters : pandas.DataFrame
        The columns of `CLUSTERS`, a row a channel; `cluster` counts from 1 in the order of the
        tree, and is missing for channels without a map; `held_together`: share of the draws in
        which the channel is with a channel of its cluster, mean over those; `contrast` and
        `null_contrast`: that of the examples tested, and the quantile `confidence` of permuted
        ones; `p`: (1 + permutations with as large a contrast) / (1 + permutations); `beats_null` is
        missing where groups with several examples of a size to be tested, or permutations, are too
        few.
    distances : pandas.DataFrame
        The columns of `DISTANCES`, a row a pair: mean distance, that by chance, and the share of
        the draws in which the two are in one cluster.
    """
    shape = (len(found.ids), len(channels), len(channels))
    every_within = found.within.reshape(shape)
    distance, null = mean_distance(every_within), np.full(shape[1:], np.nan)
    # A channel that has a map in some example is like itself there.
    usable = ~np.isnan(np.diagonal(every_within, axis1=1, axis2=2)).all(axis=0)
    together = np.full(distance.shape, np.nan)
    table = pd.DataFrame({"channel": list(channels)}).reindex(columns=list(CLUSTERS))
    table["cells"] = len(found.ids)
    names = np.flatnonzero(usable)
    if len(names) > 2 and len(found.ids) > 1:
        within = every_within[:, names][:, :, names]
        clusters, score = best_cut(_filled(distance[np.ix_(names, names)]), largest)
        stability, pairs = _resampled(within, clusters, largest, draws, (seed, 0))
        sizes = np.bincount(clusters)
        rows = table.index[names]
        table.loc[rows, "cluster"] = clusters
        table.loc[rows, "size"] = sizes[clusters]
        table.loc[rows, "stability"] = stability[clusters]
        table.loc[rows, "held_together"] = _held(pairs, clusters)
        table["clusters"] = int(clusters.max())
        table["silhouette"] = score
        told = np.asarray(groups)[found.tested]
        options = {"largest": largest, "confidence": confidence, "draws": draws, "seed": seed}
        if len(told):
            kept = found.maps[:, names], found.beyond[:, names]
            chance, null[np.ix_(names, names)] = _chance(*kept, told, **options)
            table = table.assign(**chance)
        together[np.ix_(names, names)] = pairs
    first, second = np.triu_indices(len(channels), 1)
    names = np.asarray(channels, object)
    values = (names[first], names[second], *(m[first, second] for m in (distance, null, together)))
    return table, pd.DataFrame(dict(zip(DISTANCES, values, strict=True)))


def mean_distance(correlations: np.ndarray) -> np.ndarray:
    """Return 1 − the mean over examples of correlations (n, K, K), with a diagonal of 0: (K, K)."""
    known = ~np.isnan(correlations)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, correlations, 0).sum(axis=0, dtype=np.float64) / known.sum(axis=0)
    distance = 1 - mean
    np.fill_diagonal(distance, 0)
    return (distance + distance.T) / 2


def _resampled(
    correlations: np.ndarray,
    clusters: np.ndarray,
    largest: int,
    draws: int,
    seed: tuple[int, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster resamples of examples (n, K, K).

    Returns
    -------
    stability : by cluster number, from 1; place 0 is NaN
    together : (K, K), share of the draws in which two channels are in one cluster
    """
    cells, count = len(correlations), int(clusters.max())
    known = ~np.isnan(correlations)
    sums = np.where(known, correlations, 0).reshape(cells, -1).astype(np.float64)
    number = known.reshape(cells, -1).astype(np.float64)
    drawn = [
        (held @ sums) / np.maximum(held @ number, 1)
        for held in counts(cells, draws, np.random.default_rng(seed))
    ]
    flags = clusters == np.arange(count + 1)[:, None]
    overlap = np.zeros(count + 1)
    together = np.zeros(correlations.shape[1:])
    for means in np.vstack(drawn):
        # Channels that have no map together in any drawn example have the mean correlation 0.
        distance = 1 - means.reshape(together.shape)
        np.fill_diagonal(distance, 0)
        own, _ = best_cut((distance + distance.T) / 2, largest)
        theirs = own == np.unique(own)[:, None]
        shared = flags.astype(int) @ theirs.T.astype(int)
        union = flags.sum(axis=1)[:, None] + theirs.sum(axis=1) - shared
        overlap += (shared / union).max(axis=1)
        together += own[:, None] == own
    overlap[0] = np.nan
    return overlap / draws, together / draws


def _chance(
    maps: np.ndarray,
    beyond: np.ndarray,
    groups: np.ndarray,
    *,
    largest: int,
    confidence: float,
    draws: int,
    seed: int,
) -> tuple[dict[str, object], np.ndarray]:
    """Return what chance says of the clusters of maps (m, K, P), and the distances (K, K) by it."""
    _, sizes = np.unique(groups, return_counts=True)
    if not (sizes > 1).any():
        return {"beats_null": None}, np.full((maps.shape[1], maps.shape[1]), np.nan)
    # One seed: maps and what is beyond the outline are permuted alike.
    of_maps = permuted_correlations(maps, groups, draws=draws, seed=(seed, 1))
    values = contrasts(
        permuted_correlations(beyond, groups, draws=draws, seed=(seed, 1)),
        best_cuts(_apart(of_maps), largest)[0],
    )
    p = (1 + np.count_nonzero(values[1:] >= values[0] - 1e-9)) / (1 + draws)
    stable = []
    for number in range(PERMUTED):
        dealt = permuted_once(maps, groups, (seed, 2, number))
        within = np.array([_unit_correlation(cell) for cell in dealt])
        clusters, _ = best_cut(_filled(mean_distance(within)), largest)
        stability, _ = _resampled(
            within, clusters, largest, max(draws // PERMUTED, 1), (seed, 3, number)
        )
        stable.append(np.nanmean(stability))
    told = can_tell(groups, maps.shape[1], draws=draws, confidence=confidence)
    return {
        "null_stability": float(np.mean(stable)),
        "contrast": values[0],
        "null_contrast": float(np.quantile(values[1:], confidence)),
        "p": p,
        "beats_null": bool(p <= 1 - confidence + 1e-12) if told else None,
    }, _apart(of_maps[1:].mean(axis=0))


def _unit_correlation(maps: np.ndarray) -> np.ndarray:
    """Return the correlations (K, K) of unit maps (K, P); NaN with a channel that has none."""
    known = maps.any(axis=1)
    return np.where(known[:, None] & known, maps @ maps.T, np.nan)


def _apart(correlations: np.ndarray) -> np.ndarray:
    """Return distances (…, K, K), 1 − correlation, of 0 from a channel to itself."""
    distance = 1 - correlations
    distance[..., *np.diag_indices(distance.shape[-1])] = 0
    return distance


def _filled(distance: np.ndarray) -> np.ndarray:
    # Channels that have no map together in any example are as far apart as unlike ones.
    return np.where(np.isnan(distance), 1.0, distance)


def _held(together: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    same = (clusters[:, None] == clusters) & ~np.eye(len(clusters), dtype=bool)
    number = same.sum(axis=1)
    return np.where(number > 0, (together * same).sum(axis=1) / np.maximum(number, 1), np.nan)
