"""Predictions of a trained model for the cells of shards."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from nascent.errors import TrainError, did_you_mean
from nascent.evaluate.tables import PREDICTIONS
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser

if TYPE_CHECKING:
    from nascent.frameworks import keras


def predict(
    model: "keras.Model",
    shards: Mapping[str, Sequence[str | Path]],
    normaliser: Normaliser,
    *,
    targets: Sequence[str],
    design: str,
    fold: str,
    name: str,
    seed: int,
    batch_size: int,
    prediction: Literal["plain", "eight_fold"] = "plain",
    removal: str | Path | None = None,
) -> pd.DataFrame:
    """Predict every cell of a study's shards.

    Parameters
    ----------
    model
        From {"image", "mask"} to (n, T) in raw counts, or in the unit of each target.
    shards
        Split → its shards, see `nascent.shards.plan.shards_of`.
    normaliser
        The one the model was trained with.
    targets
        The T columns of the cell table that the model predicts, in its order.
    design, fold, name, seed
        Of the split and of the model, for the table.
    batch_size
        Cells at a time.
    prediction
        `plain`, or `eight_fold`: the mean prediction over the crop's eight flips and quarter turns.
    removal
        File of the entries that are taken out of the crops, see `nascent.shards.removal_file`.

    Returns
    -------
    pandas.DataFrame
        One row a target and cell: target by target, split by split and as the cells lie in the
        shards; the columns of `nascent.evaluate.tables.PREDICTIONS`. `y` is as in the cell table,
        bit for bit.

    Raises
    ------
    TrainError
        Where a prediction or a target is not finite (the cell is named), the cell table lacks a
        target, or the model has another number of outputs than there are targets.
    """
    parts = [
        _predict_split(
            model,
            Batches(paths, normaliser, batch_size=batch_size, target=targets[0], removal=removal),
            split,
            targets,
            prediction,
            name,
        )
        for split, paths in shards.items()
        if paths
    ]
    if not parts:
        return pd.DataFrame(columns=list(PREDICTIONS))
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(design=design, fold=fold, model=name, seed=seed)[list(PREDICTIONS)]
    blocks = [table[table["target"] == target] for target in targets]
    return pd.concat(blocks, ignore_index=True)


def _predict_split(
    model: "keras.Model",
    batches: Batches,
    split: str,
    targets: Sequence[str],
    prediction: str,
    name: str,
) -> pd.DataFrame:
    cells = batches.cells
    for target in targets:
        if target not in cells.columns:
            raise TrainError(
                f"the cell table of the shards has no column {target!r}",
                where=name,
                mend=did_you_mean(target, cells.columns),
            )
    y_hat = np.concatenate(list(_outputs(model, batches, prediction)))
    if y_hat.shape != (len(cells), len(targets)):
        raise TrainError(
            f"the model has {y_hat.shape[-1]} outputs for {len(targets)} targets"
            f" ({', '.join(targets)})",
            where=name,
            mend="Train it anew: its targets were others.",
        )
    y = cells[list(targets)].to_numpy(np.float64)
    for what, values, mend in (
        ("measured value", y, "Remove the cell by a quality rule or by crops.exclude."),
        ("prediction", y_hat, "Train with a lower learning_rate."),
    ):
        wrong = np.argwhere(~np.isfinite(values))
        if len(wrong):
            row, column = wrong[0]
            raise TrainError(
                f"the {what} of {targets[column]!r} for cell {cells.index[row]} is not finite"
                f" ({len(wrong)} of {values.size})",
                where=name,
                mend=mend,
            )
    columns = {"cell_id": cells.index, "split": split}
    return pd.concat(
        [
            pd.DataFrame(columns | {"target": target, "y": y[:, place], "y_hat": y_hat[:, place]})
            for place, target in enumerate(targets)
        ],
        ignore_index=True,
    )


def _outputs(model: "keras.Model", batches: Batches, prediction: str) -> Iterator[np.ndarray]:
    """Yield the predictions batch by batch, (b, T) float64, in the order of the cell table."""
    if prediction == "eight_fold":
        from nascent.train.augment.eight_fold import predict_eight_fold

        def forward(inputs: dict[str, np.ndarray]) -> np.ndarray:
            return predict_eight_fold(model, inputs)
    else:
        forward = model.predict_on_batch
    for batch in batches:
        yield np.asarray(forward(batch.inputs), np.float64)
