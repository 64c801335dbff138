"""Metrics of every run and split, as its task measures them."""

import numpy as np
import pandas as pd

from nascent.task import REGRESSION, Task, task_of

POOLED = "all"
"""Stands for the fold in rows over all folds of a design."""

_FOLD = ["target", "design", "fold"]
_RUN = [*_FOLD, "split", "model", "seed"]


def training_scales(predictions: pd.DataFrame, task: str = REGRESSION) -> pd.Series:
    """Return what metrics need to know of the training examples: the δ of the Huber metric.

    It is one for models and floors alike, so that rows compare, whatever a model was trained with.

    Parameters
    ----------
    predictions
        The columns of `nascent.evaluate.tables.predictions_columns`.
    task
        Its name.

    Returns
    -------
    pandas.Series
        (target, design, fold) → float64; without those that have no training example.
    """
    train = predictions[predictions["split"] == "train"]
    # In one order, so that the rows of a table do not change the last bit.
    cells = train.drop_duplicates([*_FOLD, "id"]).sort_values("id", kind="stable")
    return task_of(task).scales(cells.groupby(_FOLD, sort=False))


def scale_of_rows(predictions: pd.DataFrame, scales: pd.Series) -> np.ndarray:
    """Return the scale of the fold of each row of predictions, (n,) float64; NaN without one.

    Parameters
    ----------
    predictions
        With the columns target, design and fold.
    scales
        From `training_scales`.
    """
    if scales.empty:
        return np.full(len(predictions), np.nan)
    keys = pd.MultiIndex.from_frame(predictions[_FOLD])
    return scales.reindex(keys).to_numpy(np.float64)


def metrics_table(
    predictions: pd.DataFrame, scales: pd.Series | None = None, *, task: str = REGRESSION
) -> pd.DataFrame:
    """Return the metrics of each run and split, in order of appearance.

    Parameters
    ----------
    predictions
        The columns of `nascent.evaluate.tables.predictions_columns`; of one run, or of all of a
        study.
    scales
        From `training_scales`; default: of these predictions.
    task
        Its name.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.metrics_columns`: a row a target, design, fold,
        split, model and seed. Where the table holds several folds of a design, rows with the fold
        "all" follow, over the predictions of all of them: each test example counts once, an example
        of train or val once for every fold that it is in.
    """
    measured = task_of(task)
    scales = training_scales(predictions, task) if scales is None else scales
    predictions = predictions.assign(scale=scale_of_rows(predictions, scales))
    folds = predictions.groupby("design", sort=False)["fold"].nunique()
    several = predictions["design"].isin(folds.index[folds > 1])
    pooled = predictions[several].assign(fold=POOLED)
    rows = [
        dict(zip(_RUN, key, strict=True)) | _of_run(measured, rows)
        for table in (predictions, pooled)
        for key, rows in table.groupby(_RUN, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*_RUN, "n", *measured.metrics])


def _of_run(task: Task, rows: pd.DataFrame) -> dict[str, float]:
    y, y_hat = task.read(rows)
    found = task.values(y, y_hat[:, None], scale=rows["scale"].to_numpy())
    return {"n": len(rows)} | {name: float(value[0]) for name, value in found.items()}
