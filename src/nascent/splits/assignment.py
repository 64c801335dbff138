"""The one table of assignments: from all examples of a study to train, val and test."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import SplitError, did_you_mean
from nascent.examples import GROUP, ID, PART
from nascent.splits.balance import balance as table_of_balance
from nascent.splits.by_example import shuffled, stratified
from nascent.splits.by_group import Optimum, hold_out_groups, leave_one_group_out
from nascent.splits.fractions import SPLITS
from nascent.words import spoken

FRACTIONS: Mapping[str, float] = MappingProxyType({"train": 0.8, "val": 0.1, "test": 0.1})
STRATA = (GROUP,)
WAYS = ("example", "group", "leave_one_group_out", "shuffle")
TIME_LIMIT = 60.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Splits:
    """A study's splits.

    Attributes
    ----------
    table : pandas.DataFrame
        id, group, part, split: one row a selected cell.
    balance : pandas.DataFrame
        See `nascent.splits.balance.balance`. With groups held out, three more rows of the variable
        `optimum` (levels objective, bound, gap) hold, as `share`, how good the choice is.
    optimum : Optimum or None
        The same for the program; None unless groups were held out.
    """

    table: pd.DataFrame
    balance: pd.DataFrame
    optimum: Optimum | None


@dataclass(frozen=True)
class Design:
    """How examples are split, in one fold.

    Attributes
    ----------
    seed
        Of every random draw.
    by
        `example`, `group`, `leave_one_group_out` or `shuffle`.
    fractions
        Shares of train, val and test.
    stratify
        Columns whose combinations are the strata of `example` and of val in `leave_one_group_out`.
    balance
        Columns whose levels `group` spreads over the splits.
    fold
        The group `leave_one_group_out` tests on.
    time_limit
        Seconds the integer programme of `group` may search.
    """

    seed: int
    by: str = "example"
    fractions: Mapping[str, float] = field(default_factory=lambda: FRACTIONS)
    stratify: Sequence[str] = STRATA
    balance: Sequence[str] = ()
    fold: str | None = None
    time_limit: float = TIME_LIMIT


def split_cells(
    cells: pd.DataFrame,
    design: Design,
    *,
    select: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    factors: Sequence[str] = (),
) -> Splits:
    """Select the examples of a study, split them, check the splits and report their balance.

    Parameters
    ----------
    cells
        The table of all examples: `id` its index or a column; group, part,
        target and the columns that the design and `select` name.
    design
        How they are split.
    select
        Column → values to keep; None stands for missing. Empty keeps every example.
    factors
        Columns whose balance is described too, where the table has them.

    Raises
    ------
    SplitError
        Where the examples cannot be split as asked.
    """
    chosen = select_cells(_by_id(cells), select)
    split, optimum = _draw(chosen, design)
    check(split, chosen, by=design.by)
    table = chosen[[GROUP, PART]].assign(split=split).rename_axis(ID).reset_index()
    described = [name for name in (*factors, GROUP) if name in chosen.columns]
    report = table_of_balance(chosen, split, variables=[*described, *design.stratify])
    if optimum is not None:
        logger.info(
            f"groups held out: they deviate from balance by %.4f of the {spoken().examples}, the"
            " best possible is at least %.4f (%s)",
            optimum.objective,
            optimum.bound,
            "proven best" if optimum.proven else "the time limit ended the search",
        )
        report = pd.concat([report, _optimum_rows(optimum)], ignore_index=True)
    return Splits(table, report, optimum)


def assign(cells: pd.DataFrame, design: Design) -> pd.Series:
    """Return the split of every example: id → train, val or test, in the order of the table.

    Parameters are those of `split_cells`.
    """
    cells = _by_id(cells)
    split, _ = _draw(cells, design)
    check(split, cells, by=design.by)
    return split


def select_cells(cells: pd.DataFrame, select: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return the rows whose value in every column of `select` is among those it allows.

    Raises
    ------
    SplitError
        Where a column is missing (the nearest is named) or no example is left (the values there are
        are named).
    """
    for column, allowed in select.items():
        if column not in cells.columns:
            raise SplitError(
                f"the {spoken().example} table has no column {column!r}",
                where="splits.select",
                mend=did_you_mean(column, [str(name) for name in cells.columns]),
            )
        values = cells[column]
        wanted = [value for value in allowed if value is not None]
        # A name that looks like a number is one in the config, and text in the table.
        kept = values.isin(wanted) | values.astype(str).where(values.notna()).isin(map(str, wanted))
        if None in allowed:
            kept |= values.isna()
        if not kept.any():
            there = ", ".join(sorted(map(str, values.dropna().unique()))[:20]) or "missing only"
            raise SplitError(
                f"no {spoken().example} is left: none has {column} among {list(allowed)}",
                where=f"splits.select.{column}",
                mend=f"Values there are: {there}.",
            )
        cells = cells[kept]
    return cells


