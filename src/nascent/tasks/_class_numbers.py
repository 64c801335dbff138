"""Names of classes as numbers, without what learns them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.words import spoken


def class_numbers(column: pd.Series, levels: Sequence[str]) -> np.ndarray:
    """Return the place in `levels` of each example's class, (n,) int64.

    Parameters
    ----------
    column
        Names of classes; its index names the examples.
    levels
        All classes, in the order of their numbers.

    Raises
    ------
    TrainError
        Where a class is missing, or none of `levels`; the first such example is named.
    """
    place = {level: number for number, level in enumerate(levels)}
    missing = column.isna().to_numpy()
    numbers = column.astype(str).map(place)
    wrong = np.flatnonzero(missing | numbers.isna().to_numpy())
    if len(wrong):
        value = "missing" if missing[wrong[0]] else repr(column.iloc[wrong[0]])
        raise TrainError(
            f"the class of {spoken().example} {column.index[wrong[0]]} (column {column.name!r}) is"
            f" {value}, none of {', '.join(levels)} ({len(wrong)} of {len(column)}"
            f" {spoken().examples})",
            mend=f"Choose the {spoken().examples} by splits.select, or name the class in"
            " target.levels.",
        )
    return numbers.to_numpy(np.int64)
