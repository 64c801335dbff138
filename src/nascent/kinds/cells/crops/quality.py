"""Quality control: which cells are left out, why, and how many for each reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import ConfigError, RawDataError, did_you_mean

COLUMNS = (
    "plate",
    "well",
    "step",
    "reason",
    "found",
    "removed_alone",
    "cells_in",
    "removed",
    "cells_out",
)
ALL = "all"
ACROSS = "duplicates_across_wells"

_TRUTH = {"true": 1, "false": 0}


@dataclass(frozen=True)
class Step:
    """One step of quality control.

    Attributes
    ----------
    step
        Its kind: `rule`, `duplicates`, …
    reason
        What it looks for, in words.
    holds
        (n,) bool, for which cells of the well the reason holds, whatever the other steps say.
    removes
        Whether these cells go; False where they are only counted.
    """

    step: str
    reason: str
    holds: np.ndarray
    removes: bool = True


def rule_steps(
    cells: pd.DataFrame, rules: Sequence[Mapping[str, Any]], *, where: str | Path
) -> list[Step]:
    """Return a step for each rule {column, value}: the cells whose column holds the value go.

    A value of None, or NaN in any spelling, stands for missing.

    Raises
    ------
    ConfigError
        Where a rule names a column that the well does not have; the nearest is named.
    """
    steps = []
    for rule in rules:
        column, value = rule["column"], rule.get("value")
        if column not in cells.columns:
            raise ConfigError(
                f"a rule of `crops.quality` names the column {column!r}, which is not in the"
                " metadata or the plate's tables",
                where=where,
                mend=did_you_mean(column, [str(name) for name in cells.columns]),
            )
        missing = value is None or str(value).casefold() == "nan"
        reason = f"{column} is missing" if missing else f"{column} = {value}"
        steps.append(Step("rule", reason, _holds(cells[column], None if missing else value)))
    return steps


def _holds(column: pd.Series, value: Any) -> np.ndarray:
    if value is None:
        return column.isna().to_numpy()
    same = column.notna() & (column.astype(str) == str(value))
    if column.dtype == "str" and isinstance(value, str) and value.casefold() not in _TRUTH:
        # Names: the well 01 is not the well 1.
        return same.to_numpy()
    # Flags are written as 1, 1.0, true or "1"; they are one number. A column of flags with gaps is
    # one of objects. Where the value is no number, this compares NaN and holds nowhere.
    return (same | (_numbers(column) == _numbers(pd.Series([value])).iloc[0])).to_numpy()


def _numbers(column: pd.Series) -> pd.Series:
    """Return the numbers of a column, true and false as 1 and 0, NaN where there is none."""
    plain = [_TRUTH.get(str(value).casefold(), value) for value in column]
    return pd.to_numeric(pd.Series(plain, index=column.index, dtype=object), errors="coerce")


def read_excluded(path: str | Path) -> set[str]:
    """Read a list of cell ids to leave out, one a line; `#` starts a comment.

    Raises
    ------
    ConfigError
        Where the file is missing.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError("there is no such list of cells to leave out", where=path)
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return {line for line in lines if line}


def losers(ids: pd.Series, keep: str) -> np.ndarray:
    """Return (n,) bool: the rows whose id comes twice and that do not win by `keep`.

    With `keep` `error` these are the later ones, for the message.
    """
    return ids.duplicated(keep="last" if keep == "last" else "first").to_numpy()


def refuse_duplicates(ids: pd.Series, places: Sequence[str], *, where: str | Path) -> None:
    """Raise where an id comes twice, naming the two places it comes from.

    Parameters
    ----------
    ids
        (n,) cell ids.
    places
        (n,) where each comes from, in words.
    where
        The file, for the message.

    Raises
    ------
    RawDataError
        At the first id that comes twice.
    """
    twice = np.flatnonzero(ids.duplicated())
    if len(twice):
        cell = ids.iloc[twice[0]]
        first, second = np.flatnonzero(ids == cell)[:2]
        more = f" ({len(twice)} such ids in all)" if len(twice) > 1 else ""
        raise RawDataError(
            f"the cell id {cell} comes twice: {places[first]} and {places[second]}{more}",
            where=where,
            mend="Leave one out by a rule of `crops.quality` or by `crops.exclude`, or set"
            " `crops.duplicates` to `first` or `last` to say which wins.",
        )


def removal_table(plate: str, well: str, steps: Sequence[Step], cells: int) -> pd.DataFrame:
    """Count, step by step, what quality control removed from a well of `cells` nuclei.

    Each lost cell counts in `removed` of one step: the first whose reason holds.

    Returns
    -------
    pandas.DataFrame
        Columns plate, well, step, reason, found (the reason holds), removed_alone (by this step if
        it were the only one), cells_in, removed, cells_out; the last row, `all`, sums up.
    """
    kept, rows = np.ones(cells, bool), []
    for step in steps:
        gone = kept & step.holds & step.removes
        found = int(step.holds.sum())
        cells_in, removed = int(kept.sum()), int(gone.sum())
        kept &= ~gone
        alone = found if step.removes else 0
        counts = (found, alone, cells_in, removed, cells_in - removed)
        rows.append((plate, well, step.step, step.reason, *counts))
    lost, left = int((~kept).sum()), int(kept.sum())
    rows.append((plate, well, ALL, "any of these", lost, lost, cells, lost, left))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def add_losses(table: pd.DataFrame, losses: Mapping[tuple[str, str], int]) -> pd.DataFrame:
    """Count the cells that another well won, as a step of its own before each well's `all`.

    Parameters
    ----------
    table
        The removal tables of all wells.
    losses
        (plate, well) → cells lost to another well.
    """
    parts = []
    for (plate, well), rows in table.groupby(["plate", "well"], sort=False):
        lost = losses.get((plate, well), 0)
        steps, total = rows[rows["step"] != ALL], rows[rows["step"] == ALL].copy()
        left = int(total["cells_out"].iloc[0])
        step = (plate, well, ACROSS, "the same cell id in another well", lost, lost)
        added = pd.DataFrame([(*step, left, lost, left - lost)], columns=list(COLUMNS))
        total[["found", "removed_alone", "removed"]] += lost
        total["cells_out"] -= lost
        parts += [steps, added, total]
    return pd.concat(parts, ignore_index=True)
