"""The choice among trained candidates: by the validation examples alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.task import REGRESSION, task_of

BESIDE = ("epoch", "epochs_run", "collapsed", "chosen")
"""Columns of the table of candidates behind the searched options and the task's metric."""


def own_columns(task: str = REGRESSION) -> tuple[str, ...]:
    """Return the columns of the table of candidates beside the searched options."""
    return ("candidate", f"val_{task_of(task).learning}", *BESIDE)


def choose(
    candidates: Mapping[str, Mapping[str, Any]],
    cards: Sequence[Mapping[str, Any]],
    *,
    task: str = REGRESSION,
) -> pd.DataFrame:
    """Return one row a candidate: what it is, how it did on the validation examples, which is
    chosen.

    Candidates may differ in what they were trained by (loss, monitor, smoothing), so all are
    compared by the same number: the metric that the task follows (MAE; log loss of classes)
    over the validation examples, at the epoch their own monitor chose.

    Parameters
    ----------
    candidates
        Name → option → value, see `nascent.tune.candidates`.
    cards
        The card of each one's training, in the same order.
    task
        Name of what is predicted.

    Returns
    -------
    pandas.DataFrame
        candidate (its name), one column an option, val_mae (or the metric's name), epoch,
        epochs_run, collapsed, chosen: True for the least val_mae, the first of equals.

    Raises
    ------
    TrainError
        Where every candidate collapsed.
    """
    metric = f"val_{task_of(task).learning}"
    rows = []
    for (name, changes), card in zip(candidates.items(), cards, strict=True):
        best = card["best"]
        rows.append(
            {
                "candidate": name,
                **changes,
                metric: best[metric],
                "epoch": best["epoch"],
                "epochs_run": card["epochs"],
                "collapsed": bool(card.get("collapsed", False)),
            }
        )
    # A candidate that diverged has no epoch.
    table = pd.DataFrame(rows).astype({"epoch": "Int64"})
    errors = pd.to_numeric(table[metric]).where(~table["collapsed"])
    if not np.isfinite(errors).any():
        raise TrainError(
            f"all {len(table)} candidates collapsed",
            where="tune",
            mend="Search among lower learning rates.",
        )
    return table.assign(chosen=table.index == errors.idxmin())
