"""Predictions of a trained model for the cells of shards."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.tables import PREDICTIONS
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser

if TYPE_CHECKING:
    import keras


def predict(
    model: "keras.Model",
    shards: Mapping[str, Sequence[str | Path]],
    normaliser: Normaliser,
    *,
    target: str,
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
        Split → its shards, see `nascent.train.data.shards_of`.
    normaliser
        The one the model was trained with.
    target
        Column of the cell table that the model predicts, in raw counts.
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
        for batch in Batches(paths, normaliser, batch_size=batch_size, target=target)
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


def _predict_batch(model: "keras.Model", batch: Mapping[str, np.ndarray]) -> pd.DataFrame:
    y_hat = model.predict_on_batch({"image": batch["image"], "mask": batch["mask"]})
    return pd.DataFrame(
        {
            "cell_id": batch["cell_id"],
            "y": batch["target"],
            "y_hat": np.asarray(y_hat, np.float64)[:, 0],
        }
    )
