"""The choice among trained candidates: by the validation cells alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError

OWN = ("candidate", "val_mae", "epoch", "epochs_run", "collapsed", "chosen")
"""Columns of the table of candidates beside the searched options, none of which is named so."""


def choose(
    candidates: Mapping[str, Mapping[str, Any]], cards: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """Return one row a candidate: what it is, how it did on the validation cells, which is chosen.

    Candidates may differ in what they were trained by (loss, monitor, smoothing), so all are
    compared by the same number: the MAE of the validation cells at the epoch their own monitor
    chose.

    Parameters
    ----------
    candidates
        Name → option → value, see `nascent.tune.candidates`.
    cards
        The card of each one's training, in the same order.

    Returns
    -------
    pandas.DataFrame
        candidate (its name), one column an option, val_mae (in units of the target), epoch,
        epochs_run, collapsed, chosen: True for the least val_mae, the first of equals.

    Raises
    ------
    TrainError
        Where every candidate collapsed.
    """
    rows = []
    for (name, changes), card in zip(candidates.items(), cards, strict=True):
        best = card["best"]
        rows.append(
            {
                "candidate": name,
                **changes,
                "val_mae": best["val_mae"],
                "epoch": best["epoch"],
                "epochs_run": card["epochs"],
                "collapsed": bool(card.get("collapsed", False)),
            }
        )
    # A candidate that diverged has no epoch.
    table = pd.DataFrame(rows).astype({"epoch": "Int64"})
    errors = pd.to_numeric(table["val_mae"]).where(~table["collapsed"])
    if not np.isfinite(errors).any():
        raise TrainError(
            f"all {len(table)} candidates collapsed",
            where="tune",
            mend="Search among lower learning rates.",
        )
    return table.assign(chosen=table.index == errors.idxmin())
