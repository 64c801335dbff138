"""The floors of single cells: those of every kind, and those that know a cell's area and cycle."""

from collections.abc import Callable, Mapping

import numpy as np

from nascent.evaluate import class_floors, floors
from nascent.evaluate.class_floors import logistic_floor
from nascent.evaluate.floor_inputs import Floor, FloorInputs, with_levels
from nascent.evaluate.floors import least_squares, ridge_regression
from nascent.evaluate.levels import labels

AREA, CYCLE = "area", "cell_cycle"


def area_and_cycle(inputs: FloorInputs) -> np.ndarray:
    """Return the area and a column of 0 and 1 for each cycle of the training cells; (n, 1 + k)."""
    cycle = labels(inputs.table, CYCLE).to_numpy(str)
    return with_levels(inputs, inputs.table[AREA].to_numpy(np.float64), cycle)


def means_area_and_cycle(inputs: FloorInputs) -> np.ndarray:
    """Return the masked channel means, the area and the one-hot cell cycle; (n, C + 1 + k)."""
    return np.hstack([inputs.means, area_and_cycle(inputs)])


def area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by least squares on the area and the one-hot cell cycle; (n,).

    A cycle that no training cell is in adds the unweighted mean of the effects of those known:
    the minimum-norm effects sum to zero, so that it adds nothing.
    """
    return least_squares(area_and_cycle(inputs), inputs.y, inputs.train)


def ols_area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by least squares on the channel means, the area and the one-hot cell cycle; (n,)."""
    return least_squares(means_area_and_cycle(inputs), inputs.y, inputs.train)


def ridge_area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by ridge regression on means, area and one-hot cell cycle, standardised; (n,)."""
    return ridge_regression(means_area_and_cycle(inputs), inputs)


def logistic_of_area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by logistic regression on the area and the one-hot cell cycle; (n, k)."""
    return logistic_floor(area_and_cycle(inputs), inputs)


def logistic_area_cycle(inputs: FloorInputs) -> np.ndarray:
    """Predict by logistic regression on means, area and one-hot cell cycle; (n, k)."""
    return logistic_floor(means_area_and_cycle(inputs), inputs)


def _knowing(predict: Callable[[FloorInputs], np.ndarray]) -> Floor:
    return Floor(predict, numbers=(AREA,), names=(CYCLE,))


FLOORS: Mapping[str, Mapping[str, Floor]] = {
    "regression": {
        "mean": floors.FLOORS["regression"]["mean"],
        "area_cycle": _knowing(area_cycle),
        "ols": floors.FLOORS["regression"]["ols"],
        "ridge": floors.FLOORS["regression"]["ridge"],
        "ols_area_cycle": _knowing(ols_area_cycle),
        "ridge_area_cycle": _knowing(ridge_area_cycle),
    },
    "classes": {
        "majority": class_floors.CLASS_FLOORS["majority"],
        "area_cycle": _knowing(logistic_of_area_cycle),
        "logistic": class_floors.CLASS_FLOORS["logistic"],
        "logistic_area_cycle": _knowing(logistic_area_cycle),
    },
}
"""Task → name → floor, the plainest first."""
