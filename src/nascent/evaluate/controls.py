"""Controls of the claim that a model reads structure and not intensity.

Standardised by example and channel, a crop keeps its structure and loses its intensity: the masked
mean of every channel is 0. A model that reads structure alone predicts such crops as well as those
it was trained on; one that reads intensity falls to the mean. A linear fit to the masked means of
the same crops says how far what is left of the means reaches: to the mean, and no further. The
plainest floor stands beside them fold by fold: the skill of a fold is against the mean of its own
test examples, so that its mean over folds is another number than that of the pooled examples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.class_floors import logistic_regression
from nascent.evaluate.floors import FLOOR_SEED, LINEAR_PER_CELL, least_squares, plainest
from nascent.evaluate.metrics import metrics_table, training_scales
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames, controls_columns, predictions_columns
from nascent.examples import GROUP
from nascent.reader import Reader
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.frameworks import keras

AS_TRAINED, PER_CELL = "as_trained", "per_cell"


def standardised(normaliser: Normaliser) -> Normaliser:
    """Return a normaliser with the standardisation by example as its last step.

    Background and clip stay; shifts and factors of the channel are undone by the standardisation.
    """
    return replace(normaliser, steps=replace(normaliser.steps, per_cell=True))


def standardised_reader(reader: Reader | Normaliser) -> Reader | Normaliser | None:
    """Return a reader whose images are standardised by example; None where it reads no image."""
    if isinstance(reader, Normaliser):
        return standardised(reader)
    if not any(isinstance(one, Normaliser) for one in reader.inputs):
        return None
    return Reader(
        tuple(standardised(one) if isinstance(one, Normaliser) else one for one in reader.inputs)
    )


def model_controls(
    model: "keras.Model",
    shards: Mapping[str, Sequence[str | Path]],
    reader: Reader | Normaliser,
    *,
    as_trained: pd.DataFrame,
    batch_size: int,
    prediction: Literal["plain", "eight_fold"] = "plain",
    task: str = REGRESSION,
    levels: Sequence[str] = (),
    loss: str = "",
) -> pd.DataFrame:
    """Return the metrics of one run on examples as it was trained and standardised by example.

    Where the model reads no image there is nothing to standardise, and as trained is all.

    Parameters
    ----------
    model
        The trained one.
    shards
        Split → its shards: of the test examples, or of more.
    reader
        Of the model.
    as_trained
        Its predictions, from `nascent.evaluate.predict.predict`: they also name the run and its
        targets. Splits without shards are passed over.
    batch_size, prediction
        As for those predictions.
    task, levels, loss
        Names of what is predicted, of its classes, and of the loss by which the model learnt.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.controls_columns`.
    """
    scales = training_scales(as_trained, task)
    before = as_trained[as_trained["split"].isin(list(shards))]
    columns = list(controls_columns(task_of(task)))
    table = metrics_table(before, scales, task=task).assign(control=AS_TRAINED)
    per_cell = standardised_reader(reader)
    if per_cell is None:
        return table[columns]
    first = as_trained.iloc[0]
    again = predict(
        model,
        shards,
        per_cell,
        answers=Answers(list(as_trained["target"].unique()), task, levels, loss),
        run=RunNames(first["design"], first["fold"], first["model"], int(first["seed"])),
        batch_size=batch_size,
        prediction=prediction,
    )
    standard = metrics_table(again, scales, task=task).assign(control=PER_CELL)
    return pd.concat([table, standard], ignore_index=True)[columns]


def linear_per_cell(
    shards: Mapping[str, Sequence[str | Path]],
    normaliser: Normaliser,
    *,
    targets: Sequence[str],
    design: str,
    fold: str,
    batch_size: int,
    task: str = REGRESSION,
    levels: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the metrics of a linear fit to the masked means of crops standardised by example.

    The fit is least squares, or logistic regression of classes. The means are 0 but for the
    rounding of float32. Nothing is rounded off: neither fit cares how small its features are, so
    that even what hides in the roundings would be found.

    Parameters
    ----------
    shards
        Split → its shards; the fit is to those of "train".
    normaliser
        Of the study's input channels, with the steps that its models were trained with.
    targets
        Columns of the table of examples, one fit each.
    design, fold
        Of the split, for the table.
    batch_size
        Examples at a time.
    task, levels
        Name of what is predicted, and of its classes.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.controls_columns`, with the model that
        `LINEAR_PER_CELL` names.

    Raises
    ------
    TrainError
        Where there is no training example, or a target is missing (the example is named).
    """
    per_cell = standardised(normaliser)
    parts = [
        _means(
            Batches(paths, per_cell, batch_size=batch_size, target=None, answers=targets)
        ).assign(split=split)
        for split, paths in shards.items()
        if paths
    ]
    cells = pd.concat(parts) if parts else pd.DataFrame({"split": []})
    measured, columns = task_of(task), list(predictions_columns(task_of(task), levels))
    tables = []
    for target in targets:
        own = cells[measured.known(cells[target])] if len(cells) else cells
        train = (own["split"] == "train").to_numpy()
        if not train.any():
            raise TrainError(
                f"no {spoken().example} with a target is in the training split",
                mend="Check splits.fractions.",
            )
        means = np.vstack(own["means"].to_numpy())
        y = measured.encode(own[target], levels)
        if levels:
            y_hat = logistic_regression(means, y, train, classes=len(levels), alphas=[1.0])
        else:
            y_hat = least_squares(means, y, train)
        table = measured.table(own.index, y, y_hat, levels).assign(
            group=own[GROUP].to_numpy(),
            design=design,
            fold=fold,
            split=own["split"].to_numpy(),
            model=LINEAR_PER_CELL[task],
            seed=FLOOR_SEED,
            target=target,
        )
        tables.append(metrics_table(table[columns], task=task).assign(control=PER_CELL))
    return pd.concat(tables, ignore_index=True)[list(controls_columns(measured))]


def level_of_nothing(floors: pd.DataFrame, *, task: str = REGRESSION) -> pd.DataFrame:
    """Return the metrics of the plainest floor, the level of a model that reads nothing.

    Parameters
    ----------
    floors
        Predictions of the floors of a fold, from
        `nascent.evaluate.floor_predictions.predict_floors`.
    task
        Name of what is predicted.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.controls_columns`: the splits train and test. It is
        the same for crops as they are and standardised, and has one row for both, "as_trained".
    """
    nothing = plainest(task)
    own = floors[(floors["model"] == nothing) & floors["split"].isin(["train", "test"])]
    table = metrics_table(own, task=task).assign(control=AS_TRAINED)
    return table[list(controls_columns(task_of(task)))]


def _means(batches: Batches) -> pd.DataFrame:
    """Return the table of examples with masked channel means of the crops as read, (C,) each."""
    rows = [
        image[mask].mean(axis=0, dtype=np.float64)
        for batch in batches
        for image, mask in zip(batch.inputs["image"], batch.inputs["mask"], strict=True)
    ]
    return batches.examples.assign(means=rows)
