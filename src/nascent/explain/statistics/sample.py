"""The examples that a check tries, and how its intervals over them are resampled."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """Options that all checks have which try some of the examples.

    Attributes
    ----------
    cells
        Most examples that are tried, drawn from those that have maps.
    confidence, draws
        Of the intervals, see `nascent.explain.statistics.cell_means.cell_means`.
    seed
        Of all that a check draws: the examples, what it changes, and the intervals.
    """

    cells: int
    confidence: float
    draws: int
    seed: int

    def intervals(self) -> dict[str, Any]:
        """Return how intervals are resampled, as functions of tables take it."""
        return {"confidence": self.confidence, "draws": self.draws, "seed": self.seed}
