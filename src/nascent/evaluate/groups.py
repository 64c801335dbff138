"""Metrics of the test cells by well, cell cycle and perturbation."""

import numpy as np
import pandas as pd

from nascent.evaluate.bootstrap import resampled_metrics, sums_of_cells
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.metrics import metrics
from nascent.evaluate.tables import GROUPS
from nascent.statistics.bootstrap import interval

BY = ("well", "cell_cycle", "perturbation")
BOUNDED = ("mae", "r2", "bias")
"""Metrics that get an interval in every level."""


def groups(held: HeldOut, *, confidence: float, draws: int, seed: int) -> pd.DataFrame:
    """Return the metrics of every run in every level of well, cell cycle and perturbation.

    A model can look good over all cells because it tells the groups apart, and be no better than
    the group's mean within each: R² within a level is against that level's own mean. The intervals
    of MAE, R² and bias are over the level's test cells, of one run: training is not in them.

    Parameters
    ----------
    held
        Test predictions of all runs.
    confidence
        Of the intervals.
    draws, seed
        Of the resampling, alike for all runs.

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
    limits = {
        (by, level): _limits(held, cells, confidence=confidence, draws=draws, seed=seed)
        for by, level, cells in of_level
    }
    rows = [
        {
            "target": held.target,
            "design": held.design,
            "model": model,
            "seed": seed,
            "by": by,
            "level": level,
            **metrics(held.y[cells], held.y_hat[cells, run], held.delta[cells]),
            **{name: bounds[run] for name, bounds in limits[by, level].items()},
        }
        for run, (model, seed) in enumerate(held.runs)
        for by, level, cells in of_level
    ]
    return pd.DataFrame(rows, columns=list(GROUPS))


def _limits(
    held: HeldOut, cells: np.ndarray, *, confidence: float, draws: int, seed: int
) -> dict[str, np.ndarray]:
    """Return `mae_low` and so on of some cells: name → (runs,)."""
    y, y_hat = held.y[cells], held.y_hat[cells]
    bias = (y[:, None] - y_hat).mean(axis=0)
    drawn = resampled_metrics(sums_of_cells(y, y_hat, held.delta[cells]), bias, draws, (seed, 3))
    found = {}
    for name in BOUNDED:
        low, high = interval(drawn[name], units=len(y), confidence=confidence)
        found |= {f"{name}_low": low, f"{name}_high": high}
    return found
