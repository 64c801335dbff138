"""Tables of a whole plate: cell cycle, wells, background a channel; joined to the nuclei of a well.

Each may be absent; what it would have said is then missing, and nothing else changes.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.errors import RawDataError
from nascent.files import read_table

WELL_COLUMNS = ("cell_type", "perturbation", "duration")
JOINED = ("perturbation", "cell_cycle", "cell_type", "duration")


def read_cell_cycle(path: str | Path) -> pd.DataFrame:
    """Read `mapobject_id` (of the cell, not of its nucleus) and `cell_cycle`.

    Where plates number their cells alike, a column `plate_name` tells them apart.

    Raises
    ------
    RawDataError
        Where the file or a column is missing, or a cell comes twice (names both rows).
    """
    table = read_table(path, required=("mapobject_id", "cell_cycle"))
    keys = [name for name in ("plate_name", "mapobject_id") if name in table]
    _refuse_twice(table, keys, path)
    return table[[*keys, "cell_cycle"]]


def read_wells(path: str | Path) -> pd.DataFrame:
    """Read the plate's table of wells: plate_name, well_name, cell_type, perturbation, duration.

    The last three may be absent; duration is in minutes.

    Raises
    ------
    RawDataError
        Where the file, plate_name or well_name is missing, or a well comes twice (names both rows).
    """
    keys = ["plate_name", "well_name"]
    table = read_table(path, required=keys)
    _refuse_twice(table, keys, path)
    return table[keys + [name for name in WELL_COLUMNS if name in table.columns]]


def background_per_channel(path: str | Path, channels: Sequence[str], cell_line: str) -> pd.Series:
    """Return the mean background of each channel, in counts; NaN where it has no entry.

    Rows count whose `measurement_type` is `non-cell` and whose `cell_line` is the one given.

    Raises
    ------
    RawDataError
        Where the file or a column is missing, a channel has two such rows (names both), or a
        background is no number.
    """
    required = ("channel", "measurement_type", "cell_line", "mean_background")
    table = read_table(path, required=required)
    table = table[(table["measurement_type"] == "non-cell") & (table["cell_line"] == cell_line)]
    _refuse_twice(table, ["channel"], path)
    column = table.set_index("channel")["mean_background"]
    background = pd.to_numeric(column, errors="coerce")
    wrong = np.flatnonzero((background.isna() & column.notna()).to_numpy())
    if len(wrong):
        raise RawDataError(
            f"line {table.index[wrong[0]] + 2}, column 'mean_background':"
            f" {column.iloc[wrong[0]]!r} is no number",
            where=path,
        )
    return background.reindex(list(channels)).astype(np.float64)


def join_tables(
    metadata: pd.DataFrame,
    *,
    plate: str,
    well: str,
    cell_cycle: pd.DataFrame | None,
    wells: pd.DataFrame | None,
    perturbation: str | None,
    where: str | Path,
) -> pd.DataFrame:
    """Add perturbation, cell_cycle, cell_type and duration to the nuclei of a well.

    Keys: the cell cycle's `mapobject_id` is `mapobject_id_cell` of the metadata, on the same plate
    where the table has a column `plate_name`; the table of wells
    is looked up by `plate_name_cell`, `well_name_cell`. Where the metadata lack these,
    `mapobject_id`, `plate_name` and `well_name`, or the names in the study's list, stand in.
    Values that the metadata already hold fill what the tables leave open.

    Parameters
    ----------
    metadata
        One row a nucleus.
    plate, well
        Names in the study's list of wells.
    cell_cycle, wells
        From `read_cell_cycle` and `read_wells`; None where the study has none.
    perturbation
        Of the study's list of wells; stands where the tables have none.
    where
        The metadata's file, for error messages.

    Returns
    -------
    pandas.DataFrame
        The rows of `metadata` in their order, with the four columns; missing is NaN or None.

    Raises
    ------
    RawDataError
        Where two of these sources contradict each other.
    """
    joined = {name: pd.Series(None, index=metadata.index, dtype=object) for name in JOINED}
    if cell_cycle is not None:
        key = "mapobject_id_cell" if "mapobject_id_cell" in metadata else "mapobject_id"
        if "plate_name" in cell_cycle:
            plates = _well_names(metadata, plate, well)["plate_name"]
            here = cell_cycle[cell_cycle["plate_name"].isin(plates)]
            cells = pd.MultiIndex.from_arrays([plates, metadata[key]])
            phases = here.set_index(["plate_name", "mapobject_id"])["cell_cycle"].reindex(cells)
            joined["cell_cycle"] = pd.Series(phases.to_numpy(), index=metadata.index)
        else:
            phases = cell_cycle.set_index("mapobject_id")["cell_cycle"]
            joined["cell_cycle"] = metadata[key].map(phases)
    if wells is not None:
        names = _well_names(metadata, plate, well)
        rows = names.merge(
            wells.astype({"plate_name": str, "well_name": str}),
            on=["plate_name", "well_name"],
            how="left",
        )
        rows.index = metadata.index
        joined |= {name: rows[name] for name in WELL_COLUMNS if name in rows}
    frame = metadata.copy()
    for name, column in joined.items():
        if name in metadata:
            column = _agreed(column, metadata[name], name, where)
        if name == "perturbation" and perturbation is not None:
            given = pd.Series(perturbation, index=metadata.index, dtype=object)
            column = _agreed(column, given, "perturbation of the list of wells", where)
        frame[name] = column
    return frame


def _well_names(metadata: pd.DataFrame, plate: str, well: str) -> pd.DataFrame:
    names = {}
    for name, default in (("plate_name", plate), ("well_name", well)):
        column = next((key for key in (f"{name}_cell", name) if key in metadata), None)
        names[name] = metadata[column].astype(str) if column else default
    return pd.DataFrame(names, index=metadata.index)


def _agreed(first: pd.Series, second: pd.Series, name: str, where: str | Path) -> pd.Series:
    """Return `first` with its gaps filled from `second`; where both speak they must agree."""
    both = first.notna() & second.notna()
    numbers = all(pd.api.types.is_numeric_dtype(column.dtype) for column in (first, second))
    differ = first != second if numbers else first.astype(str) != second.astype(str)
    conflict = both & differ
    if conflict.any():
        row = int(np.flatnonzero(conflict)[0])
        raise RawDataError(
            f"{name}: {second.iloc[row]!r}, but the plate's tables say {first.iloc[row]!r}"
            f" (nucleus of line {row + 2})",
            where=where,
            mend="Mend one of the two, or leave it out.",
        )
    return first.where(first.notna(), second)


def _refuse_twice(table: pd.DataFrame, keys: list[str], path: str | Path) -> None:
    twice = table.duplicated(keys)
    if twice.any():
        key = tuple(table.loc[twice, keys].iloc[0])
        same = (table[keys].astype(str) == [str(value) for value in key]).all(axis=1)
        lines = " and ".join(str(row + 2) for row in table.index[same][:2])
        named = ", ".join(f"{name} {value}" for name, value in zip(keys, key, strict=True))
        raise RawDataError(
            f"{named} is on lines {lines}", where=path, mend="Leave one row for each."
        )
