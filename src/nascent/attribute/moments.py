"""Mean and spread of arrays that come one at a time, in float64.

Welford: Note on a method for calculating corrected sums of squares and products, Technometrics 4,
1962. Fifty float32 maps need no second pass, no room, and lose nothing far from zero.
"""

import numpy as np


class RunningMoments:
    """Mean and variance of arrays of one shape.

    Attributes
    ----------
    count : int
        Of the arrays so far.
    mean : numpy.ndarray
        Float64.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = 0
        self.mean = np.zeros(shape)
        self._squares = np.zeros(shape)
        self._before, self._room = np.empty(shape), np.empty(shape)

    def add(self, values: np.ndarray) -> None:
        """Take one more array."""
        self.count += 1
        np.subtract(values, self.mean, out=self._before)
        np.divide(self._before, self.count, out=self._room)
        self.mean += self._room
        np.subtract(values, self.mean, out=self._room)
        self._before *= self._room
        self._squares += self._before

    def population_variance(self) -> np.ndarray:
        """Return the variance (ddof 0) of what came so far, float64."""
        return self._squares / self.count

    def population_sd(self) -> np.ndarray:
        """Return the standard deviation (ddof 0) of what came so far, float64."""
        return np.sqrt(self.population_variance())
