"""The table of a study's wells: one row a well, checked before the first job."""

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from nascent.errors import ConfigError, did_you_mean
from nascent.files import read_table
from nascent.kinds.cells.config import Study
from nascent.kinds.cells.crops.tables import read_cell_cycle

Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]

# Kind of pydantic's complaint → what to do about a cell of the wells table.
_MENDS = {
    "string_pattern_mismatch": "Use letters without accents, digits, dots, hyphens and underscores,"
    " and begin with a letter or digit."
}


class WellRow(BaseModel):
    """One row of the wells table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plate: Label = Field(description="Name of the plate")
    well: Label = Field(description="Name of the well, unique in its plate")
    path: str | None = Field(
        None, description="Folder or table of the raw well, within `data`; default: the well's name"
    )
    layout: Literal["text", "numpy", "campa"] | None = Field(
        None, description="Layout of the raw well; default: told by its files"
    )
    perturbation: str | None = Field(
        None, description="Treatment of the well, where the plate's tables do not say"
    )


def read_wells(path: str | Path) -> pd.DataFrame:
    """Read and check the table of a study's wells.

    Returns
    -------
    pandas.DataFrame
        Columns plate, well, path, layout, perturbation (None where not given); the index is
        `<plate>_<well>`, in the order of the table.

    Raises
    ------
    ConfigError
        On a wrong cell (its row and column), an unknown column, or a well listed twice.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError("there is no such wells table", where=path, mend="Set the key `wells`.")
    text = read_table(path, required=("plate", "well"), text=list(WellRow.model_fields))
    if text.empty:
        raise ConfigError("the table lists no well", where=path)
    rows = []
    for line, row in enumerate(text.to_dict("records"), start=2):
        given = {str(key): value for key, value in row.items() if not pd.isna(value)}
        try:
            rows.append(WellRow.model_validate(given).model_dump())
        except ValidationError as error:
            first = error.errors()[0]
            column = str(first["loc"][0])
            if first["type"] == "extra_forbidden":
                raise ConfigError(
                    f"unknown column {column!r}",
                    where=path,
                    mend=did_you_mean(column, WellRow.model_fields),
                ) from None
            value = given.get(column)
            told = first["msg"].lower() + (f", not {value!r}" if value is not None else "")
            if first["type"] == "string_pattern_mismatch":
                told = f"{value!r} cannot be a {column}: files and folders are named after it"
            raise ConfigError(
                f"row {line}, column {column!r}: {told}", where=path, mend=_MENDS.get(first["type"])
            ) from None
    wells = pd.DataFrame(rows)
    wells["path"] = wells["path"].where(wells["path"].notna(), wells["well"])
    wells = wells.astype(object).where(wells.notna(), None)
    wells.index = pd.Index(wells["plate"] + "_" + wells["well"], name="name")
    for column in (None, "path"):
        keys = wells.index if column is None else pd.Index(wells[column])
        if column == "path" and "path" not in text.columns:
            break
        twice = keys.duplicated()
        if twice.any():
            key = keys[twice][0]
            lines = [str(line) for line, same in enumerate(keys == key, start=2) if same]
            what = f"well {key} is" if column is None else f"path {key!r} is"
            raise ConfigError(
                f"{what} listed twice, in rows {' and '.join(lines)}",
                where=path,
                mend="List each well once: a well under two names would count its cells twice.",
            )
    return wells


def check_tables(study: Study, wells: pd.DataFrame) -> None:
    """Refuse a cell-cycle table that cannot tell a study's plates apart, before the first job.

    Raises
    ------
    ConfigError
        Where plates number their cells alike and the table has no column `plate_name`: cells of
        one plate would be given the phases of another.
    """
    if study.data is None or study.tables.cell_cycle is None:
        return
    if study.crops.id_scope == "study" or wells["plate"].nunique() == 1:
        return
    path = Path(study.data) / study.tables.cell_cycle
    if "plate_name" not in read_cell_cycle(path).columns:
        raise ConfigError(
            "the plates number their cells alike (crops.id_scope: plate), and the cell-cycle table"
            " does not say of which plate a cell is",
            where=path,
            mend="Add the column plate_name.",
        )
