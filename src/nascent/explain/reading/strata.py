"""Strata of examples that explanations are told for: by the target, or by a column of the example
table.

The limits of strata by the target come from the *training* examples alone, so that nothing of the
test examples goes into the strata they are judged by.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nascent.errors import SplitError, did_you_mean
from nascent.words import spoken

STRATA = ("low", "medium", "high")
SPLITS = ("train", "val", "test")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class StratumRule:
    """How examples are stratified; the fields are those of the config section `explain.strata`.

    Attributes
    ----------
    by : str
        `sd`: limits at the mean ± `width` SDs of the training examples; `quantiles`: limits at
        `quantiles` of the training examples; `column`: levels of `column`.
    width : float
    quantiles : pair of float
    column : str or None
    """

    by: str = "sd"
    width: float = 1.0
    quantiles: Sequence[float] = (0.25, 0.75)
    column: str | None = None


@dataclass(frozen=True)
class StratumLimits:
    """The border values, in units of the target.

    Attributes
    ----------
    mean, sd : float
        Of the training examples' targets; the SD has ddof 1.
    low, high : float
        An example is low at or below `low`, high at or above `high`, else medium. NaN where the
        strata are levels of a column.
    """

    mean: float
    sd: float
    low: float
    high: float


def stratum_limits(
    training_targets: pd.Series | np.ndarray, rule: StratumRule | None = None
) -> StratumLimits:
    """Return the limits that a rule draws through the targets of the training examples.

    Raises
    ------
    SplitError
        Where fewer than two training examples have a target, one is infinite, or all are equal.
    """
    rule = rule or StratumRule()
    targets = np.asarray(training_targets, np.float64)
    known = targets[~np.isnan(targets)]
    if len(known) < 2 or not np.isfinite(known).all():
        raise SplitError(
            f"strata need the targets of at least two training {spoken().examples}; there are"
            f" {len(targets)}, {int((~np.isfinite(targets)).sum())} of them missing",
        )
    targets = known
    mean, sd = float(targets.mean()), float(targets.std(ddof=1))
    if rule.by == "column":
        return StratumLimits(mean, sd, np.nan, np.nan)
    if sd == 0:
        raise SplitError(
            f"all training {spoken().examples} have the same target: there are no strata"
        )
    if rule.by == "quantiles":
        low, high = np.quantile(targets, rule.quantiles)
        return StratumLimits(mean, sd, float(low), float(high))
    return StratumLimits(mean, sd, mean - rule.width * sd, mean + rule.width * sd)


def assign_strata(targets: pd.Series, limits: StratumLimits) -> pd.Series:
    """Return low, medium or high for each target, unknown where it is missing; by its index."""
    told = {"low": targets <= limits.low, "high": targets >= limits.high, UNKNOWN: targets.isna()}
    strata = np.select(list(told.values()), list(told), "medium")
    return pd.Series(strata, index=targets.index, name="stratum", dtype=object)


def ordered(strata: pd.Series) -> list[str]:
    """Return the strata there are in reading order: low, medium, high, then others by name.

    Strata by the target are all three named, also where one has no examples; `unknown` is last.
    """
    present = set(strata)
    if present != {UNKNOWN} and present - {UNKNOWN} <= set(STRATA):
        return [*STRATA, *{UNKNOWN} & present]
    return sorted(present - {UNKNOWN}) + [UNKNOWN] * (UNKNOWN in present)


def study_strata(
    cells: pd.DataFrame, splits: pd.DataFrame, rule: StratumRule | None = None
) -> tuple[pd.DataFrame, StratumLimits]:
    """Return every example that has a split with its stratum, and the limits.

    Parameters
    ----------
    cells
        Columns `id` and `target`, and the rule's column if it has one.
    splits
        Columns `id`, `split` and, where groups are known, `group`.
    rule
        Default: one SD around the mean of the training cells.

    Returns
    -------
    pandas.DataFrame
        Index `id` in the order of `splits`; columns `target`, `split`, `stratum`, `group` (empty
        where there is none).
    StratumLimits

    Raises
    ------
    SplitError
        Where an example of the splits is not in the table of examples, the training examples give
        no limits, or there is no such column.
    """
    rule = rule or StratumRule()
    known = cells.set_index("id")
    assigned = splits.set_index("id")
    unknown = assigned.index[~assigned.index.isin(known.index)]
    if len(unknown):
        raise SplitError(
            f"{len(unknown)} {spoken().examples} have a split but no target, the first is"
            f" {unknown[0]}",
            mend=f"Make {spoken().example} table and splits from the same crops.",
        )
    targets = known.loc[assigned.index, "target"]
    stratified = pd.DataFrame({"target": targets, "split": assigned["split"]})
    limits = stratum_limits(stratified.loc[stratified["split"] == "train", "target"], rule)
    if rule.by == "column":
        stratified["stratum"] = _levels(known, assigned.index, rule.column)
    else:
        stratified["stratum"] = assign_strata(stratified["target"], limits)
    stratified["group"] = _groups(assigned)
    return stratified, limits


def strata_table(stratified: pd.DataFrame, limits: StratumLimits) -> pd.DataFrame:
    """Return how many examples each split has in each stratum, beside the limits.

    Columns `split`, `stratum`, `cells`, `groups`, `share` (of the split's examples), `mean`, `sd`,
    `low`, `high`; strata without examples are rows too.
    """
    rows = []
    names = ordered(stratified["stratum"])
    for split in SPLITS:
        of_split = stratified[stratified["split"] == split]
        for stratum in names if len(of_split) else ():
            members = of_split[of_split["stratum"] == stratum]
            rows.append(
                {
                    "split": split,
                    "stratum": stratum,
                    "cells": len(members),
                    "groups": members["group"].nunique(),
                    "share": len(members) / len(of_split),
                }
            )
    return pd.DataFrame(rows).assign(**asdict(limits))


def _levels(cells: pd.DataFrame, wanted: pd.Index, column: str | None) -> pd.Series:
    if column not in cells.columns:
        raise SplitError(
            f"the {spoken().example} table has no column {column!r}",
            where="explain.strata.column",
            mend=did_you_mean(str(column), [str(name) for name in cells.columns]),
        )
    values = cells.loc[wanted, column]
    return values.astype(object).where(values.notna(), UNKNOWN).astype(str)


def _groups(assigned: pd.DataFrame) -> pd.Series:
    if "group" not in assigned.columns:
        return pd.Series("", index=assigned.index)
    return assigned["group"].astype(str)
