"""The intervals of every metric of every run over the test cells."""

import pandas as pd

from nascent.evaluate.bootstrap import RESAMPLED, interval
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.resampled import Resampled
from nascent.evaluate.tables import INTERVALS


def intervals(held: HeldOut, resampled: Resampled, *, confidence: float) -> pd.DataFrame:
    """Return each metric with its intervals over cells and over wells.

    Parameters
    ----------
    held
        Names the target, the design and the models.
    resampled
        Of the same cells.
    confidence
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.INTERVALS`. The seed is text: a number; "each", the
        mean over seeds, whose interval holds the training seeds too; "ensemble", of the mean
        prediction, where a model has two seeds or more. With fewer than two cells (wells) the
        interval over them is NaN.
    """
    limits = {
        name: (
            *interval(resampled.cells[name], units=resampled.n, confidence=confidence),
            *interval(resampled.wells[name], units=resampled.wells_n, confidence=confidence),
        )
        for name in RESAMPLED
    }
    rows = [
        (
            held.target,
            held.design,
            model,
            seed,
            name,
            resampled.value[name][place],
            *(limit[place] for limit in limits[name]),
            resampled.n,
            resampled.wells_n,
        )
        for of_model in held.models
        for (model, seed), place in resampled.columns.items()
        if model == of_model
        for name in RESAMPLED
    ]
    return pd.DataFrame(rows, columns=list(INTERVALS))
