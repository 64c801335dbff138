"""Floors: predictors so plain that a network which does not beat them has learnt little.

Each is fitted on the training examples alone, in closed form, from columns of their table, and its
predictions stand in the same tables as those of the networks. A floor draws no random numbers; its
seed in the tables is 0. A kind of data has these and its own (`nascent.kinds.<kind>.floors`).
"""

from collections.abc import Mapping

import numpy as np

from nascent.evaluate.class_floors import CLASS_FLOORS
from nascent.evaluate.floor_inputs import Floor, FloorInputs

FLOOR_SEED = 0


def mean(inputs: FloorInputs) -> np.ndarray:
    """Predict the training examples' mean for every example; (n,)."""
    return np.full(len(inputs.y), inputs.y[inputs.train].mean())


def ols(inputs: FloorInputs) -> np.ndarray:
    """Predict by ordinary least squares on the means of features; (n,)."""
    return least_squares(inputs.means, inputs.y, inputs.train)


def ridge(inputs: FloorInputs) -> np.ndarray:
    """Predict by ridge regression on the standardised means of features; (n,)."""
    return ridge_regression(inputs.means, inputs)


FLOORS: Mapping[str, Mapping[str, Floor]] = {
    "regression": {"mean": Floor(mean), "ols": Floor(ols), "ridge": Floor(ridge)},
    "classes": CLASS_FLOORS,
}
"""Task → name → floor of every kind of data, the plainest first: it reads nothing of an example."""

LINEAR_PER_CELL = {"regression": "ols_per_cell", "classes": "logistic_per_cell"}
"""Task → name in the tables of a linear fit to the masked means of standardised crops."""


def ridge_regression(features: np.ndarray, inputs: FloorInputs) -> np.ndarray:
    """Fit ridge regression on standardised features of the training rows and predict all rows.

    The penalty is chosen among `ridge_alphas` by leave-one-out error on the training examples, in
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
    features lack rank (fewer examples than channels, a channel that never changes, a full set of
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
    """Return the floor of a task that reads nothing of an example."""
    return next(iter(FLOORS[task]))
