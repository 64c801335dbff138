"""Floors of classes: how often each class is there, and logistic regression on plain columns."""

from collections.abc import Mapping, Sequence

import numpy as np

from nascent.evaluate.floor_inputs import Floor, FloorInputs

FOLDS = 5
"""Of the cross-validation among the penalties, at most."""


def majority(inputs: FloorInputs) -> np.ndarray:
    """Predict the shares of the classes among the training examples for every example; (n, k)."""
    shares = np.bincount(inputs.y[inputs.train], minlength=inputs.classes) / inputs.train.sum()
    return np.tile(shares, (len(inputs.y), 1))


def logistic(inputs: FloorInputs) -> np.ndarray:
    """Predict by logistic regression on the means of features; (n, k)."""
    return logistic_floor(inputs.means, inputs)


CLASS_FLOORS: Mapping[str, Floor] = {"majority": Floor(majority), "logistic": Floor(logistic)}


def logistic_regression(
    features: np.ndarray,
    y: np.ndarray,
    train: np.ndarray,
    *,
    classes: int,
    alphas: Sequence[float],
) -> np.ndarray:
    """Fit logistic regression on standardised features of the training rows and predict all rows.

    The penalty, α/2 of the squared weights beside the summed log loss, is chosen by the log loss in
    a cross-validation of the training rows, stratified by class, in their order: nothing is drawn
    at random. Where a class has a single training row, α is 1.

    Parameters
    ----------
    features
        (n, p).
    y
        (n,) numbers of classes; only the training rows are read.
    train
        (n,) bool.
    classes
        Their number k. A class without a training row gets the probability 0.
    alphas
        Penalties to choose among.

    Returns
    -------
    numpy.ndarray
        Probabilities (n, k) float64.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    there, number = np.unique(y[train], return_counts=True)
    found = np.zeros((len(y), classes))
    if len(there) == 1:
        found[:, there] = 1.0
        return found
    model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-6, max_iter=10_000))
    folds = min(FOLDS, number.min())
    if folds > 1:
        penalties = {"logisticregression__C": [1 / alpha for alpha in alphas]}
        cv = StratifiedKFold(folds)
        model = GridSearchCV(model, penalties, cv=cv, scoring="neg_log_loss")
    model.fit(features[train], y[train])
    found[:, there] = model.predict_proba(features)
    return found


def logistic_floor(features: np.ndarray, inputs: FloorInputs) -> np.ndarray:
    """Fit `logistic_regression` as floors are fitted, on features (n, p) of all rows."""
    return logistic_regression(
        features, inputs.y, inputs.train, classes=inputs.classes, alphas=inputs.ridge_alphas
    )
