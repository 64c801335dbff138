"""How far the predictions of every model hold what they promise, as its task asks it."""

import pandas as pd

from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.tables import calibration_columns


def calibration(held: HeldOut, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the calibration of every model over its seeds.

    Parameters
    ----------
    held
        Test predictions of all runs.
    confidence
        Of intervals, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.calibration_columns`: of numbers, spread against
        error of models of two seeds or more (`nascent.tasks.regression`); of classes, their shares
        against their probabilities (`nascent.tasks.classes`).
    """
    parts = []
    for model in held.models:
        runs = held.seeds_of(model)
        found = held.task.calibration(
            held.y,
            held.y_hat[:, runs],
            seeds=[held.runs[run][1] for run in runs],
            levels=held.classes,
            confidence=confidence,
        )
        parts.append(found.assign(target=held.target, design=held.design, model=model))
    columns = list(calibration_columns(held.task))
    filled = [part[columns] for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
