"""Which entries of a normalised crop are removed, and what stands in their place.

An entry is a measured pixel in one channel, or a measured pixel in all of them. Removed entries
become the example's own channel mean, so that the level of a channel in an example stays and its
structure goes; the mask stays as it is.
"""

import hashlib
from collections.abc import Hashable, Iterable

import numpy as np

RANDOM = "random"
"""The order that no map gives."""

ENTRIES, PIXELS = "entries", "pixels"
"""What is ranked: each pixel of each channel on its own, or all channels of a pixel together."""


def how_many(entries: int, fraction: float) -> int:
    """Return how many of so many entries a fraction is: the nearest whole number."""
    return round(fraction * entries)


def first_in_order(scores: np.ndarray, count: int, stream: np.random.Generator) -> np.ndarray:
    """Return the `count` highest of (N,) scores as (N,) bool, exactly so many.

    Among equal scores `stream` draws the order. It draws the same for equal streams, so that what
    is first of few is also first of many; with scores that are all equal this is a random order.
    """
    chosen = np.zeros(len(scores), bool)
    if count == 0:
        return chosen
    limit = np.partition(scores, len(scores) - count)[len(scores) - count]
    chosen[scores > limit] = True
    equal = np.flatnonzero(scores == limit)
    chosen[equal[stream.permutation(len(equal))[: count - int(chosen.sum())]]] = True
    return chosen


def stream_of(seed: Iterable[int], example_id: Hashable) -> np.random.Generator:
    """Return the generator of an example: the same for equal seeds, whatever comes before it."""
    digest = hashlib.sha256(str(example_id).encode()).digest()
    return np.random.default_rng([*seed, int.from_bytes(digest[:8], "little")])


def removed_entries(
    scores: np.ndarray, mask: np.ndarray, fraction: float, stream: np.random.Generator
) -> np.ndarray:
    """Return which entries of an example come first.

    Parameters
    ----------
    scores
        (places …, K): the more, the earlier.
    mask
        (places …) bool; what is not measured is not removed.
    fraction
        Of the K times Σ mask measured entries, rounded to the nearest number.
    stream
        Of the order among equal scores.

    Returns
    -------
    numpy.ndarray
        (places …, K) bool.
    """
    measured = scores[mask]
    removed = np.zeros(scores.shape, bool)
    first = first_in_order(measured.ravel(), how_many(measured.size, fraction), stream)
    removed[mask] = first.reshape(measured.shape)
    return removed


def level_out(image: np.ndarray, mask: np.ndarray, removed: np.ndarray) -> None:
    """Put an example's channel means over its measured pixels in the place of its removed entries.

    Parameters
    ----------
    image
        (places …, C) float32, contiguous, changed in place; all other values keep their bits.
    mask
        (places …) bool.
    removed
        (P, C) or (P, 1) bool, one row a measured pixel, row by row of the mask.
    """
    if not len(removed):
        return
    values = image[mask]
    means = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    image[mask] = np.where(removed, means, values)
