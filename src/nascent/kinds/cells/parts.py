"""The wells of a study of single cells, and what is known of their cells before the first job.

The rules read this as Snakemake starts: it loads nothing that computes.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.examples import GROUP, ID, PART, InputSpec, TargetSpec
from nascent.files import read_table
from nascent.kind import Columns
from nascent.kinds.cells.channels import input_channels, study_channels
from nascent.kinds.cells.config import Study
from nascent.kinds.cells.crops.quality import ALL
from nascent.kinds.cells.crops.tables import JOINED
from nascent.kinds.cells.crops.wells import OBJECT_IDS, PIXEL_TABLES, beside, read_metadata
from nascent.kinds.cells.wells_table import WellRow, check_tables, read_wells
from nascent.names import TEXT_COLUMNS
from nascent.store_v1 import group_of_wells

MEASURED = ("area", "x_min", "x_max", "y_min", "y_max", "size_ratio", "oversize")
"""Columns of numbers that every cell table has, besides the means of channels."""

_ITEM = {"uint8": 1, "uint16": 2, "int32": 4, "float32": 4, "float64": 8}

BESIDE = ("channels.csv", "metadata.csv")
RAW_FILES = {
    "text": ("pixels.tsv.gz", *BESIDE),
    **{name: ("mpp.npy", "x.npy", "y.npy", ids, *BESIDE) for name, ids in OBJECT_IDS.items()},
}
"""Layout → files of a raw well, as the simulation writes them."""

PLATE_TABLES = {
    "cell_cycle": "cell_cycle_classification.csv",
    "wells": "wells_metadata.csv",
    "background": "secondary_only_relative_normalisation.csv",
}
"""Key of `tables` → file that the simulation writes."""


TABLES = {"wells": WellRow}
"""Name of each table that a user writes → what a row of it holds."""


def parts(study: Study) -> pd.DataFrame:
    """Return the wells of a study, a row a well; see `nascent.kinds.cells.wells_table`."""
    wells = read_wells(study.wells)
    return wells.assign(**{GROUP: group_of_wells(wells["plate"], wells["well"])})


def check(study: Study, wells: pd.DataFrame) -> None:
    """Refuse raw data that contradict the config, see `check_tables`."""
    check_tables(study, wells)


def paths(study: Study, wells: pd.DataFrame) -> dict[str, str | None]:
    """Return where each path to raw data is given → the path."""
    found: dict[str, str | None] = {"crops.exclude": study.crops.exclude}
    found |= {f"tables.{key}": path for key, path in study.tables.plain().items()}
    for line, path in enumerate(wells["path"], start=2):
        found[f"{study.wells}, row {line}, column 'path'"] = path
    return found


def features(study: Study, wells: pd.DataFrame) -> list[str]:
    """Return the channels that are stored of each pixel, see `study_channels`."""
    return study_channels(study, wells)


def inputs(study: Study, channels: Sequence[str]) -> tuple[InputSpec, ...]:
    """Return what models can see of a cell: the channels that are no target."""
    seen = tuple(input_channels(study, list(channels)))
    return (InputSpec("image", "yxc", (*study.places, len(seen)), seen, True, ("cell",)),)


def targets(study: Study, levels: Sequence[str]) -> tuple[TargetSpec, ...]:
    """Return what models predict of a cell: a column of its table, in the words of the config."""
    target = study.target
    label, unit = target.label or study.target_name, target.unit or ""
    name = study.predicted
    return (TargetSpec(name, target.task, label, unit, name, levels=tuple(levels)),)


def columns(study: Study, wells: pd.DataFrame, channels: Sequence[str]) -> Columns:
    """Return the columns of the cell table; of measured wells the first one's metadata tell."""
    measured = (*MEASURED, *(f"mean_{name}" for name in channels))
    joined = {name: name not in TEXT_COLUMNS for name in ("plate", "well", *JOINED)}
    if study.simulate is not None:
        from nascent.kinds.cells.simulate.tables import METADATA_COLUMNS

        simulated = {name: name not in TEXT_COLUMNS for name in METADATA_COLUMNS}
        return Columns(measured, joined | simulated, "the cells")
    place = Path(study.data) / wells["path"].iloc[0]
    told = {str(name): kind.name != "str" for name, kind in read_metadata(place).dtypes.items()}
    # Where the cell table has a column of that name, that of the metadata is told apart.
    taken = told.keys() & {*MEASURED, ID, GROUP, PART}
    apart = {f"{name}_metadata": told.pop(name) for name in taken}
    return Columns(measured, joined | told | apart, beside(place, "metadata.csv"))


def counts(study: Study, wells: pd.DataFrame) -> dict[str, int]:
    """Return how many cells each raw well has: those simulated, or the rows of its metadata.

    Raises
    ------
    RawDataError
        Where the metadata of a measured well cannot be read.
    """
    if study.simulate is not None:
        return dict.fromkeys(wells.index, study.simulate.nuclei)
    places = {name: Path(study.data) / path for name, path in wells["path"].items()}
    return {
        name: len(read_metadata(beside(place, "metadata.csv"))) for name, place in places.items()
    }


def counted(results: Path) -> dict[str, int]:
    """Return how many cells each raw well had, by the results of a study that has run."""
    table = read_table(results / "crops" / "quality.tsv", required=("step", "cells_in"))
    whole = table[table["step"] == ALL]
    return dict(
        zip(whole["plate"] + "_" + whole["well"], whole["cells_in"].astype(int), strict=True)
    )


def stored_bytes(study: Study, channels: Sequence[str]) -> int:
    """Return the bytes of a cell in a store without compression: its channels and its mask."""
    rows, columns = study.places
    return rows * columns * (len(channels) * _ITEM[study.crops.dtype or "uint16"] + 1)


def measured_files(place: Path) -> list[str]:
    """Return the files of a measured well, whose folder or pixel table is given."""
    folder = place if place.is_dir() else place.parent
    known = {place.name, *PIXEL_TABLES}.union(*RAW_FILES.values())
    return [str(path) for path in sorted(folder.iterdir()) if path.name in known]
