"""Cells in wells, simulated: what the verdicts of `benchmarks/levels.py` are tried on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

SHAPES: Mapping[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": lambda stream, size: stream.normal(size=size),
    "exponential": lambda stream, size: stream.exponential(size=size) - 1,
    "lognormal": lambda stream, size: (
        (stream.lognormal(0, 1, size) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e)
    ),
}
"""Distributions of the cells of one well, all of mean 0 and SD 1."""

UNEQUAL = (1, 4, 16)
"""Cells of every three wells, relative to each other, where wells are unequal."""


@dataclass(frozen=True)
class Design:
    """What is simulated; all SDs are in units of the cells' SD.

    Attributes
    ----------
    wells, cells : int
        How many there are; the cells are those of all wells.
    shape : str
        In `SHAPES`.
    between : float
        SD between wells, normal.
    unequal : bool
        Whether wells have cells as 1 : 4 : 16 and not all alike.
    repeats : int
        Training seeds, or draws of weights.
    repeat_sd : float
        SD between these.
    """

    wells: int
    cells: int = 64
    shape: str = "normal"
    between: float = 0.0
    unequal: bool = False
    repeats: int = 1
    repeat_sd: float = 0.0

    @property
    def labels(self) -> np.ndarray:
        """(n,) well of each cell; every well has a cell or more."""
        shares = np.resize(UNEQUAL if self.unequal else (1,), self.wells)
        edges = np.round(np.cumsum(shares) / shares.sum() * self.cells).astype(int)
        sizes = np.maximum(np.diff(edges, prepend=0), 1)
        return np.repeat([f"W{number:02d}" for number in range(self.wells)], sizes)

    def values(self, columns: int, stream: np.random.Generator) -> np.ndarray:
        """Return (n, columns) values of mean 0; each column is a study of its own."""
        labels = self.labels
        wells = np.unique(labels, return_inverse=True)[1]
        of_cells = SHAPES[self.shape](stream, (len(labels), columns))
        return of_cells + self.between * stream.normal(size=(self.wells, columns))[wells]

    def of_repeats(self, columns: int, stream: np.random.Generator) -> np.ndarray:
        """Return (repeats, columns): what a training or draw of weights adds to all its cells."""
        return self.repeat_sd * stream.normal(size=(self.repeats, columns))
