"""The tables of predictions and metrics, and joining those of many models into one."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.metrics import METRICS
from nascent.files import read_table

PREDICTIONS = ("cell_id", "split", "model", "seed", "y", "y_hat")
METRICS_TABLE = ("split", "model", "seed", *METRICS)


def gather(paths: Sequence[str | Path], columns: Sequence[str]) -> pd.DataFrame:
    """Join tables of several models and seeds, floors included, in the order given.

    Parameters
    ----------
    paths
        Tables written by the evaluation of one model, or of the floors.
    columns
        Those every table must have, and their order: PREDICTIONS or METRICS_TABLE.

    Raises
    ------
    RawDataError
        Where a table is missing or lacks a column.
    TrainError
        Where the same split, model and seed come from two tables.
    """
    tables = [read_table(path, required=columns)[list(columns)] for path in paths]
    seen: dict[tuple, str | Path] = {}
    for path, table in zip(paths, tables, strict=True):
        keys = table[["split", "model", "seed"]].drop_duplicates()
        for key in keys.itertuples(index=False, name=None):
            if key in seen:
                raise TrainError(
                    f"split {key[0]}, model {key[1]}, seed {key[2]} is also in {seen[key]}",
                    where=path,
                    mend="Give each model and seed once.",
                )
            seen[key] = path
    return pd.concat(tables, ignore_index=True)
