"""Trees of channels by the distances between them, and the cut of the largest silhouette.

A test by resampling grows and cuts thousands of small trees. Their cuts are those of SciPy's
`fcluster` with `maxclust`, number for number, without its checks of each tree, which take longer
than all the rest.
"""

from collections.abc import Sequence

import numpy as np

AT_A_TIME = 256
"""Trees whose silhouettes are computed together; bounds the memory."""


def best_cut(distance: np.ndarray, largest: int) -> tuple[np.ndarray, float]:
    """Cut the tree where the mean silhouette is largest; the fewest clusters of equal ones.

    Parameters
    ----------
    distance
        (K, K), symmetric, with a diagonal of 0.
    largest
        Most clusters tried.

    Returns
    -------
    clusters : (K,) int
        From 1 in the order of the tree's leaves.
    score : float
        The mean silhouette.
    """
    (clusters,), (score,) = best_cuts(distance[None], largest)
    return clusters, float(score)


def best_cuts(distances: np.ndarray, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut the trees of several distance matrices (D, K, K), each as `best_cut` does.

    Returns
    -------
    clusters : (D, K) int
    scores : (D,) float64
    """
    draws, size = len(distances), distances.shape[-1]
    clusters, scores = np.ones((draws, size), int), np.zeros(draws)
    tried = range(2, min(largest, size - 1) + 1)
    if not tried:
        return clusters, scores
    for first in range(0, draws, AT_A_TIME):
        here = slice(first, first + AT_A_TIME)
        cuts = np.array([_cuts(tree(distance), tried) for distance in distances[here]])
        silhouettes = mean_silhouettes(distances[here], cuts)
        best = np.zeros(len(cuts), int)
        for number in range(1, len(tried)):
            so_far = np.take_along_axis(silhouettes, best[:, None], axis=1)[:, 0]
            best[silhouettes[:, number] > so_far + 1e-12] = number
        every = np.arange(len(cuts))
        clusters[here], scores[here] = cuts[every, best], silhouettes[every, best]
    return clusters, scores


def tree(distance: np.ndarray) -> np.ndarray:
    """Return the average-linkage tree of a distance matrix (K, K), as SciPy writes trees."""
    from scipy.cluster.hierarchy import linkage

    return linkage(np.maximum(distance[np.triu_indices(len(distance), 1)], 0), "average")


def mean_silhouettes(distances: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Return the mean over channels of (b − a) / max(a, b), 0 for clusters of one (Rousseeuw 1987).

    a is the mean distance to the others of the own cluster, b that to the nearest other cluster.

    Parameters
    ----------
    distances
        (D, K, K), symmetric.
    cuts
        (D, M, K) int: M cuts of each, clusters counted from 1.

    Returns
    -------
    (D, M) float64
        0 for a cut into one cluster.
    """
    flags = (cuts[..., None, :] == np.arange(1, cuts.max() + 1)[:, None]).astype(np.float64)
    sizes = flags.sum(axis=-1)
    sums = flags @ distances[:, None]
    own = (cuts - 1)[..., None, :]
    number = np.take_along_axis(sizes, own[..., 0, :], axis=-1)
    a = np.take_along_axis(sums, own, axis=-2)[..., 0, :] / np.maximum(number - 1, 1)
    to_others = np.where(
        (flags > 0) | (sizes[..., None] == 0), np.inf, sums / np.maximum(sizes, 1)[..., None]
    )
    b = to_others.min(axis=-2)
    larger = np.maximum(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where((number > 1) & (larger > 0), (b - a) / larger, 0.0)
    several = np.count_nonzero(sizes, axis=-1) > 1
    return np.where(several, values.mean(axis=-1), 0.0)


def _cuts(grown: np.ndarray, counts: Sequence[int]) -> np.ndarray:
    """Return the clusters (M, K) of a tree cut into at most so many, for each of M counts."""
    size = len(grown) + 1
    # Of each part of the tree its leaves in a row, and the height at which neighbours merge.
    parts: list[tuple[list[int], list[float]]] = [([leaf], []) for leaf in range(size)]
    for left, right, height, _ in grown.tolist():
        first, second = parts[int(left)], parts[int(right)]
        if left < size <= right:  # As in `fcluster`: a leaf counts behind the branch beside it.
            first, second = second, first
        parts.append((first[0] + second[0], [*first[1], height, *second[1]]))
    leaves, heights = parts[-1]
    merges = np.array(heights)
    clusters = np.ones((len(counts), size), int)
    for row, count in zip(clusters, counts, strict=True):
        row[leaves[1:]] += np.cumsum(merges > grown[size - 1 - count, 2])
    return clusters
