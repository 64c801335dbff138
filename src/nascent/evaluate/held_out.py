"""The test examples of one target and design, with what every run predicted for them.

All that compares models stands on this record: every run is over the same examples, in the same
order, so that differences are paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.levels import levels
from nascent.evaluate.metrics import scale_of_rows, training_scales
from nascent.task import REGRESSION, Task, task_of
from nascent.words import spoken


@dataclass(frozen=True)
class HeldOut:
    """Test predictions of all runs for one target and design, pooled over its folds.

    Attributes
    ----------
    target, design : str
    levels : pandas.DataFrame
        Group and factors, the finest first, of the n examples, see `nascent.evaluate.levels`;
        the index is `id`, ascending, so that no order of rows changes a resample.
    y : numpy.ndarray
        (n,), as the task has its answers: float64, or numbers of classes.
    runs : tuple of (str, int)
        Model and seed of each of the R runs, floors included.
    y_hat : numpy.ndarray
        (n, R) float64; of classes (n, R, k).
    scale : numpy.ndarray
        (n,) float64: what metrics need of the training examples of the fold that an example is a
        test example of, see `nascent.task.Task.scales`; NaN where no training example is known.
    task : Task
        Of the target.
    classes : tuple of str
        Names of the classes, where the task has some.
    """

    target: str
    design: str
    levels: pd.DataFrame
    y: np.ndarray
    runs: tuple[tuple[str, int], ...]
    y_hat: np.ndarray
    scale: np.ndarray | float = np.nan
    task: Task = field(default_factory=lambda: task_of(REGRESSION))
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", np.broadcast_to(self.scale, self.y.shape))

    @property
    def models(self) -> list[str]:
        """Names of models and floors, each once, in order of appearance."""
        return list(dict.fromkeys(model for model, _ in self.runs))

    def seeds_of(self, model: str) -> np.ndarray:
        """Return the columns of `y_hat` that are runs of `model`."""
        return np.array([place for place, (name, _) in enumerate(self.runs) if name == model])


def held_out(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    factors: Sequence[str] = (),
    task: str = REGRESSION,
) -> list[HeldOut]:
    """Return the test predictions of a study, one record a target and design.

    Parameters
    ----------
    predictions
        The columns of `nascent.evaluate.tables.predictions_columns`; of the rows of train only
        what metrics need is read.
    cells
        The study's table of examples; its index is `id`.
    factors
        Columns of the table of examples that tell them apart, beside their group, from the coarsest
        to the finest.
    task
        Its name.

    Raises
    ------
    TrainError
        Where a value is not finite, an example is not in the table of examples, is predicted twice
        by one run, or is missing from a run that others have it in, or two runs disagree about its
        y. The example and the run are named.
    """
    measured = task_of(task)
    refuse_not_finite(predictions, measured)
    test = predictions[predictions["split"] == "test"]
    unknown = test["id"][~test["id"].isin(cells.index)]
    if len(unknown):
        raise TrainError(
            f"{spoken().example} {unknown.iloc[0]} was predicted, but is not in the"
            f" {spoken().example} table"
        )
    of_cells = levels(cells, tuple(reversed(factors)))
    test = test.assign(scale=scale_of_rows(test, training_scales(predictions, task)))
    return [
        _aligned(str(target), str(design), rows, of_cells, measured)
        for (target, design), rows in test.groupby(["target", "design"], sort=False)
    ]


def refuse_not_finite(predictions: pd.DataFrame, task: Task) -> None:
    """Raise TrainError, naming example and model, where y or ŷ is missing or infinite."""
    for what, values in zip(("measurement", "prediction"), task.read(predictions), strict=True):
        finite = np.isfinite(values.reshape(len(predictions), -1)).all(axis=1)
        wrong = np.flatnonzero(~finite)
        if len(wrong):
            row = predictions.iloc[wrong[0]]
            raise TrainError(
                f"the {what} of {spoken().example} {row['id']} by {row['model']}, seed"
                f" {row['seed']}, is not finite ({len(wrong)} of {len(predictions)} rows)"
            )


def _aligned(
    target: str, design: str, rows: pd.DataFrame, of_cells: pd.DataFrame, task: Task
) -> HeldOut:
    ids = np.sort(rows["id"].unique())
    y, scale, y_hat, runs = None, np.nan, [], []
    for (model, seed), run in rows.groupby(["model", "seed"], sort=False):
        run = run.sort_values("id", kind="stable")
        found = run["id"].to_numpy()
        name = f"{model}, seed {seed}, design {design}"
        doubled = found[1:][found[1:] == found[:-1]]
        if len(doubled):
            raise TrainError(
                f"{spoken().example} {doubled[0]} is a test {spoken().example} twice", where=name
            )
        if len(found) < len(ids):
            raise TrainError(
                f"{spoken().example} {np.setdiff1d(ids, found)[0]} has no prediction, but other"
                f" models have one ({len(ids) - len(found)} of {len(ids)} test"
                f" {spoken().examples})",
                where=name,
                mend="Evaluate every model in every fold: differences are over the same"
                f" {spoken().examples}.",
            )
        measured, predicted = task.read(run)
        if y is None:
            y, scale = measured, run["scale"].to_numpy(np.float64)
        wrong = np.flatnonzero(y != measured)
        if len(wrong):
            raise TrainError(
                f"{spoken().example} {ids[wrong[0]]} was measured {measured[wrong[0]]}, elsewhere"
                f" {y[wrong[0]]}",
                where=name,
                mend="Evaluate all models on the same shards.",
            )
        runs.append((str(model), int(seed)))
        y_hat.append(predicted)
    return HeldOut(
        *(target, design, of_cells.loc[ids], y, tuple(runs), np.stack(y_hat, axis=1), scale),
        task=task,
        classes=task.levels(rows),
    )
