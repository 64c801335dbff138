"""Which examples a model predicts best, typically and worst, and which channels show them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nascent.evaluate import best
from nascent.evaluate.tables import RunNames
from nascent.figures import evaluated
from nascent.task import Task, task_of

BEST, TYPICAL, WORST = "best", "typical", "worst"
PROBABILITY = "p_"  # before the name of a class, in predictions


def best_model(comparison: pd.DataFrame, target: str, task: str) -> tuple[str, str] | None:
    """Return the best model of the first design, and the design; None without models.

    Parameters
    ----------
    comparison
        The table `comparison.tsv`.
    target, task
        The predicted column, and what is predicted.
    """
    table = evaluated.of_target(comparison, target)
    first = table[table["design"].isin(evaluated.designs(table)[:1])]
    row = best.best_model(first, task_of(task))
    return (row["model"], row["design"]) if row else None


def missed(predictions: pd.DataFrame, run: RunNames, target: str, task: str) -> pd.DataFrame:
    """Return what a model predicts for the test examples of a fold, means over its seeds.

    Parameters
    ----------
    predictions
        The table `predictions.tsv`.
    run
        Model, design and fold.
    target, task
        The predicted column, and what is predicted.

    Returns
    -------
    pandas.DataFrame
        Index `id`; `group`, `measured`, `predicted` and `missed`: |measured − predicted|, or of
        classes 1 less the probability of the true one.
    """
    own = predictions[
        (predictions["model"] == run.model)
        & (predictions["design"] == run.design)
        & (predictions["fold"] == run.fold)
        & (predictions["split"] == "test")
        & (predictions["target"] == target)
    ]
    measured, predicted = _columns(task_of(task))
    if task_of(task).has_classes:
        return _missed_classes(own, measured)
    means = _over_seeds(own, {measured: "first", predicted: "mean", "group": "first"})
    means = means.rename(columns={measured: "measured", predicted: "predicted"})
    return means.assign(missed=(means["measured"] - means["predicted"]).abs())


def _missed_classes(own: pd.DataFrame, measured: str) -> pd.DataFrame:
    """Return what is predicted of classes: that of the largest mean probability over the seeds."""
    columns = [name for name in own if str(name).startswith(PROBABILITY)]
    means = _over_seeds(
        own, {measured: "first", "group": "first", **dict.fromkeys(columns, "mean")}
    )
    # A class of another target has no probability here.
    chances = means[columns].fillna(0)
    true = chances.columns.get_indexer(PROBABILITY + means[measured].astype(str))
    of_true = chances.to_numpy()[np.arange(len(means)), true]
    predicted = chances.idxmax(axis=1).str.removeprefix(PROBABILITY) if len(means) else []
    told = means[["group"]].assign(measured=means[measured], predicted=predicted)
    return told.assign(missed=1 - of_true)


def _over_seeds(rows: pd.DataFrame, how: Mapping[str, str]) -> pd.DataFrame:
    """Return one row an example: columns summed up over seeds."""
    return rows.groupby("id", sort=False).agg(how)


def _columns(task: Task) -> tuple[str, str]:
    measured, predicted = task.columns()[:2]
    return measured, predicted


def chosen(missed: pd.Series, each: int) -> dict[str, list]:
    """Return ids of the examples that are predicted best, typically and worst.

    The typical ones are nearest to the median error. None stands twice; of few examples each third
    has fewer.

    Parameters
    ----------
    missed
        Index `id`: how far the prediction is off, not negative.
    each
        Examples of each kind, at most.
    """
    ranked = missed.dropna().sort_values(kind="stable")
    each = min(each, len(ranked) // 3)
    middle = ranked.iloc[each : len(ranked) - each]
    near = (middle - ranked.median()).abs().sort_values(kind="stable").index[:each]
    typical = middle.loc[middle.index.isin(near)]
    return {
        BEST: ranked.index[:each].tolist(),
        TYPICAL: typical.index.tolist(),
        WORST: ranked.index[::-1][:each].tolist(),
    }


def of_most_contrast(images: np.ndarray, masks: np.ndarray, count: int) -> list[int]:
    """Return the places of the channels that vary most within the examples, in that order.

    Contrast is the SD over an example's measured pixels in units of their mean; of an example
    whose mean is not above 0 it is not known. Medians over the examples are compared.

    Parameters
    ----------
    images
        (n, S, S, C), as measured.
    masks
        (n, S, S), bool: measured pixels.
    count
        How many, at most.
    """
    contrasts = np.full((len(images), images.shape[-1]), np.nan)
    for row, (image, mask) in enumerate(zip(images, masks, strict=True)):
        pixels = image[mask].astype(float)
        if len(pixels):
            means = pixels.mean(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                contrasts[row] = np.where(means > 0, pixels.std(axis=0) / means, np.nan)
    medians = pd.DataFrame(contrasts).median()
    return (
        medians.sort_values(ascending=False, kind="stable", na_position="last")
        .index[:count]
        .tolist()
    )
