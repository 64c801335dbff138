"""The intervals of every metric of every run over the test examples."""

import pandas as pd

from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.resampled import EACH, ENSEMBLE, Resampled
from nascent.evaluate.tables import INTERVALS


def intervals(held: HeldOut, resampled: Resampled, *, confidence: float) -> pd.DataFrame:
    """Return each metric with its intervals over examples and over groups.

    Parameters
    ----------
    held
        Names the target, the design and the models.
    resampled
        Of the same examples.
    confidence
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.INTERVALS`. The seed is text: a number; "each", the
        mean over seeds, whose interval holds the training seeds too; "ensemble", of the mean
        prediction, where a model has two seeds or more. With fewer than two examples, or fewer
        groups than a verdict needs, the interval over them is NaN.
    """
    rows = []
    for model in held.models:
        seeds = [number for name, number in resampled.columns if name == model]
        names = [seed for seed in seeds if seed != ENSEMBLE]
        names += [ENSEMBLE] * (ENSEMBLE in seeds) + [EACH]
        for seed in names:
            for metric in held.task.metrics:
                found = resampled.limits(
                    metric, resampled.places(model, seed), confidence=confidence
                )
                ends = found.low, found.high, found.low_groups, found.high_groups
                key = held.target, held.design, model, seed, metric, found.value
                rows.append((*key, *ends, resampled.n, resampled.groups_n))
    return pd.DataFrame(rows, columns=list(INTERVALS))
