"""Splits whose unit is the group: whole groups held out, chosen by an integer programme."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from nascent.errors import SplitError, did_you_mean
from nascent.examples import GROUP
from nascent.splits.balance import target_quartiles
from nascent.splits.by_example import divide
from nascent.splits.fractions import SPLITS, checked
from nascent.splits.groups import find_group


@dataclass(frozen=True)
class Optimum:
    """How good the chosen groups are.

    Attributes
    ----------
    objective : float
        Sum of the absolute deviations from perfect balance, as shares of all examples.
    bound : float
        No choice of groups can be better than this.
    gap : float
        objective − bound; 0 where the optimum is proven.
    proven : bool
        False where the time limit ended the search: another machine may find another choice.
    """

    objective: float
    bound: float
    gap: float
    proven: bool


def hold_out_groups(
    cells: pd.DataFrame,
    *,
    fractions: Mapping[str, float],
    time_limit: float,
    seed: int,
    balance: Sequence[str] = (),
) -> tuple[pd.Series, Optimum]:
    """Give every group to one split, so that the splits resemble the whole as closely as can be.

    For every level l of each variable (all examples; the columns of `balance`; quartile of the
    target) and every split s let n(l, s) be the examples of that level in that
    split, N(l) those of the level, N all. The integer programme minimises Σ |n(l, s) − fraction(s)
    · N(l)| / N under the conditions that every group is in one split and every split has a group.
    Solved by CBC through PuLP.

    Parameters
    ----------
    cells
        The table of examples, `id` its index, with group, target and the columns of
        `balance`.
    fractions
        Shares of train, val and test.
    time_limit
        Seconds the solver may search.
    seed
        Decides only between equally good choices: it shuffles the order of the groups.
    balance
        Columns whose levels are spread over the splits too.

    Returns
    -------
    (pandas.Series, Optimum)
        id → train, val or test in the order of the table, and the quality of the choice.

    Raises
    ------
    SplitError
        Where a column is not there (the nearest is named), there are fewer than three groups, or no
        choice is found in the time given.
    """
    shares = checked(fractions)
    groups = cells[GROUP].astype(str)
    names = np.array(sorted(groups.unique()), dtype=object)
    if len(names) < len(SPLITS):
        raise SplitError(
            f"three splits of whole groups need at least three groups, there are {len(names)}"
            f" ({', '.join(names)})",
            where="splits.by",
            mend="Split by example.",
        )
    np.random.default_rng(seed).shuffle(names)
    levels = _levels(cells, groups, names, balance)
    chosen, optimum = _solve(levels, list(shares.values()), len(cells), time_limit)
    split = groups.map(dict(zip(names, chosen, strict=True)))
    return split.rename("split"), optimum


def leave_one_group_out(
    cells: pd.DataFrame,
    *,
    fold: str | None,
    fractions: Mapping[str, float],
    strata: Sequence[str],
    seed: int,
) -> pd.Series:
    """Test on one group, train on the others.

    Val is drawn by example from the groups that stay, stratified, in the proportion val : train. It
    only chooses the epoch, and a whole group for it would cost a small study a large part of its
    training examples; the test group stays unseen either way.

    Parameters
    ----------
    cells
        The table of examples, `id` its index.
    fold
        The group to test on, see `find_group`.
    fractions
        Shares of train and val; that of test is what the group has.
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
        Where there is no such group, or several, or no other.
    """
    shares = checked(fractions)
    groups = cells[GROUP].astype(str)
    held_out = (groups == find_group(groups, fold)).to_numpy()
    rest = cells[~held_out]
    if rest.empty:
        raise SplitError(
            f"group {fold!r} holds every example: none is left to train on",
            where="splits.fold",
            mend="To leave one group out needs two groups; split by example.",
        )
    staying = shares["train"] + shares["val"]
    parts = {name: shares[name] / staying for name in ("train", "val")}
    drawn = divide(rest, parts=parts, strata=strata, seed=seed)
    return drawn.reindex(cells.index).fillna("test").rename("split")


def _levels(
    cells: pd.DataFrame, groups: pd.Series, names: np.ndarray, balance: Sequence[str]
) -> np.ndarray:
    """Return the examples of every group and level, (groups, levels)."""
    row = pd.Categorical(groups, categories=names)
    variables = [pd.Series("all", index=cells.index)]
    for column in balance:
        if column not in cells.columns:
            raise SplitError(
                f"the table of examples has no column {column!r}",
                where="splits.balance",
                mend=did_you_mean(column, map(str, cells.columns)),
            )
        variables.append(cells[column].astype(object).fillna("missing").astype(str))
    variables.append(target_quartiles(cells["target"]))
    return np.hstack([pd.crosstab(row, level).reindex(names).to_numpy() for level in variables])


def _solve(
    levels: np.ndarray, shares: Sequence[float], cells: int, time_limit: float
) -> tuple[list[str], Optimum]:
    import pulp

    units, splits = range(len(levels)), range(len(shares))
    problem = pulp.LpProblem("groups", pulp.LpMinimize)
    chosen = [
        [problem.add_variable(f"group_{w}_in_{s}", cat=pulp.LpBinary) for s in splits]
        for w in units
    ]
    deviations = []
    for w in units:
        problem += pulp.lpSum(chosen[w]) == 1
    for s in splits:
        problem += pulp.lpSum(chosen[w][s] for w in units) >= 1
        for level, counts in enumerate(levels.T):
            held = pulp.lpSum(counts[w] / cells * chosen[w][s] for w in units)
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
            f"no choice of groups was found in {time_limit:g} s",
            where="splits.time_limit",
            mend="Raise the limit.",
        )
    split = [SPLITS[int(np.argmax([pulp.value(z) for z in chosen[w]]))] for w in units]
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