def check(split: pd.Series, cells: pd.DataFrame, *, by: str = "example") -> None:
    """Check that every example is in exactly one split, that none is empty, and that groups are
    whole.

    Parameters
    ----------
    split
        id → train, val or test.
    cells
        The table of examples that was split.
    by
        How it was split: by `group` no group may be in two splits; in `leave_one_group_out` the
        groups of test may be in no other.

    Raises
    ------
    SplitError
        Names what is broken.
    """
    cells = _by_id(cells)
    twice = split.index[split.index.duplicated()]
    if len(twice):
        raise SplitError(f"{spoken().example} {twice[0]} is assigned twice")
    if len(split) != len(cells) or not split.index.isin(cells.index).all():
        raise SplitError(
            f"{len(split)} {spoken().examples} are assigned, the {spoken().example} table has"
            f" {len(cells)}"
        )
    unknown = split[~split.isin(SPLITS)]
    if len(unknown):
        raise SplitError(
            f"{spoken().example} {unknown.index[0]} is assigned to {unknown.iloc[0]!r}"
        )
    for name in SPLITS:
        if not (split == name).any():
            raise SplitError(
                f"no {spoken().example} is left for {name}", mend=f"Use more {spoken().examples}."
            )
    shared = {"group": SPLITS, "leave_one_group_out": ("test",)}.get(by, ())
    groups = cells[GROUP].reindex(split.index)
    for name in shared:
        inside = set(groups[split == name]) & set(groups[split != name])
        if inside:
            raise SplitError(f"group {min(inside)} is in {name} and in another split")


def _draw(cells: pd.DataFrame, design: Design) -> tuple[pd.Series, Optimum | None]:
    drawn = {"fractions": design.fractions, "seed": design.seed}
    match design.by:
        case "example":
            return stratified(cells, strata=design.stratify, **drawn), None
        case "shuffle":
            return shuffled(cells, **drawn), None
        case "group":
            balance, time_limit = design.balance, design.time_limit
            return hold_out_groups(cells, balance=balance, time_limit=time_limit, **drawn)
        case "leave_one_group_out":
            strata = design.stratify
            return leave_one_group_out(cells, fold=design.fold, strata=strata, **drawn), None
    raise SplitError(
        f"cannot split by {design.by!r}", where="splits.by", mend=did_you_mean(design.by, WAYS)
    )


def _by_id(cells: pd.DataFrame) -> pd.DataFrame:
    by_id = cells.set_index("id") if "id" in cells.columns else cells
    if by_id.empty:
        raise SplitError(
            f"there is no {spoken().example} to split", mend="See the quality table of the crops."
        )
    twice = by_id.index[by_id.index.duplicated()]
    if len(twice):
        raise SplitError(
            f"{spoken().example} {twice[0]} is in the {spoken().example} table twice",
            mend="Cells need ids of their own: see crops.duplicates and crops.id_scope.",
        )
    return by_id


def _optimum_rows(optimum: Optimum) -> pd.DataFrame:
    levels = {"objective": optimum.objective, "bound": optimum.bound, "gap": optimum.gap}
    return pd.DataFrame(
        {
            "split": "all",
            "variable": "optimum",
            "level": list(levels),
            "cells": np.int64(0),
            "share": list(levels.values()),
            "target_mean": np.nan,
            "target_sd": np.nan,
        }
    )
