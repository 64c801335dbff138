"""What floors see of cells: columns of the cell table."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FloorInputs:
    """What a floor sees of n cells.

    Attributes
    ----------
    means
        (n, C) float64: mean raw counts over the measured pixels, of each input channel.
    area
        (n,) float64: measured pixels.
    category
        (n,) str: the cell cycle, or whatever the kind of study names; `missing` is a level.
    train
        (n,) bool: the cells that may be fitted on.
    y
        (n,), the target as its task has it: float64 in raw counts, or numbers of classes.
    ridge_alphas
        Penalties ridge may choose from, for standardised means and a sum of squared errors; their
        inverses are the C of logistic regression.
    classes
        Number of classes; 0 where the target is a number.
    """

    means: np.ndarray
    area: np.ndarray
    category: np.ndarray
    train: np.ndarray
    y: np.ndarray
    ridge_alphas: tuple[float, ...]
    classes: int = 0


def area_and_cycle(inputs: FloorInputs) -> np.ndarray:
    """Return the area and a column of 0 and 1 for each cycle of the training cells; (n, 1 + k)."""
    levels = np.unique(inputs.category[inputs.train])
    return np.column_stack([inputs.area, inputs.category[:, None] == levels]).astype(float)
