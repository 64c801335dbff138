"""The test cells of one target and design, with what every run predicted for them.

All that compares models stands on this record: every run is over the same cells, in the same order,
so that differences are paired.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nascent.errors import TrainError
from nascent.evaluate.levels import levels
from nascent.evaluate.metrics import delta_of_rows, training_sds


@dataclass(frozen=True)
class HeldOut:
    """Test predictions of all runs for one target and design, pooled over its folds.

    Attributes
    ----------
    target, design : str
    levels : pandas.DataFrame
        Well, plate, perturbation and cell cycle of the n cells, see `nascent.evaluate.levels`; the
        index is `cell_id`, ascending, so that no order of rows changes a resample.
    y : numpy.ndarray
        (n,) float64.
    runs : tuple of (str, int)
        Model and seed of each of the R runs, floors included.
    y_hat : numpy.ndarray
        (n, R) float64.
    delta : numpy.ndarray
        (n,) float64: of the Huber metric, the SD of the target over the training cells of the fold
        that a cell is a test cell of, in raw counts; NaN where no training cell is known.
    """

    target: str
    design: str
    levels: pd.DataFrame
    y: np.ndarray
    runs: tuple[tuple[str, int], ...]
    y_hat: np.ndarray
    delta: np.ndarray | float = np.nan

    def __post_init__(self) -> None:
        object.__setattr__(self, "delta", np.broadcast_to(self.delta, self.y.shape))

    @property
    def models(self) -> list[str]:
        """Names of models and floors, each once, in order of appearance."""
        return list(dict.fromkeys(model for model, _ in self.runs))

    def seeds_of(self, model: str) -> np.ndarray:
        """Return the columns of `y_hat` that are runs of `model`."""
        return np.array([place for place, (name, _) in enumerate(self.runs) if name == model])


def held_out(predictions: pd.DataFrame, cells: pd.DataFrame) -> list[HeldOut]:
    """Return the test predictions of a study, one record a target and design.

    Parameters
    ----------
    predictions
        The columns of `nascent.evaluate.tables.PREDICTIONS`; of the rows of train only the SD of y
        is read.
    cells
        The study's cell table; its index is `cell_id`.

    Raises
    ------
    TrainError
        Where a value is not finite, a cell is not in the cell table, is predicted twice by one run,
        or is missing from a run that others have it in, or two runs disagree about its y. The cell
        and the run are named.
    """
    refuse_not_finite(predictions)
    test = predictions[predictions["split"] == "test"]
    unknown = test["cell_id"][~test["cell_id"].isin(cells.index)]
    if len(unknown):
        raise TrainError(f"cell {unknown.iloc[0]} was predicted, but is not in the cell table")
    of_cells = levels(cells)
    test = test.assign(delta=delta_of_rows(test, training_sds(predictions)))
    return [
        _aligned(str(target), str(design), rows, of_cells)
        for (target, design), rows in test.groupby(["target", "design"], sort=False)
    ]


def refuse_not_finite(predictions: pd.DataFrame) -> None:
    """Raise TrainError, naming cell and model, where y or ŷ is missing or infinite."""
    for column, what in (("y", "measurement"), ("y_hat", "prediction")):
        wrong = np.flatnonzero(~np.isfinite(predictions[column].to_numpy(np.float64)))
        if len(wrong):
            row = predictions.iloc[wrong[0]]
            raise TrainError(
                f"the {what} of cell {row['cell_id']} by {row['model']}, seed {row['seed']}, is not"
                f" finite ({len(wrong)} of {len(predictions)} rows)"
            )


def _aligned(target: str, design: str, rows: pd.DataFrame, of_cells: pd.DataFrame) -> HeldOut:
    ids = np.sort(rows["cell_id"].unique())
    y, delta, y_hat, runs = None, np.nan, [], []
    for (model, seed), run in rows.groupby(["model", "seed"], sort=False):
        run = run.sort_values("cell_id", kind="stable")
        found = run["cell_id"].to_numpy()
        name = f"{model}, seed {seed}, design {design}"
        doubled = found[1:][found[1:] == found[:-1]]
        if len(doubled):
            raise TrainError(f"cell {doubled[0]} is a test cell twice", where=name)
        if len(found) < len(ids):
            raise TrainError(
                f"cell {np.setdiff1d(ids, found)[0]} has no prediction, but other models have one"
                f" ({len(ids) - len(found)} of {len(ids)} test cells)",
                where=name,
                mend="Evaluate every model in every fold: differences are over the same cells.",
            )
        measured = run["y"].to_numpy(np.float64)
        if y is None:
            y, delta = measured, run["delta"].to_numpy(np.float64)
        wrong = np.flatnonzero(y != measured)
        if len(wrong):
            raise TrainError(
                f"cell {ids[wrong[0]]} was measured {measured[wrong[0]]}, elsewhere {y[wrong[0]]}",
                where=name,
                mend="Evaluate all models on the same shards.",
            )
        runs.append((str(model), int(seed)))
        y_hat.append(run["y_hat"].to_numpy(np.float64))
    return HeldOut(target, design, of_cells.loc[ids], y, tuple(runs), np.column_stack(y_hat), delta)
