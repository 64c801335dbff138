"""Counts of predicted classes: which are taken for which, and how far probabilities hold."""

import numpy as np
import pandas as pd


def confusion(y: np.ndarray, y_hat: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Return how many examples of each class (rows) are predicted to be of each (columns).

    Parameters
    ----------
    y
        (n,) numbers of classes.
    y_hat
        (n, k) probabilities.
    weight
        (n,); None: each counts once.

    Returns
    -------
    numpy.ndarray
        (k, k) float64.
    """
    k = y_hat.shape[1]
    matrix = np.zeros((k, k))
    np.add.at(matrix, (y, y_hat.argmax(axis=1)), 1.0 if weight is None else weight)
    return matrix


def calibration_curve(
    y: np.ndarray, y_hat: np.ndarray, *, bins: int, confidence: float
) -> pd.DataFrame:
    """Return how often a class is there where it has such a probability.

    Parameters
    ----------
    y
        (n,) numbers of classes.
    y_hat
        (n, k) probabilities.
    bins
        Of equal width, from 0 to 1.
    confidence
        Of the intervals of the shares, between 0 and 1 (Wilson 1927, J. Am. Stat. Assoc. 22:209).

    Returns
    -------
    pandas.DataFrame
        Columns class (its number), bin (from 1), n, probability (mean over the bin), share (of
        examples of the class), share_low, share_high; bins without examples are left out.
    """
    from scipy import stats

    rows = []
    z = float(stats.norm.ppf((1 + confidence) / 2))
    places = np.minimum((y_hat * bins).astype(int), bins - 1)
    for level in range(y_hat.shape[1]):
        own = (y == level).astype(float)
        for place in np.unique(places[:, level]):
            inside = places[:, level] == place
            n, share = int(inside.sum()), float(own[inside].mean())
            centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
            half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
            mean = float(y_hat[inside, level].mean())
            # Their ends are 0 and 1 but for a rounding where all are alike.
            low, high = min(centre - half, share), max(centre + half, share)
            rows.append((level, place + 1, n, mean, share, max(low, 0.0), min(high, 1.0)))
    columns = ["class", "bin", "n", "probability", "share", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=columns)
