"""A distribution over levels at every place of an image: grey values, or labels of pixels.

A network gives each level at each place a logit; their softmax is the prediction. Metrics are over
all places of all examples, places of weight 0 left out. With q the probability of a level and E the
mean of the levels' values under q:

- `log_loss`, the mean of −ln q of the true level, q no less than 1e-15;
- `mae` and `r2` of E against the true value; R² = 1 − Σ(y − E)² / Σ(y − ȳ)².
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np

from nascent.metrics import Sums, Values
from nascent.task import Task
from nascent.tasks._places import mean_of_places, measure_places

LEAST = 1e-15
"""Probabilities below count as this much in the log loss."""


class Distribution(Task):
    """A level, 0 to k − 1, at each place; its number is its value."""

    name = "distribution"
    metrics = ("log_loss", "mae", "r2")
    primary = "log_loss"
    higher = frozenset({"r2"})
    compared = ("log_loss", "mae", "r2")
    bounded = ("log_loss", "mae", "r2")
    learning = "log_loss"
    losses = ("cross_entropy",)
    words: ClassVar[Mapping[str, str]] = {"log_loss": "log loss", "mae": "MAE", "r2": "R²"}

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
        weight = np.ones(y.shape) if weight is None else np.asarray(weight, np.float64)
        weight = np.broadcast_to(
            weight.reshape(weight.shape + (1,) * (y.ndim - weight.ndim)), y.shape
        )
        level = np.where(weight > 0, y, 0).astype(np.int64).reshape(n, -1)
        weight, q = weight.reshape(n, -1), y_hat.reshape(n, runs, level.shape[1], k)
        of_true = np.take_along_axis(q, level[:, None, :, None], axis=3)[..., 0]
        error = level[:, None] - q @ np.arange(k)
        mean = np.average(level, weights=weight)
        common = [np.ones_like(weight), level - mean, (level - mean) ** 2]
        of_runs = [-np.log(np.maximum(of_true, LEAST)), np.abs(error), error**2]
        common = np.stack([np.sum(weight * part, axis=1) for part in common], axis=-1)
        of_runs = [np.sum(weight[:, None] * part, axis=2) for part in of_runs]
        return Sums(np.hstack([common, np.stack(of_runs, axis=-1).reshape(n, -1)]))

    def measure(self, totals: np.ndarray, offset: np.ndarray | None = None) -> Values:
        """See `nascent.task.Task.measure`."""
        return measure_places(totals, ("log_loss", "mae"))

    def numbers(self, y: np.ndarray) -> np.ndarray:
        """Return each example's mean value, (n,) float64."""
        y = np.asarray(y, np.float64)
        return y.reshape(len(y), -1).mean(axis=1)

    def columns(self, levels: Sequence[str] = ()) -> None:
        """Return None: a probability a place and level does not fit into a table."""

    def table(
        self, ids: Sequence[Any], y: np.ndarray, y_hat: np.ndarray, levels: Sequence[str] = ()
    ) -> None:
        """Return None, as `columns`."""

    def width(self, targets: int, levels: Sequence[str] = ()) -> int:
        """Return a feature a level."""
        return len(levels)

    def of_targets(self, network_outputs: np.ndarray) -> list[np.ndarray]:
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
            true = ops.one_hot(ops.cast(y, "int32"), k, dtype="float32")
            found = -ops.sum(true * ops.log_softmax(ops.cast(logits, "float32"), axis=-1), axis=-1)
            return mean_of_places(found, weight)

        return of_examples

    def learning_metric(self, sds: Sequence[float]) -> Callable[..., Any]:
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
