"""Metrics of the test cells by well, cell cycle and perturbation."""

import pandas as pd

from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.metrics import HUBER_DELTA, metrics
from nascent.evaluate.tables import GROUPS

BY = ("well", "cell_cycle", "perturbation")


def groups(held: HeldOut, *, delta: float = HUBER_DELTA) -> pd.DataFrame:
    """Return the metrics of every run in every level of well, cell cycle and perturbation.

    A model can look good over all cells because it tells the groups apart, and be no better than
    the group's mean within each: R² within a level is against that level's own mean.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.GROUPS`, pooled over folds; levels in alphabetical
        order, those without test cells left out, "missing" for cells without one.
    """
    of_level = [
        (by, level, (held.levels[by] == level).to_numpy())
        for by in BY
        for level in sorted(held.levels[by].unique())
    ]
    rows = [
        {
            "target": held.target,
            "design": held.design,
            "model": model,
            "seed": seed,
            "by": by,
            "level": level,
            **metrics(held.y[cells], held.y_hat[cells, run], delta),
        }
        for run, (model, seed) in enumerate(held.runs)
        for by, level, cells in of_level
    ]
    return pd.DataFrame(rows, columns=list(GROUPS))
