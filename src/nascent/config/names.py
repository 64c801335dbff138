"""Names and places that a study cannot have, told before the first job."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from nascent.config.sections import Study
from nascent.errors import ConfigError, RawDataError, did_you_mean
from nascent.examples import GROUP, ID
from nascent.kinds.cells.crops.tables import JOINED
from nascent.kinds.cells.crops.wells import beside, read_metadata
from nascent.names import BESIDE_CHANNELS, TEXT_BESIDE, TEXT_COLUMNS, unprintable

MEASURED = ("area", "x_min", "x_max", "y_min", "y_max", "size_ratio", "oversize")
"""Columns of numbers that every cell table has, besides the means of channels."""


def check_channel_names(
    channels: Sequence[str], *, where: str | Path, text: bool = False, what: str = "channel"
) -> None:
    """Refuse channels whose names the tables of a study cannot hold.

    Parameters
    ----------
    channels
        Names.
    where
        What lists them.
    text
        Whether pixels lie in a table, where a channel is a column beside `mapobject_id`, x and y.
    what
        What has these names, in words.

    Raises
    ------
    RawDataError
        Where a name has a character that no line of a table can hold, or is a column or a level
        that these tables have of their own.
    """
    # A channel's column would be read as text if it were called like a column of names.
    taken = (
        BESIDE_CHANNELS
        | TEXT_COLUMNS
        | TEXT_BESIDE.keys()
        | ({"mapobject_id", "x", "y"} if text else set())
    )
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


def check_paths(study: Study, wells: pd.DataFrame) -> None:
    """Refuse files and folders with braces in their paths.

    Raises
    ------
    ConfigError
        Where a path that jobs read from has a brace: the workflow takes `{x}` for a placeholder.
    """
    paths: dict[str, str | None] = {"data": study.data, "crops.exclude": study.crops.exclude}
    paths |= {f"tables.{key}": path for key, path in study.tables.plain().items()}
    for name in study.train.models:
        paths[f"train.models.{name}.weights"] = study.train.model(name).weights
    for line, path in enumerate(wells["path"], start=2):
        paths[f"{study.wells}, row {line}, column 'path'"] = path
    for where, path in paths.items():
        if path is not None and set("{}") & set(path):
            raise ConfigError(
                f"the path {path!r} has a brace, which marks a placeholder in a workflow",
                where=where,
                mend="Rename the file or folder without braces.",
            )


def check_predicted(study: Study, channels: Sequence[str], wells: pd.DataFrame) -> None:
    """Refuse columns of `also_predict` that are no numbers, or whose name cannot be a folder's.

    Of a measured study the metadata of the first well say which columns there are.

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
            if column in MEASURED or column.removeprefix("mean_") in channels:
                continue
            _refuse_text(column, where, *_further_columns(study, wells))


def check_column(
    study: Study,
    column: str,
    channels: Sequence[str],
    wells: pd.DataFrame,
    *,
    numbers: bool,
) -> None:
    """Refuse a `target.column` that the cell table will not have, or that holds no numbers.

    Parameters
    ----------
    study, column, channels, wells
        As for `check_predicted`.
    numbers
        Whether it is predicted as a number.

    Raises
    ------
    ConfigError
        The nearest column is named.
    """
    where = "target.column"
    if column in MEASURED or column.removeprefix("mean_") in channels:
        return
    numeric, file = _further_columns(study, wells)
    if not numbers:
        numeric = dict.fromkeys(numeric, True)
    _refuse_text(column, where, numeric, file)


def _refuse_text(column: str, where: str, numeric: Mapping[str, bool], file: str | Path) -> None:
    if column not in numeric:
        raise ConfigError(
            f"there is no column {column!r} in the cell table to predict",
            where=where,
            mend=did_you_mean(column, [*MEASURED, *numeric]),
        )
    if not numeric[column]:
        raise ConfigError(
            f"the column {column!r} of {file} holds text, and only numbers can be predicted",
            where=where,
            mend="Name a column of numbers.",
        )


def _further_columns(study: Study, wells: pd.DataFrame) -> tuple[dict[str, bool], str | Path]:
    """Return the columns that come from elsewhere, whether they hold numbers, and from where."""
    joined = {name: name not in TEXT_COLUMNS for name in ("plate", "well", *JOINED)}
    if study.simulate is not None:
        from nascent.kinds.cells.simulate.tables import METADATA_COLUMNS

        return joined | {name: name not in TEXT_COLUMNS for name in METADATA_COLUMNS}, "the cells"
    place = Path(study.data) / wells["path"].iloc[0]
    told = {str(name): kind.name != "str" for name, kind in read_metadata(place).dtypes.items()}
    # Where the cell table has a column of that name, that of the metadata is told apart.
    taken = told.keys() & {*MEASURED, ID, GROUP}
    apart = {f"{name}_metadata": told.pop(name) for name in taken}
    return joined | told | apart, beside(place, "metadata.csv")
