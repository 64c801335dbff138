"""How far Integrated Gradients add up to what they should explain, cell by cell."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.files import read_table, write_table

LABELS = ["model", "seed", "method"]
COMPLETENESS = ["split", "cells", "median", "high"]
HIGH = 0.95


def relative_gaps(cells: pd.DataFrame) -> pd.Series:
    """Return |Σ map − (f(x) − f(baseline))| / |f(x) − f(baseline)| of each cell.

    The completeness axiom of Sundararajan et al. 2017 makes it 0 for an exact path integral.

    Parameters
    ----------
    cells
        Columns `prediction`, `prediction_baseline`, `completeness_gap`, in counts of the target;
        the gap is missing for methods that need not add up.
    """
    change = cells["prediction"] - cells["prediction_baseline"]
    return cells["completeness_gap"].abs() / change.abs()


def completeness(cells: pd.DataFrame) -> pd.DataFrame:
    """Return split, number of cells with a gap, median and 95th percentile of the relative gap."""
    gaps = relative_gaps(cells)
    rows = [
        (split, len(known), known.median(), known.quantile(HIGH))
        for split, part in gaps.groupby(cells["split"], sort=False)
        for known in [part.dropna()]
    ]
    return pd.DataFrame(rows, columns=COMPLETENESS)


def gather_completeness(
    cell_tables: Sequence[str | Path], labels: Sequence[Sequence], out: str | Path
) -> None:
    """Write the completeness of every model, seed and method of a study.

    Parameters
    ----------
    cell_tables
        As `nascent.explain.stage.explain_maps` writes them.
    labels
        (model, seed, method) of each table.
    out
        Columns `model, seed, method, split, cells, median, high`; methods that need not add up
        have no cells and no numbers.
    """
    parts = []
    for path, names in zip(cell_tables, labels, strict=True):
        found = completeness(read_table(path, required=["split", "completeness_gap"]))
        parts.append(found.assign(**dict(zip(LABELS, names, strict=True))))
    columns = [*LABELS, *COMPLETENESS]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    write_table(table[columns], out)
