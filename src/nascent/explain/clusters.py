"""Channels grouped by how alike their maps are, with how stable each group is, and chance.

Maps are smoothed in the plane of the image alone, and within the nucleus alone: a filter that ran
along the channel axis too would make neighbours in the channel list alike, whatever they show.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from nascent.attribute.references import fitted
from nascent.evaluate.bootstrap import counts
from nascent.explain.smoothing import smoothed

if TYPE_CHECKING:
    # It loads Keras, which the figures of these tables do without.
    from nascent.explain.cells import ExplainedCell

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
    "null_silhouette",
    "beats_null",
)
"""Columns of a table of clusters."""

DISTANCES = ("channel", "other", "distance", "null_distance", "together")
"""Columns of a table of the distances between channels."""

CLIPPED = 98.0
"""Percentile of a map channel's magnitude at which it is clipped, as in the published work."""

POOL = 32
"""Cells whose maps stand for those of other cells."""

FEWEST = 16
"""Measured pixels that a nucleus must have to be compared with others."""


@dataclass(frozen=True)
class Correlations:
    """How alike the maps of two channels are.

    Attributes
    ----------
    cell_ids : list
    within : (n, K, K) float32
        Correlation of the smoothed maps of one cell; NaN for a channel without a map.
    between : (n, K, K) float32
        The same with one of the two maps taken from another cell, and fitted into the outline of
        the first (`nascent.attribute.references.fitted`).
    """

    cell_ids: list[Hashable]
    within: np.ndarray
    between: np.ndarray


