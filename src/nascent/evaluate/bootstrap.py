"""Metrics from sums over cells: in resamples of the cells, and without each of the wells.

Every metric is a function of sums over cells, and a resample only changes how often each cell
counts. So all metrics of all runs in B resamples are one matrix product: counts (B, n) times sums
(n, ...). All runs of a design are resampled alike, which makes differences between them paired.
"""

from collections.abc import Sequence

import numpy as np

from nascent.evaluate.metrics import METRICS, huber
from nascent.statistics.bootstrap import counts

RESAMPLED = tuple(name for name in METRICS if name != "n")

# Below this share of its square sum a variance is a rounding of zero.
_ROUNDING = 1e-12


def sums_of_cells(y: np.ndarray, y_hat: np.ndarray, delta: np.ndarray | float) -> np.ndarray:
    """Return what all metrics are made of, cell by cell.

    Parameters
    ----------
    y
        (n,) float64.
    y_hat
        (n, R) float64, of R runs.
    delta
        Of the Huber loss, in raw counts, (n,) or of all cells.

    Returns
    -------
    numpy.ndarray
        (n, 3 + 7 R) float64: 1, y, y²; then for each run e, e², |e|, Huber, ŷ, ŷ², y ŷ. Here y, e
        and ŷ are taken from their means over the cells, except in |e| and Huber, so that no
        variance is the small difference of large numbers.
    """
    error = y[:, None] - y_hat
    y, centred = y - y.mean(), error - error.mean(axis=0)
    # What is constant is so exactly: its mean may be off by a rounding.
    predicted = np.where(np.ptp(y_hat, axis=0) > 0, y_hat - y_hat.mean(axis=0), 0.0)
    of_runs = np.stack(
        [
            centred,
            centred**2,
            np.abs(error),
            huber(error, np.broadcast_to(delta, y.shape)[:, None]),
            predicted,
            predicted**2,
            y[:, None] * predicted,
        ],
        axis=-1,
    )
    common = np.column_stack([np.ones_like(y), y, y**2])
    return np.hstack([common, of_runs.reshape(len(y), -1)])


def metrics_of_sums(sums: np.ndarray, bias: np.ndarray) -> dict[str, np.ndarray]:
    """Return the metrics of resamples from their sums.

    Parameters
    ----------
    sums
        (B, 3 + 7 R), see `sums_of_cells`.
    bias
        (R,): the mean of e over the cells as they are, which was taken off e.

    Returns
    -------
    dict
        Metric → (B, R) float64, for `RESAMPLED`; NaN where `nascent.evaluate.metrics.metrics` has
        NaN.
    """
    n, y, y2 = (sums[:, [place]] for place in range(3))
    e, e2, size, loss, p, p2, yp = np.moveaxis(sums[:, 3:].reshape(len(sums), -1, 7), 2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = _variance(y2, y, n)
        predicted = _variance(p2, p, n)
        error = np.maximum(e2 - e**2 / n, 0)
        mean = bias + e / n
        mse = error / n + mean**2
        return {
            "bias": mean,
            "sd": np.where(n > 1, np.sqrt(error / (n - 1)), np.nan),
            "r2": 1 - n * mse / spread,
            "pearson2": np.minimum((yp - y * p / n) ** 2 / (spread * predicted), 1),
            "mae": size / n,
            "mse": mse,
            "huber": loss / n,
        }


def resampled_metrics(
    sums: np.ndarray, bias: np.ndarray, draws: int, seed: Sequence[int]
) -> dict[str, np.ndarray]:
    """Return all metrics of all runs in resamples of cells (Efron 1979, Ann. Stat. 7:1).

    Parameters
    ----------
    sums
        (n, 3 + 7 R), of cells.
    bias
        (R,), see `metrics_of_sums`.
    draws
        B.
    seed
        Equal seeds draw equal cells.

    Returns
    -------
    dict
        Metric → (B, R) float64.
    """
    stream = np.random.default_rng(seed)
    blocks = [held @ sums for held in counts(len(sums), draws, stream)]
    return metrics_of_sums(np.vstack(blocks), bias)


def _variance(squares: np.ndarray, total: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return Σ(x − x̄)² from Σx² and Σx; NaN where it is zero but for rounding."""
    variance = squares - total**2 / n
    return np.where(variance > _ROUNDING * squares, variance, np.nan)
