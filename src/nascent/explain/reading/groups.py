"""Groups of cells that explanations are told for: by the target, or by a column of the cell table.

The limits of groups by the target come from the *training* cells alone, so that nothing of the test
cells goes into the groups they are judged by.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nascent.errors import SplitError, did_you_mean

GROUPS = ("low", "medium", "high")
SPLITS = ("train", "val", "test")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class GroupRule:
    """How cells are grouped; the fields are those of the config section `explain.groups`.

    Attributes
    ----------
    by : str
        `sd`: limits at the mean ± `width` SDs of the training cells; `quantiles`: limits at
        `quantiles` of the training cells; `column`: levels of `column`.
    width : float
    quantiles : pair of float
    column : str or None
    """

    by: str = "sd"
    width: float = 1.0
    quantiles: Sequence[float] = (0.25, 0.75)
    column: str | None = None


@dataclass(frozen=True)
class GroupLimits:
    """The border values, in units of the target.

    Attributes
    ----------
    mean, sd : float
        Of the training cells' targets; the SD has ddof 1.
    low, high : float
        A cell is low at or below `low`, high at or above `high`, else medium. NaN where the groups
        are levels of a column.
    """

    mean: float
    sd: float
    low: float
    high: float


def group_limits(
    training_targets: pd.Series | np.ndarray, rule: GroupRule | None = None
) -> GroupLimits:
    """Return the limits that a rule draws through the targets of the training cells.

    Raises
    ------
    SplitError
        Where there are fewer than two training cells, a target is missing, or all are equal.
    """
    rule = rule or GroupRule()
    targets = np.asarray(training_targets, np.float64)
    if len(targets) < 2 or not np.isfinite(targets).all():
        raise SplitError(
            f"groups need the targets of at least two training cells; there are {len(targets)},"
            f" {int((~np.isfinite(targets)).sum())} of them missing",
        )
    mean, sd = float(targets.mean()), float(targets.std(ddof=1))
    if rule.by == "column":
        return GroupLimits(mean, sd, np.nan, np.nan)
    if sd == 0:
        raise SplitError("all training cells have the same target: there are no groups")
    if rule.by == "quantiles":
        low, high = np.quantile(targets, rule.quantiles)
        return GroupLimits(mean, sd, float(low), float(high))
    return GroupLimits(mean, sd, mean - rule.width * sd, mean + rule.width * sd)


def assign_groups(targets: pd.Series, limits: GroupLimits) -> pd.Series:
    """Return low, medium or high for each target, by the same index."""
    groups = np.select([targets <= limits.low, targets >= limits.high], ["low", "high"], "medium")
    return pd.Series(groups, index=targets.index, name="group", dtype=object)


def ordered(groups: pd.Series) -> list[str]:
    """Return the groups there are in reading order: low, medium, high, then others by name.

    Groups by the target are all three named, also where one has no cells; `unknown` is last.
    """
    present = set(groups)
    if present <= set(GROUPS):
        return list(GROUPS)
    return sorted(present - {UNKNOWN}) + [UNKNOWN] * (UNKNOWN in present)


def study_groups(
    cells: pd.DataFrame, splits: pd.DataFrame, rule: GroupRule | None = None
) -> tuple[pd.DataFrame, GroupLimits]:
    """Return every cell that has a split with its group, and the limits.

    Parameters
    ----------
    cells
        Columns `id` and `target`, and the rule's column if it has one.
    splits
        Columns `id`, `split` and, where wells are known, `well` and `plate`.
    rule
        Default: one SD around the mean of the training cells.

    Returns
    -------
    pandas.DataFrame
        Index `id` in the order of `splits`; columns `target`, `split`, `group`, `well` (with
        its plate in front; empty where there is none).
    GroupLimits

    Raises
    ------
    SplitError
        Where a cell of the splits is not in the cell table, the training cells give no limits, or
        there is no such column.
    """
    rule = rule or GroupRule()
    known = cells.set_index("id")
    assigned = splits.set_index("id")
    unknown = assigned.index[~assigned.index.isin(known.index)]
    if len(unknown):
        raise SplitError(
            f"{len(unknown)} cells have a split but no target, the first is {unknown[0]}",
            mend="Make cell table and splits from the same crops.",
        )
    targets = known.loc[assigned.index, "target"]
    grouped = pd.DataFrame({"target": targets, "split": assigned["split"]})
    limits = group_limits(grouped.loc[grouped["split"] == "train", "target"], rule)
    if rule.by == "column":
        grouped["group"] = _levels(known, assigned.index, rule.column)
    else:
        grouped["group"] = assign_groups(grouped["target"], limits)
    grouped["well"] = _wells(assigned)
    return grouped, limits


def groups_table(grouped: pd.DataFrame, limits: GroupLimits) -> pd.DataFrame:
    """Return how many cells each split has in each group, beside the limits.

    Columns `split`, `group`, `cells`, `wells`, `share` (of the split's cells), `mean`, `sd`, `low`,
    `high`; groups without cells are rows too.
    """
    rows = []
    names = ordered(grouped["group"])
    for split in SPLITS:
        of_split = grouped[grouped["split"] == split]
        for group in names if len(of_split) else ():
            members = of_split[of_split["group"] == group]
            rows.append(
                {
                    "split": split,
                    "group": group,
                    "cells": len(members),
                    "wells": members["well"].nunique(),
                    "share": len(members) / len(of_split),
                }
            )
    return pd.DataFrame(rows).assign(**asdict(limits))


def _levels(cells: pd.DataFrame, wanted: pd.Index, column: str | None) -> pd.Series:
    if column not in cells.columns:
        raise SplitError(
            f"the cell table has no column {column!r}",
            where="explain.groups.column",
            mend=did_you_mean(str(column), [str(name) for name in cells.columns]),
        )
    values = cells.loc[wanted, column]
    return values.astype(object).where(values.notna(), UNKNOWN).astype(str)


def _wells(assigned: pd.DataFrame) -> pd.Series:
    if "well" not in assigned.columns:
        return pd.Series("", index=assigned.index)
    wells = assigned["well"].astype(str)
    # Wells of different plates may bear one name.
    return assigned["plate"].astype(str) + "/" + wells if "plate" in assigned.columns else wells
