"""Floors: predictors so plain that a network which does not beat them has learnt little.

Each is fitted on the training cells alone, in closed form, from columns of the cell table, and its
predictions stand in the same tables as those of the networks. A floor draws no random numbers; its
seed in the tables is 0.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from nascent.errors import TrainError, did_you_mean
from nascent.evaluate.class_floors import CLASS_FLOORS
from nascent.evaluate.floor_inputs import FloorInputs, area_and_cycle
from nascent.evaluate.levels import labels
from nascent.evaluate.tables import predictions_columns
from nascent.splits.fractions import SPLITS
from nascent.task import REGRESSION, task_of

FLOOR_SEED = 0

AREA = "area"
USES_AREA = frozenset({"area_cycle", "ols_area_cycle", "ridge_area_cycle", "logistic_area_cycle"})
"""Floors that know area and category, and so have nothing to predict where one is the target."""


def mean(inputs: FloorInputs) -> np.ndarray:
    """Predict the training cells' mean for every cell; (n,)."""
    return np.full(len(inputs.y), inputs.y[inputs.train].mean())


def area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by least squares on the area and the one-hot cell cycle; (n,).

    A cycle that no training cell is in adds the unweighted mean of the effects of those known:
    the minimum-norm effects sum to zero, so that it adds nothing.
    """
    return least_squares(area_and_cycle(inputs), inputs.y, inputs.train)


def ols(inputs: FloorInputs) -> np.ndarray:
    """Predict by ordinary least squares on the masked channel means; (n,)."""
    return least_squares(inputs.means, inputs.y, inputs.train)


def ols_area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by least squares on the channel means, the area and the one-hot cell cycle; (n,)."""
    features = np.hstack([inputs.means, area_and_cycle(inputs)])
    return least_squares(features, inputs.y, inputs.train)


def ridge(inputs: FloorInputs) -> np.ndarray:
    """Predict by ridge regression on the standardised masked channel means; (n,)."""
    return ridge_regression(inputs.means, inputs)


def ridge_area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by ridge regression on means, area and one-hot cell cycle, standardised; (n,)."""
    return ridge_regression(np.hstack([inputs.means, area_and_cycle(inputs)]), inputs)


FLOORS: Mapping[str, Mapping[str, Callable[[FloorInputs], np.ndarray]]] = {
    "regression": {
        "mean": mean,
        "area_cycle": area_cycle,
        "ols": ols,
        "ridge": ridge,
        "ols_area_cycle": ols_area_cycle,
        "ridge_area_cycle": ridge_area_cycle,
    },
    "classes": CLASS_FLOORS,
}
"""Task → name → what it predicts, the plainest first: it reads nothing of a cell."""

LINEAR_PER_CELL = {"regression": "ols_per_cell", "classes": "logistic_per_cell"}
"""Task → name in the tables of a linear fit to the masked means of standardised crops."""


def ridge_regression(features: np.ndarray, inputs: FloorInputs) -> np.ndarray:
    """Fit ridge regression on standardised features of the training rows and predict all rows.

    The penalty is chosen among `ridge_alphas` by leave-one-out error on the training cells, in
    closed form (Golub, Heath & Wahba 1979, Technometrics 21:215).
    """

    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), RidgeCV(alphas=list(inputs.ridge_alphas)))
    model.fit(features[inputs.train], inputs.y[inputs.train])
    return model.predict(features)


def least_squares(features: np.ndarray, y: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Fit y = a + Xb on the training rows and predict all rows.

    The intercept is free: features and target are centred on the training rows. Where the centred
    features lack rank (fewer cells than channels, a channel that never changes, a full set of
    one-hot columns) the coefficients of minimum norm are taken, in the features' own units.

    Parameters
    ----------
    features
        X, (n, p).
    y
        (n,); only the training rows are read.
    train
        (n,) bool.

    Returns
    -------
    numpy.ndarray
        Predictions (n,) float64.
    """
    centre, level = features[train].mean(axis=0), y[train].mean()
    coefficients, *_ = np.linalg.lstsq(features[train] - centre, y[train] - level)
    return level + (features - centre) @ coefficients


