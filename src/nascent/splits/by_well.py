"""Splits whose unit is the well: whole wells held out, chosen by an integer programme."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from nascent.errors import SplitError
from nascent.splits.balance import target_quartiles
from nascent.splits.by_cell import divide
from nascent.splits.fractions import SPLITS, checked
from nascent.splits.wells import find_well, well_labels


@dataclass(frozen=True)
class Optimum:
    """How good the chosen wells are.

    Attributes
    ----------
    objective : float
        Sum of the absolute deviations from perfect balance, as shares of all cells.
    bound : float
        No choice of wells can be better than this.
    gap : float
        objective − bound; 0 where the optimum is proven.
    proven : bool
        False where the time limit ended the search: another machine may find another choice.
    """

    objective: float
    bound: float
    gap: float
    proven: bool


def hold_out_wells(
    cells: pd.DataFrame, *, fractions: Mapping[str, float], time_limit: float, seed: int
) -> tuple[pd.Series, Optimum]:
    """Give every well to one split, so that the splits resemble the whole as closely as can be.

    For every level l of three variables (all cells; perturbation; quartile of the target) and every
    split s let n(l, s) be the cells of that level in that split, N(l) those of the level, N all.
    The integer programme minimises Σ |n(l, s) − fraction(s) · N(l)| / N under the conditions that
    every well is in one split and every split has a well. Solved by CBC through PuLP.

    Parameters
    ----------
    cells
        The cell table, `id` its index, with plate, well, perturbation and target.
    fractions
        Shares of train, val and test.
    time_limit
        Seconds the solver may search.
    seed
        Decides only between equally good choices: it shuffles the order of the wells.

    Returns
    -------
    (pandas.Series, Optimum)
        id → train, val or test in the order of the table, and the quality of the choice.

    Raises
    ------
    SplitError
        Where there are fewer than three wells or no choice is found in the time given.
    """
    shares = checked(fractions)
    wells = well_labels(cells)
    names = np.array(sorted(wells.unique()), dtype=object)
    if len(names) < len(SPLITS):
        raise SplitError(
            f"three splits of whole wells need at least three wells, there are {len(names)}"
            f" ({', '.join(names)})",
            where="splits.by",
            mend="Split by cell.",
        )
    np.random.default_rng(seed).shuffle(names)
    levels = _levels(cells, wells, names)
    chosen, optimum = _solve(levels, list(shares.values()), len(cells), time_limit)
    split = wells.map(dict(zip(names, chosen, strict=True)))
    return split.rename("split"), optimum


def leave_one_well_out(
    cells: pd.DataFrame,
    *,
    fold: str | None,
    fractions: Mapping[str, float],
    strata: Sequence[str],
    seed: int,
) -> pd.Series:
    """Test on one well, train on the others.

    Val is drawn by cell from the wells that stay, stratified, in the proportion val : train. It
    only chooses the epoch, and a whole well for it would cost a small study a large part of its
    training cells; the test well stays unseen either way.

    Parameters
    ----------
    cells
        The cell table, `id` its index.
    fold
        The well to test on: its name, or `plate/well` where several plates have one of that name.
    fractions
        Shares of train and val; that of test is what the well has.
    strata
        Columns for the stratified draw of val.
    seed
        Of the draw of val.

    Returns
    -------
    pandas.Series
        id → train, val or test, in the order of the table.

    Raises
    ------
    SplitError
        Where there is no such well, or several, or no other.
    """
    shares = checked(fractions)
    held_out = (well_labels(cells) == find_well(cells, fold)).to_numpy()
    rest = cells[~held_out]
    if rest.empty:
        raise SplitError(
            f"well {fold!r} holds every cell: none is left to train on",
            where="splits.fold",
            mend="Leave one well out needs two wells; split by cell.",
        )
    staying = shares["train"] + shares["val"]
    parts = {name: shares[name] / staying for name in ("train", "val")}
    drawn = divide(rest, parts=parts, strata=strata, seed=seed)
    return drawn.reindex(cells.index).fillna("test").rename("split")


def every_fold(
    cells: pd.DataFrame, *, fractions: Mapping[str, float], strata: Sequence[str], seed: int
) -> pd.DataFrame:
    """Return all folds of leave one well out: a row a cell, a column a well that tests."""
    return pd.DataFrame(
        {
            fold: leave_one_well_out(
                cells, fold=fold, fractions=fractions, strata=strata, seed=seed
            )
            for fold in sorted(well_labels(cells).unique())
        }
    )


def _levels(cells: pd.DataFrame, wells: pd.Series, names: np.ndarray) -> np.ndarray:
    """Return the cells of every well and level, (wells, levels)."""
    row = pd.Categorical(wells, categories=names)
    variables = (
        pd.Series("all", index=cells.index),
        cells["perturbation"].astype(object).fillna("missing").astype(str),
        target_quartiles(cells["target"]),
    )
    return np.hstack([pd.crosstab(row, level).reindex(names).to_numpy() for level in variables])


def _solve(
    levels: np.ndarray, shares: Sequence[float], cells: int, time_limit: float
) -> tuple[list[str], Optimum]:
    import pulp

    wells, splits = range(len(levels)), range(len(shares))
    problem = pulp.LpProblem("wells", pulp.LpMinimize)
    chosen = [
        [problem.add_variable(f"well_{w}_in_{s}", cat=pulp.LpBinary) for s in splits] for w in wells
    ]
    deviations = []
    for w in wells:
        problem += pulp.lpSum(chosen[w]) == 1
    for s in splits:
        problem += pulp.lpSum(chosen[w][s] for w in wells) >= 1
        for level, counts in enumerate(levels.T):
            held = pulp.lpSum(counts[w] / cells * chosen[w][s] for w in wells)
            excess = held - shares[s] * counts.sum() / cells
            # |excess| as the smallest number above both excess and −excess.
            deviation = problem.add_variable(f"deviation_{level}_{s}", lowBound=0)
            problem += deviation >= excess
            problem += deviation >= -excess
            deviations.append(deviation)
    problem.setObjective(pulp.lpSum(deviations))

    with TemporaryDirectory() as folder:
        log = Path(folder) / "cbc.log"
        # One thread: the search, and so the choice among equals, is the same every time.
        problem.solve(pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=time_limit, logPath=log))
        printed = log.read_text(encoding="utf-8")
    if problem.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        raise SplitError(
            f"no choice of wells was found in {time_limit:g} s",
            where="splits.time_limit",
            mend="Raise the limit.",
        )
    split = [SPLITS[int(np.argmax([pulp.value(z) for z in chosen[w]]))] for w in wells]
    return split, _optimum(split, levels, shares, cells, printed)


def _optimum(
    split: Sequence[str], levels: np.ndarray, shares: Sequence[float], cells: int, printed: str
) -> Optimum:
    # Counted anew from the choice itself: the solver's own figure carries its tolerances.
    held = np.stack([levels[np.array(split) == name].sum(axis=0) for name in SPLITS])
    objective = float(np.abs(held - np.outer(shares, levels.sum(axis=0))).sum() / cells)
    if "Result - Optimal solution found" in printed:
        return Optimum(objective, objective, 0.0, proven=True)
    # A sum of absolute values is never below zero, whatever the solver knew when it stopped.
    found = re.search(r"^Lower bound:\s+(\S+)", printed, flags=re.MULTILINE)
    bound = min(max(float(found[1]), 0.0), objective) if found else 0.0
    return Optimum(objective, bound, objective - bound, proven=False)
