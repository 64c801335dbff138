"""The tables of an evaluation: their columns, and joining those of many jobs into one."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.metrics import METRICS
from nascent.files import read_table

PREDICTIONS = (
    "cell_id", "design", "fold", "split", "model", "seed", "target", "y", "y_hat",
)  # fmt: skip
METRICS_TABLE = ("target", "design", "fold", "split", "model", "seed", *METRICS)
CONTROLS = ("target", "design", "fold", "split", "model", "seed", "control", *METRICS)
GROUPS = (
    "target", "design", "model", "seed", "by", "level", *METRICS,
    "mae_low", "mae_high", "r2_low", "r2_high", "bias_low", "bias_high",
)  # fmt: skip
INTERVALS = (
    "target", "design", "model", "seed", "metric", "value",
    "low_cells", "high_cells", "low_wells", "high_wells", "n", "wells",
)  # fmt: skip
COMPARISON = (
    "target", "design", "model", "floor", "seeds", "n", "wells",
    "mae", "mae_low", "mae_high", "mae_low_wells", "mae_high_wells", "mae_seed_sd",
    "r2", "r2_low", "r2_high", "r2_low_wells", "r2_high_wells", "r2_seed_sd",
    "ensemble_mae", "ensemble_r2",
    "best_floor", "difference", "difference_low", "difference_high",
    "difference_low_wells", "difference_high_wells", "verdict",
    "well_bias_share", "well_shift_share",
    "worst_well", "worst_well_bias", "worst_well_bias_low", "worst_well_bias_high",
)  # fmt: skip
PAIRS = (
    "target", "design", "model", "other", "metric", "difference",
    "low_cells", "high_cells", "low_wells", "high_wells",
)  # fmt: skip
CALIBRATION = (
    "target", "design", "model", "bin", "n", "level", "spread", "rmse",
    "ratio", "ratio_low", "ratio_high", "spearman", "coverage_68", "coverage_95",
)  # fmt: skip
CONFOUNDERS = ("target", "variable", "levels", "n", "eta2", "omega2", "design", "r2")

# What tells one job's rows from another's, as far as a table has it.
_KEYS = ("target", "design", "fold", "split", "model", "seed", "control")


def gather(paths: Sequence[str | Path], columns: Sequence[str]) -> pd.DataFrame:
    """Join tables of several jobs, floors included, in the order given.

    Parameters
    ----------
    paths
        Tables written by the evaluation of one run, or of the floors.
    columns
        Those every table must have, and their order: PREDICTIONS, METRICS_TABLE or CONTROLS.

    Raises
    ------
    RawDataError
        Where a table is missing or lacks a column.
    TrainError
        Where rows with the same target, design, fold, split, model, seed and control come from two
        tables.
    """
    names = [name for name in _KEYS if name in columns]
    tables = [read_table(path, required=columns)[list(columns)] for path in paths]
    seen: dict[tuple, str | Path] = {}
    for path, table in zip(paths, tables, strict=True):
        for key in table[names].drop_duplicates().itertuples(index=False, name=None):
            if key in seen:
                what = ", ".join(f"{name} {value}" for name, value in zip(names, key, strict=True))
                raise TrainError(
                    f"{what} is also in {seen[key]}",
                    where=path,
                    mend="Give each model, fold and seed once.",
                )
            seen[key] = path
    # A table without rows has no dtypes of its own, and would turn the others' to object.
    filled = [table for table in tables if len(table)]
    return pd.concat(filled or tables[:1], ignore_index=True)
