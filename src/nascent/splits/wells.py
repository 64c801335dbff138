"""Wells as units of a split: a well is the same only on one plate."""

import pandas as pd

from nascent.errors import SplitError, did_you_mean


def well_labels(cells: pd.DataFrame) -> pd.Series:
    """Return the label of each cell's well: its name, or `plate/well` where plates share names."""
    plate, well = cells["plate"].astype(str), cells["well"].astype(str)
    shared = plate.groupby(well).transform("nunique") > 1
    return well.where(~shared, plate + "/" + well)


def find_well(cells: pd.DataFrame, fold: str | None) -> str:
    """Return the label of the well that `fold` names.

    Raises
    ------
    SplitError
        Where no well is named, none has that name, or several do.
    """
    labels = sorted(well_labels(cells).unique())
    if fold is None:
        raise SplitError(
            "the well to leave out is not named",
            where="splits.fold",
            mend=f"Name one of {', '.join(labels)}.",
        )
    if fold in labels:
        return fold
    named = [label for label in labels if label.endswith(f"/{fold}")]
    if named:
        raise SplitError(
            f"several plates have a well {fold!r}",
            where="splits.fold",
            mend=f"Name one of {', '.join(named)}.",
        )
    raise SplitError(
        f"there is no well {fold!r}", where="splits.fold", mend=did_you_mean(fold, labels)
    )
