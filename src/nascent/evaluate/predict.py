"""Predictions of a trained model for the examples of shards."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from nascent.errors import TrainError, did_you_mean
from nascent.evaluate.tables import Answers, RunNames, predictions_columns
from nascent.examples import GROUP
from nascent.reader import Reader
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.task import task_of
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.frameworks import keras

logger = logging.getLogger(__name__)


def predict(
    model: "keras.Model",
    shards: Mapping[str, Sequence[str | Path]],
    reader: Reader | Normaliser,
    *,
    answers: Answers,
    run: RunNames,
    batch_size: int,
    prediction: Literal["plain", "eight_fold"] = "plain",
    removal: str | Path | None = None,
) -> pd.DataFrame:
    """Predict every example of a study's shards.

    Parameters
    ----------
    model
        From inputs by name to (n, T) in raw counts, or in the unit of each target; of classes to
        their logits, (n, k).
    shards
        Split → its shards, see `nascent.shards.plan.shards_of`.
    reader
        Of the model, see `nascent.reader.read_reader`.
    answers
        Its T targets, or the k classes of one.
    run
        Names for the table.
    batch_size
        Examples at a time.
    prediction
        `plain`, or `eight_fold`: the mean prediction over the crop's eight flips and quarter turns.
    removal
        File of the entries that are taken out of the crops, see `nascent.shards.removal_file`.

    Returns
    -------
    pandas.DataFrame
        One row a target and example that has it: target by target, split by split and as the
        examples lie in the shards; the columns of `nascent.evaluate.tables.predictions_columns`.
        `y` is as in the table of examples, bit for bit.

    Raises
    ------
    TrainError
        Where a prediction is not finite (the example is named), the table of examples lacks a
        target, no example of a split has one, or the model has another number of outputs than there
        are targets.
    """
    columns = list(predictions_columns(task_of(answers.task), answers.levels))
    parts = [
        _predict_split(
            model,
            Batches(
                paths,
                reader,
                batch_size=batch_size,
                target=None,
                removal=removal,
                answers=answers.columns,
            ),
            split,
            answers=answers,
            prediction=prediction,
            where=run.model,
        )
        for split, paths in shards.items()
        if paths
    ]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(design=run.design, fold=run.fold, model=run.model, seed=run.seed)[columns]
    blocks = [table[table["target"] == target] for target in answers.columns]
    return pd.concat(blocks, ignore_index=True)


def _predict_split(
    model: "keras.Model",
    batches: Batches,
    split: str,
    *,
    answers: Answers,
    prediction: str,
    where: str,
) -> pd.DataFrame:
    task, targets, levels = task_of(answers.task), answers.columns, answers.levels
    cells = batches.examples
    for target in targets:
        if target not in cells.columns:
            raise TrainError(
                f"the {spoken().example} table of the shards has no column {target!r}",
                where=where,
                mend=did_you_mean(target, cells.columns),
            )
    if cells.empty:
        raise TrainError(
            f"none of {batches.unanswered} {split} {spoken().examples} has the target"
            f" ({', '.join(targets)})",
            where=where,
            mend=f"Choose the {spoken().examples} by splits.select, or split by other groups.",
        )
    outputs = np.concatenate(list(_outputs(model, batches, prediction)))
    if outputs.shape != (len(cells), task.width(len(targets), levels)):
        what = f"{len(levels)} classes" if levels else f"{len(targets)} targets"
        raise TrainError(
            f"the model has {outputs.shape[-1]} outputs for {what}"
            f" ({', '.join(levels or targets)})",
            where=where,
            mend="Train it anew: its targets were others.",
        )
    wrong = np.argwhere(~np.isfinite(outputs))
    if len(wrong):
        row, column = wrong[0]
        raise TrainError(
            f"the prediction of {(levels or targets)[column]!r} for {spoken().example}"
            f" {cells.index[row]} is not finite ({len(wrong)} of {outputs.size})",
            where=where,
            mend="Train with a lower learning_rate.",
        )
    parts = []
    for target, y_hat in zip(targets, task.of_targets(outputs, answers.loss), strict=True):
        known = task.known(cells[target])
        own = cells[known]
        missing = batches.unanswered + len(cells) - len(own)
        if missing:
            logger.warning(
                f"%d of %d %s {spoken().examples} have no target (column %r): they are left out",
                *(missing, batches.unanswered + len(cells), split, target),
            )
        try:
            y = task.encode(own[target], levels)
        except TrainError as error:
            raise TrainError(error.what, where=where, mend=error.mend) from error
        table = task.table(own.index, y, y_hat[known], levels)
        parts.append(table.assign(group=own[GROUP].to_numpy(), split=split, target=target))
    return pd.concat(parts, ignore_index=True)


def _outputs(model: "keras.Model", batches: Batches, prediction: str) -> Iterator[np.ndarray]:
    """Yield what the model puts out batch by batch, (b, T) float64, in units of the table."""
    if prediction == "eight_fold":
        from nascent.train.augment.eight_fold import predict_eight_fold

        def forward(inputs: dict[str, np.ndarray]) -> np.ndarray:
            return predict_eight_fold(model, inputs)
    else:
        forward = model.predict_on_batch
    for batch in batches:
        yield np.asarray(forward(batch.inputs), np.float64)
