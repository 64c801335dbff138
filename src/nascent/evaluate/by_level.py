"""Metrics of the test examples by group, and by what else examples are told apart."""

import numpy as np
import pandas as pd

from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.tables import levels_columns
from nascent.statistics.bootstrap import counts, interval


def by_level(held: HeldOut, *, confidence: float, draws: int, seed: int) -> pd.DataFrame:
    """Return the metrics of every run in every level of every factor.

    A model can look good over all examples because it tells the levels apart, and be no better than
    the level's mean within each: a skill within a level is against that level's own mean. The
    intervals are over the level's test examples, of one run: training is not in them.

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
        The columns of `nascent.evaluate.tables.levels_columns`, pooled over folds; levels in
        alphabetical order, those without test examples left out, "missing" for examples without
        one.
    """
    of_level = [
        (by, level, (held.levels[by] == level).to_numpy())
        for by in held.levels
        for level in sorted(held.levels[by].unique())
    ]
    measured = {
        (by, level): _measured(held, cells, confidence=confidence, draws=draws, seed=seed)
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
            "n": int(cells.sum()),
            **{name: found[run] for name, found in measured[by, level].items()},
        }
        for run, (model, seed) in enumerate(held.runs)
        for by, level, cells in of_level
    ]
    return pd.DataFrame(rows, columns=list(levels_columns(held.task)))


def _measured(
    held: HeldOut, cells: np.ndarray, *, confidence: float, draws: int, seed: int
) -> dict[str, np.ndarray]:
    """Return the metrics of some examples, and `mae_low` and so on: name → (runs,)."""
    y, y_hat, scale = held.y[cells], held.y_hat[cells], held.scale[cells]
    drawn = held.task.resampled(
        y, y_hat, counts(len(y), draws, np.random.default_rng((seed, 3))), scale=scale
    )
    found = held.task.values(y, y_hat, scale=scale)
    for name in held.task.by_level:
        ends = interval(drawn[name], units=len(y), confidence=confidence)
        low, high = held.task.metric(name).within(*ends)
        found |= {f"{name}_low": low, f"{name}_high": high}
    return found
