"""The classes of a study: values of a column of the table of examples, and what no class may be."""

from collections.abc import Sequence

import pandas as pd

from nascent.errors import ConfigError, TrainError, did_you_mean
from nascent.tasks._class_numbers import class_numbers
from nascent.words import spoken


def levels_of(
    column: pd.Series, given: Sequence[str] | None = None, *, most: int
) -> tuple[str, ...]:
    """Return the names of the classes, in the order of the network's outputs.

    Parameters
    ----------
    column
        Of the table of examples, or of the wells, its name the column's; missing values are of no
        class.
    given
        Names that the study gives; None: all values, sorted as text.
    most
        Classes, at most.

    Raises
    ------
    ConfigError
        Where there are more than `most` values, fewer than two, or none of a class that is given.
    """
    values = sorted(set(column.dropna().astype(str)))
    if len(values) > most:
        raise ConfigError(
            f"column {column.name!r} has {len(values)} values, more than {most} classes",
            where="target.column",
            mend="Did you mean a number? Set target.task to regression; or raise target.most.",
        )
    absent = [name for name in given or () if name not in values]
    if absent:
        raise ConfigError(
            f"nothing is of the class {absent[0]!r}: column {column.name!r} has"
            f" {', '.join(values)}",
            where="target.levels",
            mend=did_you_mean(absent[0], values),
        )
    if len(values) < 2:
        raise ConfigError(
            f"all are of one class, {', '.join(values)} (column {column.name!r})",
            where="target.column",
            mend="There is nothing to tell apart: name another column.",
        )
    return tuple(given or values)


def check_classes(
    cells: pd.DataFrame, splits: pd.Series, column: str, levels: Sequence[str], *, most: int
) -> None:
    """Refuse classes that cannot be learnt and measured, once the examples and their splits are
    known.

    Parameters
    ----------
    cells
        The table of examples; its index is `id`.
    splits
        id → train, val or test.
    column
        Of the classes.
    levels
        Their names.
    most
        As for `levels_of`.

    Raises
    ------
    ConfigError
        As `levels_of`.
    TrainError
        Where an example is of no class, or a class has a single cell or none in train; they are
        named.
    """
    known = cells.loc[splits.index, column]
    levels_of(known, levels, most=most)
    class_numbers(known, levels)
    values = known.astype(str)
    mend = "Choose other classes by splits.select or target.levels, or split otherwise."
    for level in levels:
        own = splits[values == level]
        if len(own) == 1:
            raise TrainError(
                f"the class {level!r} has one {spoken().example}, {own.index[0]} ({column})",
                where="splits",
                mend=mend,
            )
        if not (own == "train").any():
            there = ", ".join(sorted(own.unique()))
            raise TrainError(
                f"the class {level!r} ({column}) has {spoken().examples} in {there or 'no split'}"
                " alone, and none to learn from",
                where="splits",
                mend=mend,
            )
