"""Nearest examples in the space of their vectors."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Neighbours:
    """The k nearest others of n examples, nearest first.

    Attributes
    ----------
    places : (n, k) int
        Where they are among the n.
    distances : (n, k) float
        Euclidean, between standardised vectors.
    """

    places: np.ndarray
    distances: np.ndarray


def standardised(vectors: np.ndarray) -> np.ndarray:
    """Return vectors (n, d) with mean 0 and SD 1 in every column, float64; constant ones are 0."""
    vectors = np.asarray(vectors, np.float64)
    centred = vectors - vectors.mean(axis=0)
    sd = centred.std(axis=0)
    return np.divide(centred, sd, out=np.zeros_like(centred), where=sd > 1e-12)


def how_many(examples: int, most: int) -> int:
    """Return how many neighbours suit so many examples: at most `most`, and a third of the others.

    With more, neighbours are all examples, and tell nothing of the place.
    """
    return max(0, min(most, (examples - 1) // 3))


def nearest(vectors: np.ndarray, k: int) -> Neighbours:
    """Return the k nearest others of each example, exactly.

    Parameters
    ----------
    vectors
        (n, d), standardised.
    k
        Fewer than n.
    """
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(vectors)
    # Asked without examples, it leaves out each example itself.
    distances, places = found.kneighbors()
    return Neighbours(places, distances)


def nearest_of_others(vectors: np.ndarray, groups: np.ndarray, k: int) -> np.ndarray | None:
    """Return the k nearest examples of other groups, (n, k); None where a group has too few others.

    Parameters
    ----------
    vectors
        (n, d), standardised.
    groups
        (n,), the group of each.
    k
        How many.
    """
    from sklearn.neighbors import NearestNeighbors

    places = np.empty((len(vectors), k), np.int64)
    for group in np.unique(groups):
        own, others = np.flatnonzero(groups == group), np.flatnonzero(groups != group)
        if len(others) < k:
            return None
        found = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(vectors[others])
        places[own] = others[found.kneighbors(vectors[own], return_distance=False)]
    return places
