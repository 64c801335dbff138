"""Metrics and losses of answers that have a value at every place of an example."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nascent.metrics import Values


def measure_places(totals: np.ndarray, means: Sequence[str]) -> Values:
    """Return metrics of sums over places.

    Parameters
    ----------
    totals
        (B, 3 + (m + 1) R): n, Σ(y − c) and Σ(y − c)² of one c; then for each run the sums of m
        metrics that are means, and Σe².
    means
        Names of the m metrics.

    Returns
    -------
    dict
        Metric → (B, R) float64: the means, then `r2`; NaN where all y are equal.
    """
    n, y, y2 = (totals[:, [place]] for place in range(3))
    of_runs = totals[:, 3:].reshape(len(totals), -1, len(means) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = y2 - y**2 / n
        spread = np.where(spread > 1e-12 * y2, spread, np.nan)
        found = {name: of_runs[..., place] / n for place, name in enumerate(means)}
        return found | {"r2": 1 - of_runs[..., -1] / spread}


def mean_of_places(found: Any, weight: Any) -> Any:
    """Return the mean over all axes but the first, in tensors; places of weight 0 do not count."""
    from nascent.frameworks import keras

    ops = keras.ops
    axes = tuple(range(1, len(found.shape)))
    if weight is None:
        return ops.mean(found, axis=axes)
    weight = ops.broadcast_to(
        ops.reshape(weight, weight.shape + (1,) * (len(found.shape) - len(weight.shape))),
        ops.shape(found),
    )
    weight = ops.cast(weight, found.dtype)
    total = ops.sum(ops.where(weight > 0, found, ops.zeros_like(found)) * weight, axis=axes)
    return total / ops.maximum(ops.sum(weight, axis=axes), 1e-12)