def plainest(task: str) -> str:
    """Return the floor of a task that reads nothing of a cell."""
    return next(iter(FLOORS[task]))


def predict_floors(
    cells: pd.DataFrame,
    split: pd.Series,
    *,
    design: str,
    fold: str,
    channels: Sequence[str],
    ridge_alphas: Sequence[float],
    floors: Sequence[str] = (),
    target: str = "target",
    category: str = "cell_cycle",
    task: str = REGRESSION,
    levels: Sequence[str] = (),
) -> pd.DataFrame:
    """Fit the floors on the training cells and predict every cell that has a split.

    Where the target is the area or the category itself, the floors that know them (`USES_AREA`) are
    left out. The
    mean of an input channel is no target: least squares would copy it.

    Parameters
    ----------
    cells
        The study's cell table; its index is `id`. Needed: the target, `area` and
        `mean_<channel>` of every input channel. Without the category, or where it is missing, its
        level is "missing".
    split
        id → train, val or test. Cells of the table that are not in it are left out.
    design, fold
        Of the split, for the table.
    channels
        The study's input channels: a floor sees no fewer proteins than a network.
    ridge_alphas
        Penalties that `ridge` chooses among.
    floors
        Names, in the order they are to appear; empty: all that the task has.
    target, category
        Columns of the cell table. Of several targets, one a call.
    task
        Name of what is predicted.
    levels
        Names of the classes.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.predictions_columns`; floors as `model`.

    Raises
    ------
    TrainError
        Where a column is missing, a value is missing or not finite (the cell is named), there is
        no training cell, a floor is unknown (the nearest is named), or the target is the mean of
        an input channel.
    """
    measured, known = task_of(task), FLOORS[task]
    for name in floors:
        if name not in known:
            raise TrainError(f"there is no floor {name!r}", mend=did_you_mean(name, known))
    columns = [f"mean_{channel}" for channel in channels]
    if target in columns:
        raise TrainError(
            f"the target {target!r} is the mean of an input channel",
            mend="Leave the channel out of the inputs, or predict something else.",
        )
    told = target in (AREA, category)
    floors = [name for name in floors or known if not (told and name in USES_AREA)]
    for name in (target, AREA, *columns):
        if name not in cells.columns:
            raise TrainError(
                f"the cell table has no column {name!r}", mend=did_you_mean(name, cells.columns)
            )
    unknown = split.index.difference(cells.index)
    if len(unknown):
        raise TrainError(
            f"{len(unknown)} cells of the split are not in the cell table, the first {unknown[0]}"
        )
    cells = cells.loc[split.index]
    numbers = cells[[AREA, *columns]].to_numpy(np.float64)
    wrong = np.argwhere(~np.isfinite(numbers))
    if len(wrong):
        row, column = wrong[0]
        raise TrainError(
            f"cell {cells.index[row]} has no finite {['area', *columns][column]!r}",
            where="cell table",
            mend="Remove the cell by a quality rule or by crops.exclude.",
        )
    try:
        y = measured.encode(cells[target], levels)
    except TrainError as error:
        raise TrainError(error.what, where="cell table", mend=error.mend) from error
    train = (split == "train").to_numpy()
    if not train.any():
        raise TrainError("no cell is in the training split", mend="Check splits.fractions.")
    inputs = FloorInputs(
        means=numbers[:, 1:],
        area=numbers[:, 0],
        category=labels(cells, category).to_numpy(str),
        train=train,
        y=y,
        ridge_alphas=tuple(ridge_alphas),
        classes=len(levels),
    )
    order = np.argsort(split.map(SPLITS.index).to_numpy(), kind="stable")
    columns = list(predictions_columns(measured, levels))
    parts = [
        measured.table(cells.index[order], y[order], known[name](inputs)[order], levels).assign(
            design=design,
            fold=fold,
            split=split.to_numpy()[order],
            model=name,
            seed=FLOOR_SEED,
            target=target,
        )[columns]
        for name in floors
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
