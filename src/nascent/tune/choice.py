"""The choice among trained candidates: by the validation cells alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import TrainError


def choose(
    candidates: Sequence[Mapping[str, Any]], cards: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """Return one row a candidate: what it is, how it did on the validation cells, which is chosen.

    Candidates may differ in what they were trained by (loss, monitor, smoothing), so all are
    compared by the same number: the MAE of the validation cells at the epoch their own monitor
    chose.

    Parameters
    ----------
    candidates
        Option → value of each.
    cards
        The card of each one's training, in the same order.

    Returns
    -------
    pandas.DataFrame
        candidate (its number), one column an option, val_mae (in units of the target), epoch,
        epochs, collapsed, chosen: True for the least val_mae, the first of equals.

    Raises
    ------
    TrainError
        Where every candidate collapsed.
    """
    rows = []
    for number, (changes, card) in enumerate(zip(candidates, cards, strict=True)):
        best = card["best"]
        rows.append(
            {
                "candidate": number,
                **changes,
                "val_mae": best["val_mae"],
                "epoch": best["epoch"],
                "epochs": card["epochs"],
                "collapsed": bool(card.get("collapsed", False)),
            }
        )
    table = pd.DataFrame(rows)
    errors = table["val_mae"].where(~table["collapsed"])
    if not np.isfinite(errors).any():
        raise TrainError(
            f"all {len(table)} candidates collapsed",
            where="tune",
            mend="Search among lower learning rates.",
        )
    return table.assign(chosen=table.index == errors.idxmin())
