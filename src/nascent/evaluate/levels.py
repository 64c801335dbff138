"""What cells are grouped by: their well, plate, perturbation and phase of the cell cycle."""

import pandas as pd

from nascent.errors import TrainError
from nascent.splits.wells import well_labels

VARIABLES = ("well", "plate", "perturbation", "cell_cycle")
MISSING = "missing"


def labels(cells: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of names as text; what is missing, or a missing column, is a level."""
    if column not in cells.columns:
        return pd.Series(MISSING, index=cells.index, dtype=object)
    values = cells[column].astype(object)
    return values.where(values.notna(), MISSING).astype(str).astype(object)


def levels(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the level of each cell in each of `VARIABLES`, as text.

    Parameters
    ----------
    cells
        The study's cell table; its index is `id`. Columns plate and well are needed; wells of
        one name on several plates are told apart.

    Raises
    ------
    TrainError
        Where plate or well is missing, or a cell comes twice (it is named).
    """
    for name in ("plate", "well"):
        if name not in cells.columns:
            raise TrainError(f"the cell table has no column {name!r}")
    doubled = cells.index[cells.index.duplicated()]
    if len(doubled):
        raise TrainError(f"cell {doubled[0]} comes twice in the cell table")
    named = {name: labels(cells, name) for name in VARIABLES if name != "well"}
    return pd.DataFrame({"well": well_labels(cells), **named})[list(VARIABLES)]
