"""Rank correlation of maps: Spearman's, with ties, fast enough for every pixel of every channel."""

import numpy as np


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks 1…n of values (n,), float64; equal values share the mean of their ranks."""
    order = np.argsort(values)
    ascending = values[order]
    first = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1])[: len(values)])
    after = np.append(first[1:], len(values))
    ranks = np.empty(len(values))
    # Places first … after − 1, counted from 0, are the ranks first + 1 … after.
    ranks[order] = np.repeat((first + after + 1) / 2, after - first)
    return ranks


def rank_vector(values: np.ndarray) -> np.ndarray:
    """Return the ranks of values (n,) with mean 0 and length 1, float64.

    The product of two such vectors is Spearman's correlation (1904). Where all values are equal
    nothing is ranked, and the vector is NaN.
    """
    ranks = average_ranks(values)
    ranks -= (len(values) + 1) / 2
    length = np.sqrt(ranks @ ranks)
    return ranks / length if length > 0 else np.full(len(values), np.nan)


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return the product of two rank vectors; NaN where there is nothing to rank."""
    return float(np.clip(first @ second, -1, 1)) if len(first) else np.nan


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return Spearman's rank correlation of two arrays (n,); NaN where one of them is constant."""
    return correlation(rank_vector(first), rank_vector(second))
