"""How far predictions lie from what was measured."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from nascent.errors import TrainError

METRICS = ("n", "bias", "sd", "r2", "pearson2", "mae", "mse", "huber")

POOLED = "all"
"""Stands for the fold in rows over all folds of a design."""


def metrics(y: ArrayLike, y_hat: ArrayLike, delta: float | ArrayLike = np.nan) -> dict[str, float]:
    """Compare predictions with measurements; e = y − ŷ.

    Parameters
    ----------
    y
        Measured values, (n,), in raw counts.
    y_hat
        Predicted values, (n,), in raw counts.
    delta
        Where the Huber loss turns from e²/2 into δ(|e| − δ/2), in raw counts, of all cells or of
        each, (n,) (Huber 1964, Ann. Math. Stat. 35:73). See `training_sds`.

    Returns
    -------
    dict
        n; bias, the mean of e; sd of e with n − 1 in the denominator; r2 = 1 − Σe² / Σ(y − ȳ)²,
        negative where the mean of these cells would predict better; pearson2, the square of
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


def training_sds(predictions: pd.DataFrame) -> pd.Series:
    """Return the SD of the target over the training cells: the δ of the Huber metric.

    One δ for models and floors alike, so that rows compare, whatever a model was trained with; and
    one that suits a target in counts as well as one between 0 and 1.

    Parameters
    ----------
    predictions
        The columns of `nascent.evaluate.tables.PREDICTIONS`.

    Returns
    -------
    pandas.Series
        (target, design, fold) → SD, ddof 1, in raw counts; without those that have no training
        cell.
    """
    keys = ["target", "design", "fold"]
    train = predictions[predictions["split"] == "train"]
    # In one order, so that the rows of a table do not change the last bit.
    cells = train.drop_duplicates([*keys, "cell_id"]).sort_values("cell_id", kind="stable")
    return cells.groupby(keys, sort=False)["y"].std(ddof=1)


def delta_of_rows(predictions: pd.DataFrame, sds: pd.Series) -> np.ndarray:
    """Return the δ of the fold of each row of predictions, (n,) float64; NaN where it has none.

    Parameters
    ----------
    predictions
        With the columns target, design and fold.
    sds
        From `training_sds`.
    """
    if sds.empty:
        return np.full(len(predictions), np.nan)
    keys = pd.MultiIndex.from_frame(predictions[["target", "design", "fold"]])
    return sds.reindex(keys).to_numpy(np.float64)


def metrics_table(predictions: pd.DataFrame, sds: pd.Series | None = None) -> pd.DataFrame:
    """Return the metrics of each run and split, in order of appearance.

    Parameters
    ----------
    predictions
        The columns of `nascent.evaluate.tables.PREDICTIONS`; of one run, or of all of a study.
    sds
        The δ of the Huber loss, from `training_sds`; default: of these predictions.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.METRICS_TABLE`: a row a target, design, fold, split,
        model and seed. Where the table holds several folds of a design, rows with the fold "all"
        follow, over the predictions of all of them: each test cell counts once, a cell of train or
        val once for every fold that it is in.
    """
    keys = ["target", "design", "fold", "split", "model", "seed"]
    sds = training_sds(predictions) if sds is None else sds
    predictions = predictions.assign(delta=delta_of_rows(predictions, sds))
    folds = predictions.groupby("design", sort=False)["fold"].nunique()
    several = predictions["design"].isin(folds.index[folds > 1])
    pooled = predictions[several].assign(fold=POOLED)
    rows = [
        {
            **dict(zip(keys, key, strict=True)),
            **metrics(rows["y"], rows["y_hat"], rows["delta"].to_numpy()),
        }
        for table in (predictions, pooled)
        for key, rows in table.groupby(keys, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*keys, *METRICS])


def _pearson2(y: np.ndarray, y_hat: np.ndarray) -> float:
    y, y_hat = y - y.mean(), y_hat - y_hat.mean()
    return float((y @ y_hat) ** 2 / ((y @ y) * (y_hat @ y_hat)))
