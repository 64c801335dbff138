"""Names and places that a study cannot have, told before the first job."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from nascent.config.sections import Study
from nascent.errors import ConfigError, RawDataError, did_you_mean
from nascent.kind import Columns
from nascent.names import BESIDE_CHANNELS, TEXT_BESIDE, TEXT_COLUMNS, unprintable


def check_channel_names(
    channels: Sequence[str],
    *,
    where: str | Path,
    also: Collection[str] = (),
    what: str = "channel",
) -> None:
    """Refuse channels whose names the tables of a study cannot hold.

    Parameters
    ----------
    channels
        Names.
    where
        What lists them.
    also
        Further names that are taken: of the columns beside them in a table of raw data.
    what
        What has these names, in words.

    Raises
    ------
    RawDataError
        Where a name has a character that no line of a table can hold, or is a column or a level
        that these tables have of their own.
    """
    # A channel's column would be read as text if it were called like a column of names.
    taken = BESIDE_CHANNELS | TEXT_COLUMNS | TEXT_BESIDE.keys() | set(also)
    for name in channels:
        if character := unprintable(name):
            raise RawDataError(
                f"the name of the {what} {name!r} has the character {character}",
                where=where,
                mend="Rename it without tabs, line breaks and control characters.",
            )
        if name in taken:
            raise RawDataError(
                f"a {what} cannot be called {name!r}: tables of channels have that name already",
                where=where,
                mend=f"Rename it, for instance to {name}_stain.",
            )


def check_paths(study: Study, paths: Mapping[str, str | None]) -> None:
    """Refuse files and folders with braces in their paths.

    Parameters
    ----------
    study
        The checked config.
    paths
        Where a path of the kind's raw data is given → the path.

    Raises
    ------
    ConfigError
        Where a path that jobs read from has a brace: the workflow takes `{x}` for a placeholder.
    """
    weights = {
        f"train.models.{name}.weights": study.train.model(name).weights
        for name in study.train.models
    }
    for where, path in {"data": study.data, **weights, **paths}.items():
        if path is not None and set("{}") & set(path):
            raise ConfigError(
                f"the path {path!r} has a brace, which marks a placeholder in a workflow",
                where=where,
                mend="Rename the file or folder without braces.",
            )


def check_predicted(study: Study, columns: Columns) -> None:
    """Refuse columns of `also_predict` that are no numbers, or whose name cannot be a folder's.

    Parameters
    ----------
    study
        The checked config.
    columns
        Of the table of examples.

    Raises
    ------
    ConfigError
        Where a column holds text or is not there (the nearest is named), or its name has a
        character that no folder can have.
    """
    for model in study.train.models:
        where = f"train.models.{model}.also_predict"
        for column in study.train.model(model).also_predict:
            if set('/\\{}"') & set(column) or unprintable(column):
                raise ConfigError(
                    f"{column!r} cannot be predicted: its maps lie in a folder of that name",
                    where=where,
                    mend="Rename the column without slashes, quotes and braces.",
                )
            check_column(column, columns, where=where)


def check_groups(study: Study, columns: Columns) -> None:
    """Refuse a column of groups that the table of examples will not have, or that measures.

    Parameters
    ----------
    study
        The checked config.
    columns
        Of the table of examples.

    Raises
    ------
    ConfigError
        Where there is no such column (the nearest is named), or it holds a number measured of
        every example.
    """
    column, where = study.splits.group, "splits.group"
    if column is None or column in columns.further:
        return
    known = sorted(columns.further)
    if column in columns.measured:
        raise ConfigError(
            f"the column {column!r} holds a number measured of every example, and no groups",
            where=where,
            mend=f"Name a column of names, such as {', '.join(known)}." if known else None,
        )
    raise ConfigError(
        f"there is no column {column!r} in the table of examples whose values could be groups",
        where=where,
        mend=did_you_mean(column, known),
    )


def check_column(column: str, columns: Columns, *, where: str, numbers: bool = True) -> None:
    """Refuse a column that the table of examples will not have, or that holds no numbers.

    Parameters
    ----------
    column
        That is predicted.
    columns
        Of the table of examples.
    where
        The key of the config that names it.
    numbers
        Whether it is predicted as a number.

    Raises
    ------
    ConfigError
        The nearest column is named.
    """
    if column in columns.measured:
        return
    if column not in columns.further:
        raise ConfigError(
            f"there is no column {column!r} in the table of examples to predict",
            where=where,
            mend=did_you_mean(column, [*columns.measured, *columns.further]),
        )
    if numbers and not columns.further[column]:
        raise ConfigError(
            f"the column {column!r} of {columns.source} holds text, and only numbers can be"
            " predicted",
            where=where,
            mend="Name a column of numbers.",
        )
