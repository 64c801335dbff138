"""What examples are told apart by: their group, and columns that the kind of data names."""

from collections.abc import Sequence

import pandas as pd

from nascent.errors import TrainError
from nascent.examples import GROUP
from nascent.words import spoken

MISSING = "missing"


def labels(cells: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of names as text; what is missing, or a missing column, is a level."""
    if column not in cells.columns:
        return pd.Series(MISSING, index=cells.index, dtype=object)
    values = cells[column].astype(object)
    return values.where(values.notna(), MISSING).astype(str).astype(object)


def levels(cells: pd.DataFrame, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return the level of each example in its group and in further columns, as text.

    Parameters
    ----------
    cells
        The study's table of examples; its index is `id`. The column group is needed.
    columns
        The further ones, in their order; one that is not there has a single level.

    Raises
    ------
    TrainError
        Where the group is missing, or an example comes twice (it is named).
    """
    if GROUP not in cells.columns:
        raise TrainError(f"the {spoken().example} table has no column {GROUP!r}")
    doubled = cells.index[cells.index.duplicated()]
    if len(doubled):
        raise TrainError(
            f"{spoken().example} {doubled[0]} comes twice in the {spoken().example} table"
        )
    return pd.DataFrame({name: labels(cells, name) for name in (GROUP, *columns)})
