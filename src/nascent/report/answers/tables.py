"""The tables that answers are made of."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from nascent.files import read_table
from nascent.study_record import StudyRecord

Tables = Mapping[str, pd.DataFrame]
"""Name → table of `evaluate/` or `explain/`; those that are not there are left out."""

PATHS = {
    **{name: f"evaluate/{name}.tsv" for name in ("comparison", "controls")},
    **{
        name: f"explain/{name}.tsv"
        for name in (
            *("use", "channel_groups", "standing", "randomisation", "removal"),
            *("roar", "agreement", "truth"),
        )
    },
}
"""Name → path in the folder of the study."""


def read_tables(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Return those of `PATHS` that are there.

    Parameters
    ----------
    folder
        `results/<study>`.

    Raises
    ------
    ResultError
        Where a table cannot be read.
    """
    paths = {name: Path(folder) / path for name, path in PATHS.items()}
    return {name: read_table(path) for name, path in paths.items() if path.is_file()}


def rows_of(tables: Tables, name: str) -> pd.DataFrame | None:
    """Return a table that has rows, or None."""
    table = tables.get(name)
    return None if table is None or table.empty else table


def missing(study: StudyRecord, tables: Tables, name: str) -> str:
    """Return why nothing can be said from a table, and what makes it."""
    if name in tables:
        return f"{PATHS[name]} has no rows: nothing in this study is of its kind."
    path = f"results/{study.study}/{PATHS[name]}"
    return f"{PATHS[name]} is not there yet: run `snakemake {path}` with the study's config."
