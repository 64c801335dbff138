"""Low, medium and high transcription: groups of cells by their target.

The limits are the mean ± `width` standard deviations (ddof 1) of the *training* cells, so that
nothing of the test cells goes into the groups they are judged by.
"""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nascent.errors import SplitError

GROUPS = ("low", "medium", "high")
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class GroupLimits:
    """The border values, in units of the target.

    Attributes
    ----------
    mean, sd : float
        Of the training cells' targets; the SD has ddof 1.
    low, high : float
        A cell is low at or below `low`, high at or above `high`, else medium.
    """

    mean: float
    sd: float
    low: float
    high: float


def group_limits(training_targets: pd.Series | np.ndarray, *, width: float = 1.0) -> GroupLimits:
    """Return the limits at `width` SDs around the mean of the training cells' targets.

    Raises
    ------
    SplitError
        Where there are fewer than two training cells, a target is missing, or all are equal.
    """
    targets = np.asarray(training_targets, np.float64)
    if len(targets) < 2 or not np.isfinite(targets).all():
        raise SplitError(
            f"groups need the targets of at least two training cells; there are {len(targets)},"
            f" {int((~np.isfinite(targets)).sum())} of them missing",
        )
    mean, sd = float(targets.mean()), float(targets.std(ddof=1))
    if sd == 0:
        raise SplitError("all training cells have the same target: there are no groups")
    return GroupLimits(mean, sd, mean - width * sd, mean + width * sd)


def assign_groups(targets: pd.Series, limits: GroupLimits) -> pd.Series:
    """Return low, medium or high for each target, by the same index."""
    groups = np.select([targets <= limits.low, targets >= limits.high], ["low", "high"], "medium")
    return pd.Series(groups, index=targets.index, name="group", dtype=object)


def study_groups(
    cells: pd.DataFrame, splits: pd.DataFrame, *, width: float = 1.0
) -> tuple[pd.DataFrame, GroupLimits]:
    """Return every cell that has a split with its group, and the limits.

    Parameters
    ----------
    cells
        Columns `cell_id` and `target`.
    splits
        Columns `cell_id` and `split`.
    width
        SDs around the mean of the training cells.

    Returns
    -------
    pandas.DataFrame
        Index `cell_id` in the order of `splits`; columns `target`, `split`, `group`.
    GroupLimits

    Raises
    ------
    SplitError
        Where a cell of the splits is not in the cell table, or the training cells give no limits.
    """
    targets = cells.set_index("cell_id")["target"]
    assigned = splits.set_index("cell_id")["split"]
    unknown = assigned.index[~assigned.index.isin(targets.index)]
    if len(unknown):
        raise SplitError(
            f"{len(unknown)} cells have a split but no target, the first is {unknown[0]}",
            mend="Make cell table and splits from the same crops.",
        )
    grouped = pd.DataFrame({"target": targets.loc[assigned.index], "split": assigned})
    limits = group_limits(grouped.loc[grouped["split"] == "train", "target"], width=width)
    grouped["group"] = assign_groups(grouped["target"], limits)
    return grouped, limits


def groups_table(grouped: pd.DataFrame, limits: GroupLimits) -> pd.DataFrame:
    """Return how many cells each split has in each group, beside the limits.

    Columns `split`, `group`, `cells`, `share` (of the split), `mean`, `sd`, `low`, `high`; groups
    without cells are rows too.
    """
    splits = [split for split in SPLITS if (grouped["split"] == split).any()]
    counts = pd.crosstab(grouped["split"], grouped["group"]).reindex(
        index=splits, columns=list(GROUPS), fill_value=0
    )
    rows = [
        {"split": split, "group": group, "cells": count, "share": count / counts.loc[split].sum()}
        for split in splits
        for group, count in counts.loc[split].items()
    ]
    return pd.DataFrame(rows).assign(**asdict(limits))
