"""Metrics and losses of answers that have a value at every place of an example."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.metrics import Sums, Values
from nascent.task import Task


class TaskOfPlaces(Task):
    """What tasks have in common whose answers have a value at every place."""

    def numbers(self, y: np.ndarray) -> np.ndarray:
        """Return each example's mean value where it has some, (n,) float64."""
        y = np.asarray(y, np.float64)
        return np.nanmean(y.reshape(len(y), -1), axis=1)

    def spread(self, y_hat: np.ndarray, sds: Sequence[float]) -> float:
        """Return the largest SD over the examples: places that never change are no collapse."""
        if len(y_hat) < 2:
            return float("nan")
        return float((np.std(y_hat, axis=0, ddof=1) / np.asarray(sds)).max())

    def columns(self, levels: Sequence[str] = ()) -> None:
        """Return None: an answer a place does not fit into a table."""

    def table(
        self, ids: Sequence[Any], y: np.ndarray, y_hat: np.ndarray, levels: Sequence[str] = ()
    ) -> None:
        """Return None, as `columns`."""

    def read(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Refuse: there is no such table.

        Raises
        ------
        TrainError
            Always.
        """
        raise TrainError(f"a table of predictions holds no answers of {self.name}")


def weights_of_places(y: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """Return how often each value counts, (n, values) float64.

    Parameters
    ----------
    y
        (n, …).
    weight
        (n,), or the first axes of y; None: each once.
    """
    weight = np.ones(y.shape) if weight is None else np.asarray(weight, np.float64)
    weight = weight.reshape(weight.shape + (1,) * (y.ndim - weight.ndim))
    return np.broadcast_to(weight, y.shape).reshape(len(y), -1)


def sums_of_places(y: np.ndarray, weight: np.ndarray, of_runs: Sequence[np.ndarray]) -> Sums:
    """Return sums over the places of each example: (n, 3 + K R).

    They are of 1, y − m and (y − m)², with m the mean of all y; then for each of R runs of K parts.

    Parameters
    ----------
    y, weight
        (n, values).
    of_runs
        K parts, (n, R, values) each.
    """
    mean = np.average(y, weights=weight)
    common = [np.ones_like(weight), y - mean, (y - mean) ** 2]
    common = np.stack([np.sum(weight * part, axis=1) for part in common], axis=-1)
    summed = [np.sum(weight[:, None] * part, axis=2) for part in of_runs]
    return Sums(np.hstack([common, np.stack(summed, axis=-1).reshape(len(y), -1)]))


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
