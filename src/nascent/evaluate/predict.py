"""Predictions of a trained model for the cells of shards."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd

import nascent.train  # noqa: F401  registers the layers of saved models
from nascent.errors import TrainError
from nascent.evaluate.tables import PREDICTIONS
from nascent.shards.batches import read_split
from nascent.shards.normalise import Normaliser


def load_model(path: str | Path) -> keras.Model:
    """Load a trained model.

    Raises
    ------
    TrainError
        Where the file is missing or no model of Keras.
    """
    if not Path(path).is_file():
        raise TrainError("there is no such model", where=path, mend="Train it first.")
    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, TypeError, OSError) as error:
        raise TrainError(
            f"the file is no model of Keras ({error})",
            where=path,
            mend="Delete it and run again: the job that makes it will be repeated.",
        ) from error


def predict(
    model: keras.Model,
    shards: Mapping[str, Sequence[str | Path]],
    normaliser: Normaliser,
    *,
    name: str,
    seed: int,
    batch_size: int,
) -> pd.DataFrame:
    """Predict every cell of a study's shards.

    Parameters
    ----------
    model
        From {"image", "mask"} to (n, 1) in raw counts.
    shards
        Split → its shards.
    normaliser
        The one the model was trained with.
    name, seed
        Of the model, for the table.
    batch_size
        Cells at a time.

    Returns
    -------
    pandas.DataFrame
        One row a cell, split by split and as the cells lie in the shards; the columns of
        `nascent.evaluate.tables.PREDICTIONS`. `y` is as in the cell table, bit for bit.

    Raises
    ------
    TrainError
        Where a prediction is not finite; the cell is named.
    """
    parts = [
        _predict_batch(model, batch).assign(split=split)
        for split, paths in shards.items()
        for batch in read_split(paths, normaliser, batch_size=batch_size)
    ]
    table = pd.concat(parts, ignore_index=True).assign(model=name, seed=seed)
    wrong = np.flatnonzero(~np.isfinite(table["y_hat"]))
    if len(wrong):
        raise TrainError(
            f"the prediction for cell {table['cell_id'].iloc[wrong[0]]} is not finite"
            f" ({len(wrong)} of {len(table)})",
            where=name,
            mend="Train with a lower learning_rate.",
        )
    return table[list(PREDICTIONS)]


def _predict_batch(model: keras.Model, batch: Mapping[str, np.ndarray]) -> pd.DataFrame:
    y_hat = model.predict_on_batch({"image": batch["image"], "mask": batch["mask"]})
    return pd.DataFrame(
        {
            "cell_id": batch["cell_id"],
            "y": batch["target"],
            "y_hat": np.asarray(y_hat, np.float64)[:, 0],
        }
    )
