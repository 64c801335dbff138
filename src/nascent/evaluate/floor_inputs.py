"""What floors see of examples: columns of their table. What a floor is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class FloorInputs:
    """What a floor sees of n examples.

    Attributes
    ----------
    means
        (n, C) float64: mean raw values over the measured places, of each input feature.
    table
        n rows: all columns of their table.
    train
        (n,) bool: the examples that may be fitted on.
    y
        (n,), the target as its task has it: float64 in raw units, or numbers of classes.
    ridge_alphas
        Penalties ridge may choose from, for standardised means and a sum of squared errors; their
        inverses are the C of logistic regression.
    classes
        Number of classes; 0 where the target is a number.
    """

    means: np.ndarray
    table: pd.DataFrame
    train: np.ndarray
    y: np.ndarray
    ridge_alphas: tuple[float, ...]
    classes: int = 0


@dataclass(frozen=True)
class Floor:
    """A plain predictor, and what it reads besides the means of features.

    Attributes
    ----------
    predict
        What it sees → its predictions for all rows, fitted on the training rows alone: (n,), or
        probabilities (n, k).
    numbers
        Columns of finite numbers that it reads; the table has to have them.
    names
        Columns of names that it reads; what is missing is a level.
    """

    predict: Callable[[FloorInputs], np.ndarray]
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """All columns that it reads; where one of these is the target, it predicts nothing."""
        return self.numbers + self.names


def with_levels(inputs: FloorInputs, numbers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return numbers and a column of 0 and 1 for each level of the training rows, (n, p + k).

    Parameters
    ----------
    inputs
        Which rows train.
    numbers
        (n,) or (n, p).
    labels
        (n,) text.
    """
    levels = np.unique(labels[inputs.train])
    return np.column_stack([numbers, labels[:, None] == levels]).astype(float)
