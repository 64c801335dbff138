"""Splits whose unit is the example: stratified, or the plain shuffle of the published study."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nascent.errors import SplitError, did_you_mean
from nascent.splits.fractions import (
    SPLITS,
    checked,
    exact,
    largest_remainder,
    refuse_empty,
)
from nascent.words import spoken


def shuffled(cells: pd.DataFrame, *, fractions: Mapping[str, float], seed: int) -> pd.Series:
    """Split as the published study did: one shuffle of all examples in the order of the table.

    NumPy's legacy generator, seeded, shuffles the ids in place; the first int(n · train) are train,
    the next int(n · val) val, the rest test (Becker, 2021).

    Parameters
    ----------
    cells
        The table of examples, `id` its index. Unlike `stratified`, the row order matters.
    fractions
        Shares of train, val and test.
    seed
        Of `numpy.random.RandomState`.

    Returns
    -------
    pandas.Series
        id → train, val or test, in the order of the table.
    """
    fractions = checked(fractions)
    ids = cells.index.to_numpy(copy=True)
    np.random.RandomState(seed).shuffle(ids)
    train, val = int(len(ids) * fractions["train"]), int(len(ids) * fractions["val"])
    counts = dict(zip(SPLITS, (train, val, len(ids) - train - val), strict=True))
    refuse_empty(counts, len(ids))
    drawn = np.repeat(SPLITS, list(counts.values()))
    return pd.Series(drawn, index=ids, name="split", dtype="str").reindex(cells.index)


def stratified(
    cells: pd.DataFrame, *, fractions: Mapping[str, float], strata: Sequence[str], seed: int
) -> pd.Series:
    """Split so that every stratum, and the whole, hold the fractions to within one example.

    A stratum is a combination of values of the columns `strata`; a missing value is a value of its
    own. Each stratum gives every split the floor or the ceiling of its quota, and the splits' sizes
    are the largest-remainder rounding of the whole (controlled rounding of a two-way table: Cox,
    JASA 1987). Which examples of a stratum go where is drawn at random. The row order of the table
    does not matter.

    Parameters
    ----------
    cells
        The table of examples, `id` its index.
    fractions
        Shares of train, val and test.
    strata
        Columns of the table of examples; none makes one stratum.
    seed
        Of `numpy.random.default_rng`.

    Returns
    -------
    pandas.Series
        id → train, val or test, in the order of the table.

    Raises
    ------
    SplitError
        Where a column is missing, the fractions are wrong, or a split would be empty.
    """
    return divide(cells, parts=checked(fractions), strata=strata, seed=seed)


def divide(
    cells: pd.DataFrame, *, parts: Mapping[str, float], strata: Sequence[str], seed: int
) -> pd.Series:
    """Do what `stratified` does for parts of any number and name, whose shares sum to 1."""
    names, shares = list(parts), np.array(list(parts.values()))
    ids = np.sort(cells.index.to_numpy())
    stratum = _strata(cells.loc[ids], strata)
    totals = largest_remainder(len(ids), shares)
    refuse_empty(dict(zip(names, totals, strict=True)), len(ids))

    generator = np.random.default_rng(seed)
    table = _controlled_rounding(np.bincount(stratum), shares, totals, generator)
    # Random keys within sorted strata: one shuffle of every stratum at once.
    order = np.lexsort((generator.random(len(ids)), stratum))
    drawn = np.repeat(np.tile(names, len(table)), table.ravel())
    return pd.Series(drawn, index=ids[order], name="split", dtype="str").reindex(cells.index)


def _strata(cells: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Return the number of each example's stratum, in the order of the strata's names."""
    for column in columns:
        if column not in cells.columns:
            raise SplitError(
                f"the {spoken().example} table has no column {column!r}",
                where="splits.stratify",
                mend=did_you_mean(column, [str(name) for name in cells.columns]),
            )
    if not columns:
        return np.zeros(len(cells), dtype=np.int64)
    # As text, so that a missing value is a level like any other and types cannot mix.
    values = cells[list(columns)]
    text = values.astype(object).where(values.notna(), "")
    return text.astype(str).groupby(list(columns), sort=True).ngroup().to_numpy()


def _controlled_rounding(
    sizes: np.ndarray, shares: np.ndarray, totals: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Return whole numbers (strata, splits) that sum to `sizes` along rows, `totals` down columns.

    Each is the floor or the ceiling of size × share. Which are rounded up is a transportation
    problem: its matrix is totally unimodular, so the linear programme has a whole-number optimum,
    and one exists because the quotas themselves satisfy it. The largest remainders are preferred.
    Strata of one size have equal quotas, so the programme deals with sizes, of which there are few,
    and chance with the strata of each.
    """
    distinct, of_size, alike = np.unique(sizes, return_inverse=True, return_counts=True)
    quotas = exact(np.outer(distinct, shares))
    floors = np.floor(quotas)
    left = (distinct - floors.sum(axis=1)).astype(np.int64)
    up = _round_up(
        remainders=quotas - floors,
        strata=alike,
        rows=alike * left,
        columns=totals - alike @ floors,
        generator=generator,
    )
    table = floors[of_size].astype(np.int64)
    for size in range(len(distinct)):
        members = generator.permutation(np.flatnonzero(of_size == size))
        # Dealt in rounds: a split comes at most once a stratum, so never twice to the same one.
        dealt = np.repeat(np.arange(len(shares)), up[size])
        table[np.resize(members, len(dealt)), dealt] += 1
    return table


def _round_up(
    *,
    remainders: np.ndarray,
    strata: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    generator: np.random.Generator,
) -> np.ndarray:
    """Return how many of the strata of each size are rounded up in each split, (sizes, splits)."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, kron, vstack

    sizes, splits = remainders.shape
    # The small random weights decide between equal remainders.
    worth = remainders + 1e-3 * generator.random(remainders.shape)
    by_row = kron(eye_array(sizes), csr_array(np.ones((1, splits))))
    by_column = kron(csr_array(np.ones((1, sizes))), eye_array(splits))
    # A quota that is whole is not rounded.
    most = strata[:, None] * (remainders > 0)
    solved = linprog(
        -worth.ravel(),
        A_eq=vstack([by_row, by_column]),
        b_eq=np.concatenate([rows, columns]),
        bounds=np.column_stack([np.zeros(worth.size), most.ravel()]),
        method="highs-ds",
    )
    return np.round(solved.x).astype(np.int64).reshape(sizes, splits)
