"""How far predicted numbers lie from measured ones."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from nascent.errors import TrainError
from nascent.metric import Metric
from nascent.metrics import Metrics, Sums, Values
from nascent.tasks._spread_of_seeds import SPREAD_AGAINST_ERROR, spread_against_error

if TYPE_CHECKING:
    from pandas.core.groupby import DataFrameGroupBy

# Below this share of its square sum a variance is a rounding of zero.
_ROUNDING = 1e-12


class NumberMetrics(Metrics):
    """Errors y − ŷ, in the unit of the target, and the share of its variance that is predicted."""

    measures = (
        Metric("bias", "bias, mean y − ŷ", in_unit=True, meaning="mean of y − ŷ"),
        Metric("sd", "SD of y − ŷ", least=0, in_unit=True, meaning="with n − 1"),
        Metric("r2", "R²", higher=True, most=1, meaning="1 − Σ(y − ŷ)² / Σ(y − ȳ)²"),
        Metric(
            *("pearson2", "squared Pearson correlation"),
            higher=True,
            least=0,
            most=1,
            meaning="of y and ŷ, which forgives a wrong offset, scale and sign",
        ),
        Metric("mae", "MAE", least=0, in_unit=True, meaning="mean absolute error"),
        Metric("mse", "mean squared error", least=0, meaning="mean of (y − ŷ)²"),
        Metric(
            *("huber", "Huber loss (δ: SD of the training target)"),
            least=0,
            meaning="half the squared error, beyond δ as steep as the absolute error",
        ),
    )
    primary = "mae"
    compared = ("mae", "r2")
    by_level = ("mae", "r2", "bias")
    skill_metric = "r2"
    calibrated = SPREAD_AGAINST_ERROR

    def values(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
    ) -> Values:
        """See `nascent.task.Task.values`; y (n,), ŷ (n, R)."""
        if weight is not None:
            return super().values(y, y_hat, weight, scale=scale)
        rows = [metrics(y, run, scale) for run in np.asarray(y_hat).T]
        return {name: np.array([row[name] for row in rows]) for name in self.metrics}

    def sums(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        weight: np.ndarray | None = None,
        *,
        scale: np.ndarray | float = np.nan,
        known: Mapping[str, np.ndarray] | None = None,
    ) -> Sums:
        """Return 1, y, y²; then for each run e, e², |e|, Huber, ŷ, ŷ², y ŷ: (n, 3 + 7 R).

        Here y, e and ŷ are taken from their means over the examples, except in |e| and Huber. The
        offset is the mean of e; with `known` it is their `bias`.
        """
        y, y_hat = np.asarray(y, np.float64), np.asarray(y_hat, np.float64)
        if weight is not None:
            there = np.asarray(weight) > 0
            y, y_hat = np.where(there, y, 0.0), np.where(there[:, None], y_hat, 0.0)
        mean = np.mean if weight is None else partial(np.average, weights=weight)
        error = y[:, None] - y_hat
        bias = mean(error, axis=0)
        y, centred = y - mean(y), error - bias
        # What is constant is so exactly: its mean may be off by a rounding.
        predicted = np.where(np.ptp(y_hat, axis=0) > 0, y_hat - mean(y_hat, axis=0), 0.0)
        of_runs = np.stack(
            [
                centred,
                centred**2,
                np.abs(error),
                huber(error, np.broadcast_to(scale, y.shape)[:, None]),
                predicted,
                predicted**2,
                y[:, None] * predicted,
            ],
            axis=-1,
        )
        common = np.column_stack([np.ones_like(y), y, y**2])
        values = np.hstack([common, of_runs.reshape(len(y), -1)])
        if weight is not None:
            values = values * np.asarray(weight, np.float64)[:, None]
        return Sums(values, bias if known is None else known["bias"])

    def measure(self, totals: np.ndarray, offset: np.ndarray | None = None) -> Values:
        """Return the metrics; NaN where `metrics` has NaN."""
        n, y, y2 = (totals[:, [place]] for place in range(3))
        of_runs = totals[:, 3:].reshape(len(totals), -1, 7)
        e, e2, size, loss, p, p2, yp = np.moveaxis(of_runs, 2, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = _variance(y2, y, n)
            predicted = _variance(p2, p, n)
            error = np.maximum(e2 - e**2 / n, 0)
            mean = offset + e / n
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

    def scales(self, train: "DataFrameGroupBy") -> pd.Series:
        """Return the SDs of the target (ddof 1): the δ of the metric `huber`, in its unit.

        It suits a target in counts as well as one between 0 and 1.
        """
        return train["y"].std(ddof=1)

    def calibration(
        self,
        y: np.ndarray,
        y_hat: np.ndarray,
        *,
        seeds: Sequence[int],
        levels: Sequence[str],
        confidence: float,
    ) -> pd.DataFrame:
        """See `nascent.tasks._spread_of_seeds.spread_against_error`."""
        return spread_against_error(y, y_hat, confidence)

    def numbers(self, y: np.ndarray) -> np.ndarray:
        """Return the numbers themselves, (n,) float64."""
        return np.asarray(y, np.float64)


def metrics(y: ArrayLike, y_hat: ArrayLike, delta: float | ArrayLike = np.nan) -> dict[str, float]:
    """Compare predictions of one run with measurements; e = y − ŷ.

    Parameters
    ----------
    y
        Measured values, (n,), in raw counts.
    y_hat
        Predicted values, (n,), in raw counts.
    delta
        Where the Huber loss turns from e²/2 into δ(|e| − δ/2), in raw counts, of all examples or of
        each, (n,) (Huber 1964, Ann. Math. Stat. 35:73). See `Regression.scales`.

    Returns
    -------
    dict
        n; bias, the mean of e; sd of e with n − 1 in the denominator; r2 = 1 − Σe² / Σ(y − ȳ)²,
        negative where the mean of these examples would predict better; pearson2, the square of
        Pearson's correlation of y and ŷ, which forgives a wrong offset, scale and even sign and is
        no R²; mae, the mean of |e|; mse, the mean of e²; huber, the mean Huber loss, NaN
        without a δ. What a single cell, equal measurements or (pearson2) equal predictions leave
        undefined is NaN.

    Raises
    ------
    TrainError
        Where the two differ in length, are empty, or hold a value that is not finite.
    """
    y, y_hat = np.asarray(y, np.float64), np.asarray(y_hat, np.float64)
    if y.ndim != 1 or y.shape != y_hat.shape or not len(y):
        raise TrainError(f"measurements {y.shape} and predictions {y_hat.shape} cannot be compared")
    for what, values in (("measurement", y), ("prediction", y_hat)):
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            raise TrainError(
                f"{len(wrong)} of {len(y)} {what}s are not finite, the first in row {wrong[0]}"
            )
    error = y - y_hat
    size = np.abs(error)
    # By the range: the mean of equal values can be off by a rounding.
    varies, predicted_varies = np.ptp(y) > 0, np.ptp(y_hat) > 0
    return {
        "n": len(y),
        "bias": float(error.mean()),
        "sd": float(error.std(ddof=1)) if len(y) > 1 else float("nan"),
        "r2": float(1 - np.sum(error**2) / np.sum((y - y.mean()) ** 2)) if varies else float("nan"),
        "pearson2": _pearson2(y, y_hat) if varies and predicted_varies else float("nan"),
        "mae": float(size.mean()),
        "mse": float(np.mean(error**2)),
        "huber": float(np.mean(huber(error, delta))),
    }


def huber(error: np.ndarray, delta: float | np.ndarray) -> np.ndarray:
    """Return the Huber loss of each error, in counts times counts; NaN where δ is."""
    size = np.abs(error)
    return np.where(size <= delta, error**2 / 2, delta * (size - delta / 2))


def _pearson2(y: np.ndarray, y_hat: np.ndarray) -> float:
    y, y_hat = y - y.mean(), y_hat - y_hat.mean()
    return float((y @ y_hat) ** 2 / ((y @ y) * (y_hat @ y_hat)))


def _variance(squares: np.ndarray, total: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return Σ(x − x̄)² from Σx² and Σx; NaN where it is zero but for rounding."""
    variance = squares - total**2 / n
    return np.where(variance > _ROUNDING * squares, variance, np.nan)
