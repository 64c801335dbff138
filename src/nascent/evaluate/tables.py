"""The tables of an evaluation: their columns, and joining those of many jobs into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nascent.errors import TrainError
from nascent.files import read_table
from nascent.task import REGRESSION, Task

INTERVALS = (
    "target", "design", "model", "seed", "metric", "value",
    "low", "high", "low_groups", "high_groups", "n", "groups",
)  # fmt: skip
PAIRS = (
    "target", "design", "model", "other", "metric", "difference",
    "low", "high", "low_groups", "high_groups",
)  # fmt: skip
CONFOUNDERS = ("target", "variable", "levels", "n", "eta2", "omega2", "design", "skill")

PREDICTED = ("id", "group", "design", "fold", "split", "model", "seed", "target")
"""Columns of every table of predictions; those of the task's answers follow."""


@dataclass(frozen=True)
class RunNames:
    """What a table of predictions says of the run that made them, and its messages too.

    Attributes
    ----------
    design, fold
        Of the split.
    model
        Name, as the study has it.
    seed
        That the model was trained with.
    """

    design: str
    fold: str
    model: str
    seed: int


@dataclass(frozen=True)
class Answers:
    """What a model predicts, in the order of its outputs.

    Attributes
    ----------
    columns
        Columns of the table of examples, one a target.
    task
        Name of the task of all of them.
    levels
        Names of the classes; numbers have none.
    loss
        By which the model learnt, see `nascent.task.Task.of_targets`.
    """

    columns: Sequence[str]
    task: str = REGRESSION
    levels: Sequence[str] = ()
    loss: str = ""


def predictions_columns(task: Task, levels: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns of a table of predictions.

    Parameters
    ----------
    task
        Of the targets.
    levels
        Names of the classes, where it has some.
    """
    return (*PREDICTED, *(task.columns(levels) or ()))


def metrics_columns(task: Task) -> tuple[str, ...]:
    """Return the columns of the table of metrics, a row a run and split."""
    return ("target", "design", "fold", "split", "model", "seed", "n", *task.metrics)


def controls_columns(task: Task) -> tuple[str, ...]:
    """Return the columns of the table of controls, a row a run and control."""
    return ("target", "design", "fold", "split", "model", "seed", "control", "n", *task.metrics)


def levels_columns(task: Task) -> tuple[str, ...]:
    """Return the columns of the table of metrics by level."""
    bounds = [f"{name}_{end}" for name in task.by_level for end in ("low", "high")]
    return ("target", "design", "model", "seed", "by", "level", "n", *task.metrics, *bounds)


def comparison_columns(task: Task) -> tuple[str, ...]:
    """Return the columns of the comparison, a row a model."""
    ends = ("", "_low", "_high", "_low_groups", "_high_groups", "_seed_sd")
    return (
        *("target", "design", "model", "floor", "seeds", "n", "groups"),
        *(f"{name}{end}" for name in task.compared for end in ends),
        *(f"ensemble_{name}" for name in task.compared),
        *("best_floor", "difference", "difference_low", "difference_high"),
        *("difference_low_groups", "difference_high_groups", "verdict"),
        *(GROUP_SHIFT if task.has_errors else ()),
    )


def calibration_columns(task: Task) -> tuple[str, ...]:
    """Return the columns of the table of calibration."""
    return ("target", "design", "model", *task.calibrated)


GROUP_SHIFT = (
    "group_bias_share", "group_shift_share",
    "worst_group", "worst_group_bias", "worst_group_bias_low", "worst_group_bias_high",
)  # fmt: skip
"""Columns of `nascent.evaluate.group_shift` in the comparison."""

# What tells one job's rows from another's, as far as a table has it.
_KEYS = ("target", "design", "fold", "split", "model", "seed", "control")


def gather(paths: Sequence[str | Path], columns: Sequence[str]) -> pd.DataFrame:
    """Join tables of several jobs, floors included, in the order given.

    Parameters
    ----------
    paths
        Tables written by the evaluation of one run, or of the floors.
    columns
        Those every table must have, first and in this order; others follow as the first table has
        them, and all tables have the same.

    Raises
    ------
    RawDataError
        Where a table is missing or lacks a column.
    TrainError
        Where rows with the same target, design, fold, split, model, seed and control come from two
        tables.
    """
    names = [name for name in _KEYS if name in columns]
    tables = [read_table(path, required=columns) for path in paths]
    rest = [name for name in tables[0].columns if name not in columns] if tables else []
    for path, table in zip(paths, tables, strict=True):
        if set(table.columns) != {*columns, *rest}:
            raise TrainError(
                f"its columns are {', '.join(table.columns)}, those of the first table"
                f" {', '.join([*columns, *rest])}",
                where=path,
                mend="Evaluate all models anew: their targets or classes differ.",
            )
    tables = [table[[*columns, *rest]] for table in tables]
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
