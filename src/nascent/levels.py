"""The classes of a study: the values of a column of the cell table, and what no class may be."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.errors import ConfigError, TrainError, did_you_mean
from nascent.shards.plan import all_shards
from nascent.store import open_store
from nascent.task import task_of

MOST = 50
"""Columns of more values are taken for numbers or ids."""


def levels_of(
    column: pd.Series, given: Sequence[str] | None = None, *, most: int = MOST
) -> tuple[str, ...]:
    """Return the names of the classes, in the order of the network's outputs.

    Parameters
    ----------
    column
        Of the cell table, its name the column's; missing values are of no class.
    given
        Names that the study gives; None: all values, sorted as text.
    most
        Classes, at most.

    Raises
    ------
    ConfigError
        Where there are more than `most` values, fewer than two, or a given class has no cell.
    """
    values = sorted(set(column.dropna().astype(str)))
    where = "target.column"
    if given is not None:
        absent = [name for name in given if name not in values]
        if absent:
            raise ConfigError(
                f"no cell is of the class {absent[0]!r}: column {column.name!r} has"
                f" {', '.join(values[:10])}",
                where="target.levels",
                mend="Name classes that are there.",
            )
        return tuple(given)
    if len(values) > most:
        raise ConfigError(
            f"column {column.name!r} has {len(values)} values, more than {most} classes",
            where=where,
            mend="Did you mean a number? Set target.task to regression; or raise target.most.",
        )
    if len(values) < 2:
        raise ConfigError(
            f"all cells are of one class, {', '.join(values)} (column {column.name!r})",
            where=where,
            mend="There is nothing to tell apart: name another column.",
        )
    return tuple(values)


def check_classes(
    cells: pd.DataFrame, splits: pd.Series, column: str, levels: Sequence[str]
) -> None:
    """Refuse classes that cannot be learnt and measured.

    Parameters
    ----------
    cells
        The cell table; its index is `cell_id`.
    splits
        cell_id → train, val or test.
    column
        Of the classes.
    levels
        Their names.

    Raises
    ------
    TrainError
        Where a class has a single cell, or none in train; both are named.
    """
    values = cells.loc[splits.index, column].astype(str)
    mend = "Choose other classes by splits.select or target.levels, or split otherwise."
    for level in levels:
        own = splits[values == level]
        if len(own) == 1:
            raise TrainError(
                f"the class {level!r} has one cell, {own.index[0]} ({column})",
                where="splits",
                mend=mend,
            )
        if not (own == "train").any():
            there = ", ".join(sorted(own.unique()))
            raise TrainError(
                f"the class {level!r} ({column}) has cells in {there or 'no split'} alone, and none"
                " to learn from",
                where="splits",
                mend=mend,
            )


def levels_of_shards(
    manifest: str | Path, column: str, task: str, given: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the classes of the cells of all shards; of numbers none.

    Parameters
    ----------
    manifest
        The table that lists the shards, which lie beside it.
    column
        Of the cell table.
    task
        Name of what is predicted.
    given
        As for `levels_of`.

    Raises
    ------
    TrainError
        Where the cells have no such column.
    """
    if not task_of(task).has_classes:
        return ()
    if given is not None:
        return tuple(given)
    parts = []
    for path in all_shards(manifest):
        with open_store(path) as store:
            if column not in store.cells.columns:
                raise TrainError(
                    f"the cells have no column {column!r}",
                    where=path,
                    mend=did_you_mean(column, [str(name) for name in store.cells.columns]),
                )
            parts.append(store.cells[column])
    return levels_of(pd.concat(parts))
