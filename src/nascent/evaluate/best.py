"""The best of several models: one rule, for all pages and figures that show one model first."""

from typing import Any

import pandas as pd

from nascent.evaluate.verdicts import BEATS, LOSES
from nascent.metrics import Metrics


def best_model(comparison: pd.DataFrame, task: Metrics) -> dict[str, Any] | None:
    """Return the row of the best model: by its verdict, then by the primary metric.

    It is chosen on the test examples that measure it, which whoever shows its numbers has to say.

    Parameters
    ----------
    comparison
        Rows of one target and design, as `nascent.evaluate.compare.comparison` has them.
    task
        Says which metric decides.

    Returns
    -------
    dict or None
        None where no row is of a model.
    """
    models = comparison[~comparison["floor"].astype(bool)]
    if models.empty:
        return None
    ranks = models["verdict"].map({BEATS: 0, LOSES: 2}).fillna(1)
    models = models[ranks == ranks.min()]
    order = models[task.primary].sort_values(ascending=task.lower_is_better, kind="stable")
    return models.loc[order.index[0]].to_dict()
