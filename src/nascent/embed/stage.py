"""From vectors and predictions on disk to the tables that figures and notebooks read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.embed.layout import layout
from nascent.embed.neighbours import how_many, nearest, standardised
from nascent.embed.scores import neighbour_scores
from nascent.embed.table import read_embeddings
from nascent.files import read_table, write_table
from nascent.task import task_of

LAYOUT = ("id", "split", "group", "x", "y", "layout", "measured", "predicted", "error")
"""Columns of the table of places."""


@dataclass(frozen=True)
class LayoutOptions:
    """How vectors are laid out and scored.

    Attributes
    ----------
    neighbours
        Nearest examples that count, at most.
    min_dist
        See `nascent.embed.layout.layout`.
    draws
        Times that values are dealt out anew for chance.
    confidence
        Share of chance between its limits.
    seed
        Of layout and chance.
    """

    neighbours: int
    min_dist: float
    draws: int
    confidence: float
    seed: int


def write_layout(
    embeddings: str | Path,
    predictions: str | Path,
    *,
    target: str,
    task: str,
    options: LayoutOptions,
    layout_path: str | Path,
    scores_path: str | Path,
) -> None:
    """Write where each example lies in a plane, and what its neighbours have in common with it.

    Parameters
    ----------
    embeddings, predictions
        Files of one training run.
    target, task
        What is shown of the predictions.
    options
        See `LayoutOptions`.
    layout_path
        The table of places, with the columns `LAYOUT`. `measured` and `predicted` are of the
        target, missing where the example has none; `error` is measured less predicted, or of
        classes `right` or `wrong`.
    scores_path
        The table of scores, see `nascent.embed.scores`.
    """
    vectors = read_embeddings(embeddings)
    numbers = standardised(vectors.drop(columns=["split", "group"]).to_numpy())
    k = how_many(len(vectors), options.neighbours)
    neighbours = nearest(numbers, k) if k else None
    places, how = layout(numbers, neighbours, min_dist=options.min_dist, seed=options.seed)
    table = vectors[["split", "group"]].assign(x=places[:, 0], y=places[:, 1], layout=how)
    table = table.join(_answers(read_table(predictions), target, task))
    scores = neighbour_scores(
        numbers,
        table,
        k=k,
        draws=options.draws,
        confidence=options.confidence,
        seed=options.seed,
    )
    write_table(table.reset_index()[list(LAYOUT)], layout_path)
    write_table(scores, scores_path)


def _answers(predictions: pd.DataFrame, target: str, task: str) -> pd.DataFrame:
    """Return `measured`, `predicted` and `error` by `id`."""
    own = predictions[predictions["target"] == target].set_index("id")
    columns = task_of(task).columns()
    if columns is None:
        return pd.DataFrame(index=own.index, columns=["measured", "predicted", "error"])
    measured, predicted = (own[name] for name in columns[:2])
    if task_of(task).has_classes:
        error = pd.Series(np.where(measured == predicted, "right", "wrong"), own.index)
    else:
        error = measured - predicted
    return pd.DataFrame({"measured": measured, "predicted": predicted, "error": error})
