"""The target of a study before its first job: its column, and the classes where it has some."""

import pandas as pd

from nascent.config.names import check_column
from nascent.config.sections import Study
from nascent.errors import ConfigError, did_you_mean
from nascent.kind import Columns
from nascent.levels import levels_of
from nascent.task import task_of


def study_levels(study: Study, columns: Columns, parts: pd.DataFrame) -> tuple[str, ...] | None:
    """Return the names of the classes of a study's target; None of numbers.

    Parameters
    ----------
    study
        The checked config.
    columns
        Of its table of examples.
    parts
        The table of its raw data, a row a part, by name.

    Raises
    ------
    ConfigError
        Where there is no such column (the nearest is named), it holds numbers of every example, the
        classes are not known or too many, or a class is of a single part that is left out to test.
    """
    task, column = task_of(study.target.task), study.target.column
    if column is not None:
        check_column(column, columns, where="target.column", numbers=not task.has_classes)
    if not task.has_classes:
        if study.attribute.read_out is not None:
            raise ConfigError(
                f"{task.name} has no classes of which one could be explained",
                where="attribute.read_out",
                mend="Leave it out.",
            )
        return None
    if column in columns.measured:
        raise ConfigError(
            f"the column {column!r} holds a number of every example, and no classes",
            where="target.column",
            mend="Did you mean a number? Set target.task to regression.",
        )
    if column not in parts or parts[column].isna().any():
        if study.target.levels is None:
            raise ConfigError(
                f"the classes of {column!r} are not known before its examples are read",
                where="target.levels",
                mend="Name them, in the order of the network's outputs.",
            )
        return _with_read_out(study, tuple(study.target.levels))
    of_parts = parts[column]
    levels = levels_of(of_parts, study.target.levels, most=study.target.most)
    for level in levels:
        own = parts.index[of_parts == level]
        if len(own) == 1 and "leave_one_group_out" in study.splits.designs:
            raise ConfigError(
                f"the class {level!r} is of {own[0]} alone: left out to test it, none is left"
                " to learn from",
                where="splits.by",
                mend="Split by example or by group, or give the class more groups.",
            )
    return _with_read_out(study, levels)


def _with_read_out(study: Study, levels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes; the one that is explained has to be among them."""
    explained = study.attribute.read_out
    if explained is not None and explained not in levels:
        raise ConfigError(
            f"there is no class {explained!r} to explain",
            where="attribute.read_out",
            mend=did_you_mean(explained, levels),
        )
    return levels
