"""Controls of the claim that a model reads structure and not intensity.

Standardised by cell and channel, a crop keeps its structure and loses its intensity: the masked
mean of every channel is 0. A model that reads structure alone predicts such crops as well as those
it was trained on; one that reads intensity falls to the mean. Least squares on the masked means of
the same crops says how far what is left of the means reaches: to the mean, and no further. The
floor `mean` stands beside them fold by fold: the R² of a fold is against the mean of its own test
cells, so that its mean over folds is another number than the R² of the pooled cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.floors import FLOOR_SEED, least_squares
from nascent.evaluate.metrics import metrics_table, training_sds
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import CONTROLS, PREDICTIONS
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.steps import Steps

if TYPE_CHECKING:
    from nascent.frameworks import keras

AS_TRAINED, PER_CELL = "as_trained", "per_cell"

MEAN = "mean"
"""The floor whose level says that nothing was read from the crops."""

OLS_PER_CELL = "ols_per_cell"
"""Name in the tables of least squares on the masked means of standardised crops."""


def standardised(channels: pd.DataFrame, inputs: Sequence[str], steps: Steps) -> Normaliser:
    """Return the normaliser of a study with the standardisation by cell as its last step.

    Parameters
    ----------
    channels
        Channel statistics, made with the same steps.
    inputs
        Channels the model is given.
    steps
        That the model was trained with. Background and clip stay; shifts and factors of the
        channel are undone by the standardisation.
    """
    return Normaliser.from_table(channels, inputs, replace(steps, per_cell=True))


def model_controls(
    model: "keras.Model",
    shards: Mapping[str, Sequence[str | Path]],
    channels: pd.DataFrame,
    inputs: Sequence[str],
    steps: Steps,
    *,
    as_trained: pd.DataFrame,
    batch_size: int,
    prediction: Literal["plain", "eight_fold"] = "plain",
) -> pd.DataFrame:
    """Return the metrics of one run on crops as it was trained and standardised by cell.

    Parameters
    ----------
    model
        The trained one.
    shards
        Split → its shards: of the test cells, or of more.
    channels, inputs, steps
        See `standardised`.
    as_trained
        Its predictions, from `nascent.evaluate.predict.predict`: they also name the run and its
        targets. Splits without shards are passed over.
    batch_size, prediction
        As for those predictions.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.CONTROLS`.
    """
    run = as_trained.iloc[0]
    again = predict(
        model,
        shards,
        standardised(channels, inputs, steps),
        targets=list(as_trained["target"].unique()),
        design=run["design"],
        fold=run["fold"],
        name=run["model"],
        seed=int(run["seed"]),
        batch_size=batch_size,
        prediction=prediction,
    )
    sds = training_sds(as_trained)
    before = as_trained[as_trained["split"].isin(list(shards))]
    tables = [
        metrics_table(table, sds).assign(control=control)
        for control, table in ((AS_TRAINED, before), (PER_CELL, again))
    ]
    return pd.concat(tables, ignore_index=True)[list(CONTROLS)]


def ols_per_cell(
    shards: Mapping[str, Sequence[str | Path]],
    channels: pd.DataFrame,
    inputs: Sequence[str],
    steps: Steps,
    *,
    targets: Sequence[str],
    design: str,
    fold: str,
    batch_size: int,
) -> pd.DataFrame:
    """Return the metrics of least squares on the masked means of crops standardised by cell.

    The means are 0 but for the rounding of float32. Nothing is rounded off: least squares does not
    care how small its features are, so that even what hides in the roundings would be found.

    Parameters
    ----------
    shards
        Split → its shards; least squares is fitted on those of "train".
    channels, inputs, steps
        See `standardised`.
    targets
        Columns of the cell table, one fit each.
    design, fold
        Of the split, for the table.
    batch_size
        Cells at a time.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.CONTROLS`, with the model "ols_per_cell".

    Raises
    ------
    TrainError
        Where there is no training cell, or a target is not finite (the cell is named).
    """
    normaliser = standardised(channels, inputs, steps)
    parts = [
        _means(Batches(paths, normaliser, batch_size=batch_size, target=targets[0])).assign(
            split=split
        )
        for split, paths in shards.items()
        if paths
    ]
    cells = pd.concat(parts) if parts else pd.DataFrame({"split": []})
    train = (cells["split"] == "train").to_numpy()
    if not train.any():
        raise TrainError("no cell is in the training split", mend="Check splits.fractions.")
    means = np.vstack(cells["means"].to_numpy())
    tables = []
    for target in targets:
        y = cells[target].to_numpy(np.float64)
        wrong = np.flatnonzero(~np.isfinite(y))
        if len(wrong):
            raise TrainError(f"cell {cells.index[wrong[0]]} has no finite {target!r}")
        table = pd.DataFrame(
            {
                "cell_id": cells.index,
                "design": design,
                "fold": fold,
                "split": cells["split"].to_numpy(),
                "model": OLS_PER_CELL,
                "seed": FLOOR_SEED,
                "target": target,
                "y": y,
                "y_hat": least_squares(means, y, train),
            },
            columns=list(PREDICTIONS),
        )
        tables.append(metrics_table(table).assign(control=PER_CELL))
    return pd.concat(tables, ignore_index=True)[list(CONTROLS)]


def mean_level(floors: pd.DataFrame) -> pd.DataFrame:
    """Return the metrics of the floor `mean`, the level of a model that reads nothing.

    Parameters
    ----------
    floors
        Predictions of the floors of a fold, from `nascent.evaluate.floors.predict_floors`.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.CONTROLS`: the splits train and test. It is the same
        for crops as they are and standardised, and has one row for both, "as_trained".
    """
    own = floors[(floors["model"] == MEAN) & floors["split"].isin(["train", "test"])]
    return metrics_table(own).assign(control=AS_TRAINED)[list(CONTROLS)]


def _means(batches: Batches) -> pd.DataFrame:
    """Return the cell table with the masked channel means of the crops as read, (C,) a cell."""
    rows = [
        image[mask].mean(axis=0, dtype=np.float64)
        for batch in batches
        for image, mask in zip(batch.inputs["image"], batch.inputs["mask"], strict=True)
    ]
    return batches.cells.assign(means=rows)
