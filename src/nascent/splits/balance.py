"""How alike the splits are: one tidy table of examples, shares and target by variable and level."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nascent.splits.fractions import SPLITS

QUARTILES = ("Q1", "Q2", "Q3", "Q4")
MISSING = "missing"


def target_quartiles(target: pd.Series) -> pd.Series:
    """Return the quartile, Q1 to Q4, of each example's target among all that have one.

    It is `missing` for examples without a target.
    """
    values = target.to_numpy(dtype=np.float64)
    known = ~np.isnan(values)
    if not known.any():
        return pd.Series(MISSING, index=target.index, dtype=object)
    edges = np.quantile(values[known], [0.25, 0.5, 0.75])
    names = np.array([*QUARTILES, MISSING])
    place = np.where(known, np.searchsorted(edges, values), len(QUARTILES))
    return pd.Series(names[place], index=target.index)


def balance(cells: pd.DataFrame, split: pd.Series, *, variables: Sequence[str]) -> pd.DataFrame:
    """Describe every level of every variable in every split.

    Parameters
    ----------
    cells
        The table of examples, `id` its index, with `target`.
    split
        id → train, val or test.
    variables
        Columns of the table of examples to describe; the whole (`all`) and the target's quartiles
        are described besides.

    Returns
    -------
    pandas.DataFrame
        split (train, val, test, and `all` for the three together), variable, level, examples, share
        (of the examples of that split; for the variable `all`: of the examples of the study),
        target_mean and target_sd (ddof 1; missing below two examples). A level a split lacks has a
        row with zero examples.
    """
    levels = {
        "all": pd.Series("all", index=cells.index),
        **{name: _as_level(cells, name) for name in dict.fromkeys(variables)},
        "target_quartile": target_quartiles(cells["target"]),
    }
    tables = [_describe(cells["target"], split, name, level) for name, level in levels.items()]
    return pd.concat(tables, ignore_index=True)


def _as_level(cells: pd.DataFrame, name: str) -> pd.Series:
    column = cells[name]
    return column.astype(object).where(column.notna(), MISSING).astype(str)


def _describe(target: pd.Series, split: pd.Series, variable: str, level: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"split": split, "level": level, "target": target}, index=target.index)
    whole = pd.concat([frame, frame.assign(split="all")])
    grid = pd.MultiIndex.from_product(
        [[*SPLITS, "all"], sorted(frame["level"].unique())], names=["split", "level"]
    )
    found = whole.groupby(["split", "level"])["target"].agg(["size", "mean", "std"]).reindex(grid)
    table = found.set_axis(["cells", "target_mean", "target_sd"], axis=1).reset_index()
    table["cells"] = table["cells"].fillna(0).astype(np.int64)
    of = len(frame) if variable == "all" else table.groupby("split")["cells"].transform("sum")
    table["share"] = table["cells"] / of
    table["variable"] = variable
    return table[["split", "variable", "level", "cells", "share", "target_mean", "target_sd"]]
