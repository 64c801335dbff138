"""The input itself, back from what a network kept of it: an image, a stack, a row of numbers.

Metrics are over all values of all examples, those of weight 0 left out: `mse`, `mae`, and
r2 = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², the share of the variance that comes back.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.metric import Metric
from nascent.metrics import Sums, Values
from nascent.tasks._places import (
    TaskOfPlaces,
    mean_of_places,
    measure_places,
    sums_of_places,
    weights_of_places,
)


class Reconstruction(TaskOfPlaces):
    """Values of any shape, in the unit they were given to the network in."""

    name = "reconstruction"
    measures = (
        Metric("mse", "mean squared error", least=0, meaning="mean of (y − ŷ)²"),
        Metric("mae", "MAE", least=0, in_unit=True, meaning="mean absolute error"),
        Metric("r2", "R²", higher=True, most=1, meaning="1 − Σ(y − ŷ)² / Σ(y − ȳ)²"),
    )
    primary = "mse"
    compared = ("mse", "r2")
    by_level = ("mse", "r2")
    skill_metric = "r2"
    learning = "mse"
    losses = ("mse", "mae")
    calibrated = ("n", "spread", "rmse", "ratio")

    def sums(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Sums:
        """Return sums over the values of each example: (n, 3 + 3 R).

        They are of 1, y − m and (y − m)², with m the mean of all y; then for each run of e², |e|
        and e² again, for R².

        Parameters
        ----------
        y
            (n, …).
        y_hat
            (n, R, …).
        weight
            (n,), or the first axes of y.
        scale, known
            Not used.
        """
        y, y_hat = np.asarray(y, np.float64), np.asarray(y_hat, np.float64)
        n, runs = y_hat.shape[:2]
        weight = weights_of_places(y, weight)
        y = np.where(weight > 0, y.reshape(n, -1), 0.0)
        error = np.where(weight[:, None] > 0, y[:, None] - y_hat.reshape(n, runs, -1), 0.0)
        return sums_of_places(y, weight, [error**2, np.abs(error), error**2])

    def measure(self, totals: np.ndarray, offset: np.ndarray | None = None) -> Values:
        """See `nascent.task.Task.measure`."""
        return measure_places(totals, ("mse", "mae"))

    def calibration(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        *,
        seeds: Sequence[int],
        levels: Sequence[str],
        confidence: float,
    ) -> pd.DataFrame:
        """Return one row: what the seeds' spread says the error is, and what it is.

        `spread` is the root mean square of s √(1 + 1/S) over all values, with s the SD of S seeds
        (ddof 1), `rmse` that of y less their mean, see `nascent.tasks._spread_of_seeds`.
        """
        if len(seeds) < 2:
            return pd.DataFrame(columns=list(self.calibrated))
        there = self.known(y)
        error = (y - y_hat.mean(axis=1))[there]
        spread = y_hat.std(axis=1, ddof=1)[there] * np.sqrt(1 + 1 / len(seeds))
        sizes = [float(np.sqrt(np.mean(values**2))) for values in (spread, error)]
        ratio = sizes[1] / sizes[0] if sizes[0] > 0 else float("nan")
        return pd.DataFrame([(int(there.sum()), *sizes, ratio)], columns=list(self.calibrated))

    def encode(self, answers: pd.Series | np.ndarray, levels: Sequence[str] = ()) -> np.ndarray:
        """Return the values, (n, …) float64; NaN where none was measured.

        Raises
        ------
        TrainError
            Where a value is infinite.
        """
        values = np.asarray(answers, np.float64)
        if np.isinf(values).any():
            raise TrainError(f"{int(np.isinf(values).sum())} of {values.size} values are infinite")
        return values

    def start(self, y: np.ndarray, levels: Sequence[str] = ()) -> tuple[list[float], list[float]]:
        """Return the mean and the SD (ddof 1) of each feature over all examples and places."""
        values = np.asarray(y, np.float64)
        values = values.reshape(-1, values.shape[-1])
        return np.nanmean(values, axis=0).tolist(), np.nanstd(values, axis=0, ddof=1).tolist()

    def width(self, targets: int, levels: Sequence[str] = ()) -> int:
        """Return a feature a target: the features of the input are its targets."""
        return targets

    def of_targets(self, network_outputs: np.ndarray, loss: str = "") -> list[np.ndarray]:
        """Return the whole output, of the one target."""
        return [np.asarray(network_outputs, np.float64)]

    def read_outs(self, names: Sequence[str]) -> dict[str, Callable[[Any], Any]]:
        """Return the mean of each feature of the last axis over all places."""
        return {name: partial(_mean_feature, place=place) for place, name in enumerate(names)}

    def loss(self, name: str, sds: Sequence[float], **options: Any) -> Callable[..., Any]:
        """Return `mse` or `mae`, a mean over the values that count."""
        from nascent.frameworks import keras

        size = {"mse": keras.ops.square, "mae": keras.ops.abs}[name]

        def of_examples(y: Any, y_hat: Any, weight: Any = None) -> Any:
            ops = keras.ops
            # What is missing is no number, and no loss where its weight is 0.
            return mean_of_places(size(ops.where(ops.isnan(y), y_hat, y) - y_hat), weight)

        return of_examples

    def learning_metric(self, sds: Sequence[float], loss: str = "") -> Callable[..., Any]:
        """Return the mean squared error."""
        return self.loss("mse", sds)


TASK = Reconstruction()


def _mean_feature(outputs: Any, place: int) -> Any:
    from nascent.frameworks import keras

    return keras.ops.mean(outputs[..., place], axis=tuple(range(1, len(outputs.shape) - 1)))
