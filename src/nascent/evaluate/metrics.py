"""How far predictions lie from what was measured."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from nascent.errors import TrainError

METRICS = ("n", "bias", "sd", "r2", "mae", "mse", "huber")


def metrics(y: ArrayLike, y_hat: ArrayLike, delta: float = 1.0) -> dict[str, float]:
    """Compare predictions with measurements; e = y − ŷ.

    Parameters
    ----------
    y
        Measured values, (n,), in raw counts.
    y_hat
        Predicted values, (n,), in raw counts.
    delta
        Where the Huber loss turns from e²/2 into δ(|e| − δ/2), in raw counts
        (Huber 1964, Ann. Math. Stat. 35:73).

    Returns
    -------
    dict
        n; bias, the mean of e; sd of e with n − 1 in the denominator; r2 = 1 − Σe² / Σ(y − ȳ)²,
        negative where the mean of these cells would predict better; mae, the mean of |e|; mse,
        the mean of e²; huber, the mean Huber loss. What a single cell or equal measurements
        leave undefined is NaN.

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
    spread = np.sum((y - y.mean()) ** 2)
    return {
        "n": len(y),
        "bias": float(error.mean()),
        "sd": float(error.std(ddof=1)) if len(y) > 1 else float("nan"),
        "r2": float(1 - np.sum(error**2) / spread) if spread > 0 else float("nan"),
        "mae": float(size.mean()),
        "mse": float(np.mean(error**2)),
        "huber": float(np.mean(np.where(size <= delta, error**2 / 2, delta * (size - delta / 2)))),
    }


def metrics_table(predictions: pd.DataFrame, delta: float = 1.0) -> pd.DataFrame:
    """Return one row a split, model and seed of a table of predictions, in order of appearance.

    Parameters
    ----------
    predictions
        Columns split, model, seed, y, y_hat (see `nascent.evaluate.tables`).
    delta
        Of the Huber loss, in raw counts.
    """
    rows = [
        {"split": split, "model": model, "seed": seed, **metrics(rows["y"], rows["y_hat"], delta)}
        for (split, model, seed), rows in predictions.groupby(
            ["split", "model", "seed"], sort=False
        )
    ]
    return pd.DataFrame(rows, columns=["split", "model", "seed", *METRICS])
