"""The area under the ROC curve in resamples: ranks, and so no function of sums."""

import numpy as np


def auroc(y: np.ndarray, y_hat: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the mean over classes of each class's AUROC against the rest, in resamples.

    Parameters
    ----------
    y
        (n,) numbers of classes.
    y_hat
        (n, R, k) probabilities.
    counts
        (B, n): how often each example counts.

    Returns
    -------
    numpy.ndarray
        (B, R) float64; a class that is not there, or that all are of, stays out of the mean; NaN
        where none is left.
    """
    _, runs, k = y_hat.shape
    found = np.full((k, len(counts), runs), np.nan)
    # Of two classes, one is told from the other as the other from the one.
    for level in range(1 if k == 2 else 0, k):
        own = counts * (y == level)
        others = counts - own
        pairs = own.sum(axis=1) * others.sum(axis=1)
        for run in range(runs):
            wins = _wins(y_hat[:, run, level], own, others)
            with np.errstate(divide="ignore", invalid="ignore"):
                found[level, :, run] = np.where(pairs > 0, wins / pairs, np.nan)
    return mean_of_classes(np.moveaxis(found, 0, -1), np.ones(k))


def mean_of_classes(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return the mean over the last axis of part / whole, where that is a number."""
    ratio = np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)
    there = ~np.isnan(ratio)
    with np.errstate(invalid="ignore"):
        return np.where(there, ratio, 0).sum(axis=-1) / there.sum(axis=-1)


def _wins(score: np.ndarray, own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return over how many of the others own examples rank, ties half: (B,) for counts (B, n)."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
    of_own = np.add.reduceat(own[:, order], starts, axis=1)
    of_others = np.add.reduceat(others[:, order], starts, axis=1)
    below = np.cumsum(of_others, axis=1) - of_others / 2
    return (of_own * below).sum(axis=1)
