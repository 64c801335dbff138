"""The table of a training's epochs."""

import pandas as pd

from nascent.task import REGRESSION, task_of
from nascent.train.checkpoint import Progress
from nascent.train.monitor import smoothed
from nascent.train.options import Fitting


def history_table(progress: Progress, fitting: Fitting, width: int) -> pd.DataFrame:
    """Return the history, its monitor smoothed over `width` epochs: `history_columns`."""
    table = pd.DataFrame([epoch.row() for epoch in progress.history])
    table["smoothed"] = smoothed(progress.monitored(fitting.monitor), width)
    return table[list(history_columns(fitting.task))]


def history_columns(task: str = REGRESSION) -> tuple[str, ...]:
    """Return the columns of `history.tsv`."""
    metric = task_of(task).learning
    measured = ("loss", metric, "val_loss", f"val_{metric}")
    return ("epoch", *measured, "smoothed", "val_spread", "learning_rate")
