"""Checking a study's config and wells table before the first job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from nascent.config.sections import Study, sections
from nascent.crops.tables import read_cell_cycle
from nascent.errors import ConfigError, did_you_mean
from nascent.files import read_table
from nascent.splits.fractions import SPLITS
from nascent.splits.wells import find_well

Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


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


def check_study(config: Mapping[str, Any], *, where: str | Path = "config") -> Study:
    """Return the typed config of a study.

    Raises
    ------
    ConfigError
        On the first wrong key or value; it names the key, and the nearest known one.
    """
    try:
        study = Study.model_validate(dict(config))
    except ValidationError as error:
        raise _config_error(error, where) from None
    for model in study.train.models:
        _check_architecture(model, study.train.options(model)["architecture"], where)
    return study


def _check_architecture(model: str, architecture: str, where: str | Path) -> None:
    known = architectures()
    if architecture not in known:
        raise ConfigError(
            f"train.models.{model}: there is no architecture {architecture!r}",
            where=where,
            mend=did_you_mean(architecture, known),
        )


def architectures() -> list[str]:
    """Return the names of the architectures: one a file, told without loading any framework."""
    place = Path(__file__).parents[1] / "train" / "architectures"
    return sorted(path.stem for path in place.glob("*.py") if path.stem != "__init__")


def _config_error(error: ValidationError, where: str | Path) -> ConfigError:
    # Unknown keys first: a misspelt key is the cause of what looks missing.
    problems = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
    first = problems[0]
    steps = [step for step in first["loc"] if not str(step).startswith("function-")]
    key = ".".join(str(step) for step in steps)
    if first["type"] == "extra_forbidden":
        known = _known_keys(steps[:-1])
        return ConfigError(
            f"unknown key {key!r}", where=where, mend=did_you_mean(str(steps[-1]), known)
        )
    if first["type"] == "missing":
        return ConfigError(f"the key {key!r} is missing", where=where)
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return ConfigError(f"{key}: {what}" if key else what, where=where)
    return ConfigError(f"{key}: {what[0].lower()}{what[1:]}, not {first['input']!r}", where=where)


def _known_keys(path: list[Any]) -> list[str]:
    model: type[BaseModel] = Study
    for step in path:
        # A name that the user chose (a model, a method) or a place in a list has no section.
        model = {**sections(model), **_entries(model)}.get(str(step), model)
    return list(model.model_fields)


def _entries(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the fields that hold sections by name or in a list, e.g. `train.models`."""
    found = {}
    for name, field in model.model_fields.items():
        for kind in getattr(field.annotation, "__args__", ()):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found[name] = kind
    return found


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
    table = read_table(path, required=("plate", "well"))
    # Wells and plates may look like numbers; they are names.
    separator = "," if ".csv" in path.suffixes else "\t"
    # Only an empty cell is missing: a treatment may be called None, a plate NA.
    text = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, na_values=[""])
    text = text[list(table.columns)]
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
            raise ConfigError(
                f"row {line}, column {column!r}: {first['msg'].lower()}"
                + (f", not {value!r}" if value is not None else ""),
                where=path,
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


def check_splits(study: Study, wells: pd.DataFrame) -> None:
    """Refuse splits that a study's wells cannot give, before the first job.

    Raises
    ------
    ConfigError
        Where whole wells are held out and there are fewer than three.
    SplitError
        Where the well that tests is not among the wells.
    """
    by = study.splits.by
    if by == "leave_one_well_out":
        find_well(wells, study.splits.fold)
    if by == "well" and len(wells) < len(SPLITS):
        raise ConfigError(
            f"three splits of whole wells need at least three wells, there are {len(wells)}",
            where="splits.by",
            mend="Split by cell, or leave one well out.",
        )


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
