"""How far Integrated Gradients add up to what they should explain, example by example."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.files import read_table, write_table

LABELS = ["model", "seed", "method"]
COMPLETENESS = [
    "split",
    "cells",
    "zero_change",
    "steps",
    "steps_high",
    "converged",
    "median",
    "high",
    "signed_low",
    "signed_median",
    "signed_high",
    "gap_median",
    "gap_high",
]
"""Columns of the completeness of the examples of a split."""

NEEDED = ["split", "prediction", "prediction_baseline", "completeness_gap", "steps", "converged"]
LOW, HIGH = 0.05, 0.95


def signed_gaps(cells: pd.DataFrame) -> pd.Series:
    """Return (Σ map − (f(x) − f(baseline))) / (f(x) − f(baseline)) of each example.

    The completeness axiom of Sundararajan et al. 2017 makes it 0 for an exact path integral. Above
    0 a map makes more of the change than there is, below 0 less.

    Parameters
    ----------
    cells
        Columns `prediction`, `prediction_baseline`, `completeness_gap`, in units of the prediction;
        the gap is missing for methods that need not add up.

    Returns
    -------
    pandas.Series
        NaN where there is no gap, and where f(x) = f(baseline): no share of nothing is told.
    """
    change = cells["prediction"] - cells["prediction_baseline"]
    return cells["completeness_gap"] / change.where(change != 0)


def completeness(cells: pd.DataFrame) -> pd.DataFrame:
    """Return how far the maps of each split add up.

    Parameters
    ----------
    cells
        A row an example, the columns of `NEEDED`.

    Returns
    -------
    pandas.DataFrame
        The columns of `COMPLETENESS`: `cells` that have a gap, and how many of them have no change
        of prediction (`zero_change`), whose relative gap is not defined; median and 95th percentile
        of the steps; the share of examples whose steps met the tolerance (1 where none was asked
        for); median and 95th percentile of the relative gap; 5th percentile, median and 95th of the
        signed one; median and 95th percentile of |gap|, in units of the prediction.
    """
    rows = [
        _row(split, part[part["completeness_gap"].notna()])
        for split, part in cells.groupby("split", sort=False)
    ]
    return pd.DataFrame(rows, columns=COMPLETENESS)


def _row(split: str, cells: pd.DataFrame) -> tuple:
    gaps = signed_gaps(cells).dropna()
    sizes, absolute = gaps.abs(), cells["completeness_gap"].abs()
    steps, converged = cells["steps"].astype(float), cells["converged"].astype(float)
    return (
        split,
        len(cells),
        len(cells) - len(gaps),
        steps.median(),
        steps.quantile(HIGH),
        converged.mean() if len(cells) else np.nan,
        sizes.median(),
        sizes.quantile(HIGH),
        gaps.quantile(LOW),
        gaps.median(),
        gaps.quantile(HIGH),
        absolute.median(),
        absolute.quantile(HIGH),
    )


def gather_completeness(
    cell_tables: Sequence[str | Path], labels: Sequence[Sequence], out: str | Path
) -> None:
    """Write the completeness of every model, seed and method of a study.

    Parameters
    ----------
    cell_tables
        As `nascent.explain.importance.stage.explain_maps` writes them.
    labels
        (model, seed, method) of each table.
    out
        Columns `model, seed, method` and those of `COMPLETENESS`; methods that need not add up
        have no examples and no numbers.
    """
    parts = []
    for path, names in zip(cell_tables, labels, strict=True):
        found = completeness(read_table(path, required=NEEDED))
        parts.append(found.assign(**dict(zip(LABELS, names, strict=True))))
    columns = [*LABELS, *COMPLETENESS]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    write_table(table[columns], out)