def clipped(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return maps clipped at a percentile of each channel's magnitude within the mask."""
    if not mask.any():
        return scores
    limit = np.percentile(np.abs(scores[mask]), CLIPPED, axis=0)
    return np.clip(scores, -limit, limit)


def correlate(
    cells: Iterator["ExplainedCell"], others: Sequence["ExplainedCell"], *, sigma: float, seed: int
) -> Correlations:
    """Correlate the maps of all channels, within cells and between a cell and another.

    Parameters
    ----------
    cells
        One is in memory at a time.
    others
        Cells that are drawn from; a cell is never its own other.
    sigma
        Of the smoothing, pixels.
    seed
        Of the draws.
    """
    pool = [(other.cell_id, other.mask, _prepared(other, sigma)) for other in others]
    generator = np.random.default_rng(seed)
    cell_ids, within, between = [], [], []
    for cell in cells:
        maps = _prepared(cell, sigma)
        cell_ids.append(cell.cell_id)
        within.append(_correlation(maps[cell.mask], maps[cell.mask]))
        candidates = [number for number, (name, *_) in enumerate(pool) if name != cell.cell_id]
        between.append(np.full_like(within[-1], np.nan))
        if candidates:
            _, mask, theirs = pool[generator.choice(candidates)]
            if min(cell.mask.sum(), mask.sum()) >= FEWEST:
                theirs = fitted(theirs, mask, cell.mask)
                both = _correlation(maps[cell.mask], theirs[cell.mask])
                # Not the mean of both triangles: it would scatter less than one map with one, and
                # what is clearer by chance alone would beat it.
                between[-1] = np.triu(both) + np.triu(both, 1).T
    return Correlations(cell_ids, np.array(within, np.float32), np.array(between, np.float32))


def cluster_channels(
    found: Correlations,
    channels: Sequence[str],
    *,
    largest: int,
    confidence: float,
    draws: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Group the channels, and say how stable the groups are and whether there are any.

    The distance of two channels is 1 − the mean over cells of the correlation of their maps; the
    tree is by average linkage. It is cut into the number of clusters, from 2 to `largest`, of the
    largest mean silhouette (Rousseeuw 1987). Cells are drawn with replacement `draws` times, and
    each time tree and cut are made anew: the stability of a cluster is the mean over draws of the
    Jaccard index with the cluster that is most like it (Hennig 2007).

    Chance is the same done with maps of which the two of each pair come from different cells: what
    channels have in common without being of one cell, such as the shape of a nucleus.

    Parameters
    ----------
    found
        See `correlate`.
    channels
        Names of the K channels.
    largest
        Most clusters tried.
    confidence
        The silhouette beats chance where it is above this quantile of the null draws.
    draws
        Resamples.
    seed
        Of the resampling.

    Returns
    -------
    clusters : pandas.DataFrame
        The columns of `CLUSTERS`, a row a channel; `cluster` counts from 1 in the order of the
        tree, and is missing for channels without a map; `held_together`: share of the draws in
        which the channel is with a channel of its cluster, mean over those.
    distances : pandas.DataFrame
        The columns of `DISTANCES`, a row a pair: mean distance, that by chance, and the share of
        the draws in which the two are in one cluster.
    """
    shape = (len(found.cell_ids), len(channels), len(channels))
    every_within, every_between = found.within.reshape(shape), found.between.reshape(shape)
    distance, null = mean_distance(every_within), mean_distance(every_between)
    # A channel that has a map in some cell is like itself there.
    usable = ~np.isnan(np.diagonal(every_within, axis1=1, axis2=2)).all(axis=0)
    together = np.full(distance.shape, np.nan)
    table = pd.DataFrame({"channel": list(channels)}).reindex(columns=list(CLUSTERS))
    table["cells"] = len(found.cell_ids)
    names = np.flatnonzero(usable)
    if len(names) > 2 and len(found.cell_ids) > 1:
        within = every_within[:, names][:, :, names]
        between = every_between[:, names][:, :, names]
        clusters, score = best_cut(_filled(distance[np.ix_(names, names)]), largest)
        stability, pairs, _ = _resampled(within, clusters, largest, draws, (seed, 0))
        null_stability, null_scores = _chance(between, null, names, clusters, largest, draws, seed)
        limit = np.nan if null_scores is None else np.quantile(null_scores, confidence)
        sizes = np.bincount(clusters)
        rows = table.index[names]
        table.loc[rows, "cluster"] = clusters
        table.loc[rows, "size"] = sizes[clusters]
        table.loc[rows, "stability"] = stability[clusters]
        table.loc[rows, "held_together"] = _held(pairs, clusters)
        table["null_stability"] = null_stability
        table["clusters"] = int(clusters.max())
        table["silhouette"] = score
        table["null_silhouette"] = limit
        table["beats_null"] = None if np.isnan(limit) else bool(score > limit)
        together[np.ix_(names, names)] = pairs
    first, second = np.triu_indices(len(channels), 1)
    names = np.asarray(channels, object)
    values = (names[first], names[second], *(m[first, second] for m in (distance, null, together)))
    return table, pd.DataFrame(dict(zip(DISTANCES, values, strict=True)))


def mean_distance(correlations: np.ndarray) -> np.ndarray:
    """Return 1 − the mean over cells of correlations (n, K, K), with a diagonal of 0: (K, K)."""
    known = ~np.isnan(correlations)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, correlations, 0).sum(axis=0, dtype=np.float64) / known.sum(axis=0)
    distance = 1 - mean
    np.fill_diagonal(distance, 0)
    return (distance + distance.T) / 2


def tree(distance: np.ndarray) -> np.ndarray:
    """Return the average-linkage tree of a distance matrix (K, K), as SciPy writes trees."""
    return linkage(squareform(np.maximum(distance, 0), checks=False), "average")


def best_cut(distance: np.ndarray, largest: int) -> tuple[np.ndarray, float]:
    """Cut the tree where the mean silhouette is largest; the fewest clusters of equal ones.

    Returns
    -------
    clusters : (K,) int
        From 1 in the order of the tree's leaves.
    score : float
        The mean silhouette.
    """
    grown = tree(distance)
    best: tuple[np.ndarray, float] | None = None
    for count in range(2, min(largest, len(distance) - 1) + 1):
        clusters = fcluster(grown, count, "maxclust")
        score = mean_silhouette(distance, clusters)
        if best is None or score > best[1] + 1e-12:
            best = clusters, score
    return best if best is not None else (np.ones(len(distance), int), 0.0)


def mean_silhouette(distance: np.ndarray, clusters: np.ndarray) -> float:
    """Return the mean over channels of (b − a) / max(a, b), 0 for clusters of one (Rousseeuw 1987).

    a is the mean distance to the others of the own cluster, b that to the nearest other cluster.
    """
    flags = (clusters == np.unique(clusters)[:, None]).astype(np.float64)
    sizes = flags.sum(axis=1)
    if len(sizes) < 2:
        return 0.0
    sums = distance @ flags.T
    own = flags.argmax(axis=0)
    number = sizes[own]
    a = sums[np.arange(len(own)), own] / np.maximum(number - 1, 1)
    others = np.where(flags.T > 0, np.inf, sums / sizes)
    b = others.min(axis=1)
    largest = np.maximum(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where((number > 1) & (largest > 0), (b - a) / largest, 0.0)
    return float(values.mean())


def _prepared(cell: "ExplainedCell", sigma: float) -> np.ndarray:
    return smoothed(clipped(cell.map, cell.mask), cell.mask, sigma).astype(np.float32)


def _correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the correlations (K, K) of the columns of two (P, K); NaN with a constant one."""
    units = []
    for values in (first, second):
        centred = values - values.mean(axis=0, dtype=np.float64)
        length = np.sqrt((centred**2).sum(axis=0))
        constant = np.ptp(values, axis=0) == 0
        units.append(centred / np.where(constant | (length == 0), np.nan, length))
    return np.clip(units[0].T @ units[1], -1, 1)


def _resampled(
    correlations: np.ndarray,
    clusters: np.ndarray,
    largest: int,
    draws: int,
    seed: tuple[int, int],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cluster resamples of cells (n, K, K).

    Returns
    -------
    stability : by cluster number, from 1; place 0 is NaN
    together : (K, K), share of the draws in which two channels are in one cluster
    scores : (draws,), the best mean silhouettes
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
    scores = np.empty(draws)
    for draw, means in enumerate(np.vstack(drawn)):
        # Channels that have no map together in any drawn cell have the mean correlation 0.
        distance = 1 - means.reshape(together.shape)
        np.fill_diagonal(distance, 0)
        own, scores[draw] = best_cut((distance + distance.T) / 2, largest)
        theirs = own == np.unique(own)[:, None]
        shared = flags.astype(int) @ theirs.T.astype(int)
        union = flags.sum(axis=1)[:, None] + theirs.sum(axis=1) - shared
        overlap += (shared / union).max(axis=1)
        together += own[:, None] == own
    overlap[0] = np.nan
    return overlap / draws, together / draws, scores


def _chance(
    between: np.ndarray,
    null: np.ndarray,
    names: np.ndarray,
    clusters: np.ndarray,
    largest: int,
    draws: int,
    seed: int,
) -> tuple[float, np.ndarray | None]:
    """Return stability and silhouettes of what is clustered where nothing belongs together."""
    if np.isnan(between).all():
        return np.nan, None
    by_chance, _ = best_cut(_filled(null[np.ix_(names, names)]), largest)
    stability, _, scores = _resampled(between, by_chance, largest, draws, (seed, 1))
    return float(np.nanmean(stability)), scores


def _filled(distance: np.ndarray) -> np.ndarray:
    # Channels that have no map together in any cell are as far apart as unlike ones.
    return np.where(np.isnan(distance), 1.0, distance)


def _held(together: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    same = (clusters[:, None] == clusters) & ~np.eye(len(clusters), dtype=bool)
    number = same.sum(axis=1)
    return np.where(number > 0, (together * same).sum(axis=1) / np.maximum(number, 1), np.nan)
