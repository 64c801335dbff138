"""Predictions of a retrained model, told from those of others by what it was retrained without."""

from pathlib import Path

import pandas as pd

from nascent.shards.removal_file import zero_maps


def told_apart(
    predictions: pd.DataFrame,
    *,
    target: str,
    order: str,
    fraction: float,
    removal: str | Path,
) -> pd.DataFrame:
    """Return the predictions that `nascent.explain.roar.curves.roar_table` reads.

    Parameters
    ----------
    predictions
        Of the test examples, degraded as those the model learnt from: the columns of
        `nascent.evaluate.tables.predictions_columns`.
    target
        The one that the maps explain, the only one kept of several.
    order, fraction
        What was removed: by which method's maps, or `random`, and how much of an example.
    removal
        The file of `nascent.shards.removal_file` that says so of every example.

    Returns
    -------
    pandas.DataFrame
        The rows of `target`, and the columns `order`, `fraction` and `zero_cells`: how many of
        the examples had a map that is zero everywhere and thus ranks nothing.
    """
    table = predictions[predictions["target"] == target]
    return table.assign(
        order=order,
        fraction=fraction,
        zero_cells=zero_maps(removal, table["id"].unique()),
    )
