"""A distribution over levels at every place of an image: grey values, or labels of pixels.

A network gives each level at each place a logit; their softmax is the prediction. Metrics are over
all places of all examples, places of weight 0 left out. With q the probability of a level and E the
mean of the levels' values under q:

- `log_loss`, the mean of −ln q of the true level, q no less than 1e-15;
- `mae` and `r2` of E against the true value; R² = 1 − Σ(y − E)² / Σ(y − ȳ)².
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.metric import Metric
from nascent.metrics import Sums, Values
from nascent.tasks._class_tables import calibration_curve
from nascent.tasks._places import (
    TaskOfPlaces,
    mean_of_places,
    measure_places,
    sums_of_places,
    weights_of_places,
)

LEAST = 1e-15
"""Probabilities below count as this much in the log loss."""

BINS = 10
"""Of the calibration curve."""


class Distribution(TaskOfPlaces):
    """A level, 0 to k − 1, at each place; its number is its value."""

    name = "distribution"
    measures = (
        Metric(
            *("log_loss", "log loss"),
            least=0,
            most=-math.log(LEAST),
            meaning="mean of −ln q of the true level",
        ),
        Metric(
            "mae", "MAE", least=0, in_unit=True, meaning="mean absolute error of the mean level"
        ),
        Metric("r2", "R²", higher=True, most=1, meaning="1 − Σ(y − E)² / Σ(y − ȳ)²"),
    )
    primary = "log_loss"
    compared = ("log_loss", "mae", "r2")
    by_level = ("log_loss", "mae", "r2")
    skill_metric = "r2"
    learning = "log_loss"
    losses = ("cross_entropy",)
    calibrated = ("seed", "level", "bin", "n", "probability", "share")

    def sums(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Sums:
        """Return sums over the places of each example: (n, 3 + 3 R).

        They are of 1, y − m and (y − m)², with m the mean of all y, which is the offset; then for
        each run of the log loss, |y − E| and (y − E)².

        Parameters
        ----------
        y
            (n, …) levels.
        y_hat
            (n, R, …, k) probabilities.
        weight
            (n,), or the shape of y.
        scale, known
            Not used.
        """
        y, y_hat = np.asarray(y), np.asarray(y_hat, np.float64)
        n, runs, k = len(y), y_hat.shape[1], y_hat.shape[-1]
        weight = weights_of_places(y, weight)
        level = np.where(weight > 0, y.reshape(n, -1), 0).astype(np.int64)
        q = y_hat.reshape(n, runs, level.shape[1], k)
        of_true = np.take_along_axis(q, level[:, None, :, None], axis=3)[..., 0]
        error = level[:, None] - q @ np.arange(k)
        log_loss = -np.log(np.maximum(of_true, LEAST))
        return sums_of_places(level, weight, [log_loss, np.abs(error), error**2])

    def measure(self, totals: np.ndarray, offset: np.ndarray | None = None) -> Values:
        """See `nascent.task.Task.measure`."""
        return measure_places(totals, ("log_loss", "mae"))

    def calibration(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        *,
        seeds: Sequence[int],
        levels: Sequence[str],
        confidence: float,
    ) -> pd.DataFrame:
        """Return the calibration curve of each seed over all places.

        Places of one example are alike, so that their number says nothing of how sure a share is:
        there are no intervals.
        """
        y = np.asarray(y)
        there = self.known(y)
        curves = [
            calibration_curve(
                y[there].astype(np.int64), run[there], bins=BINS, confidence=confidence
            ).assign(seed=number)
            for number, run in zip(seeds, np.moveaxis(y_hat, 1, 0), strict=True)
        ]
        table = pd.concat(curves, ignore_index=True)
        table = table.assign(level=table["class"].map(dict(enumerate(levels))))
        return table[list(self.calibrated)]

    def encode(self, answers: pd.Series | np.ndarray, levels: Sequence[str] = ()) -> np.ndarray:
        """Return numbers of levels, (n, …) float64; NaN where there is none.

        Raises
        ------
        TrainError
            Where a number is that of no level.
        """
        values = np.asarray(answers, np.float64)
        wrong = self.known(values) & ~np.isin(values, np.arange(len(levels)))
        if wrong.any():
            raise TrainError(
                f"{values[wrong][0]:g} is the number of none of {len(levels)} levels"
                f" ({int(wrong.sum())} of {values.size} values)",
                mend="Write levels as 0, 1, 2 and so on, and name all of them in target.levels.",
            )
        return values

    def start(self, y: np.ndarray, levels: Sequence[str] = ()) -> tuple[list[float], list[float]]:
        """Return the logarithm of each level's share, which half a place more keeps finite."""
        known = np.asarray(y)[self.known(y)].astype(np.int64)
        counts = np.bincount(known, minlength=len(levels)) + 0.5
        return np.log(counts / counts.sum()).tolist(), [1.0] * len(levels)

    def spread(self, y_hat: np.ndarray, sds: Sequence[float]) -> float:
        """Return the largest SD over the examples of a logit's distance from their mean."""
        logits = np.asarray(y_hat, np.float64)
        return super().spread(logits - logits.mean(axis=-1, keepdims=True), sds)

    def width(self, targets: int, levels: Sequence[str] = ()) -> int:
        """Return a feature a level."""
        return len(levels)

    def of_targets(self, network_outputs: np.ndarray, loss: str = "") -> list[np.ndarray]:
        """Return the softmax over the last axis, of the one target."""
        logits = np.asarray(network_outputs, np.float64)
        sizes = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return [sizes / sizes.sum(axis=-1, keepdims=True)]

    def read_outs(self, names: Sequence[str]) -> dict[str, Callable[[Any], Any]]:
        """Return the mean value over all places, and each level's mean logit."""
        return {"mean": _mean_value} | {
            name: partial(_mean_logit, place=place) for place, name in enumerate(names)
        }

    def loss(self, name: str, sds: Sequence[float], **options: Any) -> Callable[..., Any]:
        """Return the cross-entropy of logits (n, …, k), a mean over the places that count."""
        from nascent.frameworks import keras

        k = len(sds)

        def of_examples(y: Any, logits: Any, weight: Any = None) -> Any:
            ops = keras.ops
            # What is missing is no number, and no loss where its weight is 0.
            y = ops.where(ops.isnan(y), ops.zeros_like(y), y)
            true = ops.one_hot(ops.cast(y, "int32"), k, dtype="float32")
            found = -ops.sum(true * ops.log_softmax(ops.cast(logits, "float32"), axis=-1), axis=-1)
            return mean_of_places(found, weight)

        return of_examples

    def learning_metric(self, sds: Sequence[float], loss: str = "") -> Callable[..., Any]:
        """Return the log loss."""
        return self.loss("cross_entropy", sds)


TASK = Distribution()


def _mean_value(outputs: Any) -> Any:
    from nascent.frameworks import keras

    ops = keras.ops
    q = ops.softmax(outputs, axis=-1)
    values = ops.arange(outputs.shape[-1], dtype=q.dtype)
    return ops.mean(ops.sum(q * values, axis=-1), axis=tuple(range(1, len(outputs.shape) - 1)))


def _mean_logit(outputs: Any, place: int) -> Any:
    from nascent.frameworks import keras

    return keras.ops.mean(outputs[..., place], axis=tuple(range(1, len(outputs.shape) - 1)))
