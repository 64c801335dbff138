"""What is known of one metric beforehand: its name in words, its better side, its range."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Metric:
    """One number that answers are measured by.

    Attributes
    ----------
    name
        As in tables.
    words
        As in figures and pages; what follows a comma explains.
    higher
        Whether more is better.
    least, most
        Ends of the values that it can have.
    in_unit
        Whether it has the unit of the target.
    meaning
        What it is, as a formula or in a few words.
    """

    name: str
    words: str
    higher: bool = False
    least: float = -math.inf
    most: float = math.inf
    in_unit: bool = False
    meaning: str = ""

    @property
    def short(self) -> str:
        """Its words without what explains them."""
        return self.words.partition(",")[0]

    @property
    def is_error(self) -> bool:
        """Whether it is 0 where all is right, and has no other end that is often reached."""
        return not self.higher and self.least == 0

    @property
    def is_skill(self) -> bool:
        """Whether it is 1 where all is right, and has no end on the other side."""
        return self.higher and self.most == 1 and math.isinf(self.least)

    def within(
        self, low: np.ndarray | float, high: np.ndarray | float, *, difference: bool = False
    ) -> tuple[np.ndarray | float, np.ndarray | float]:
        """Return an interval without what lies beyond the values that the metric can have.

        Intervals are symmetric about a value or skewed by a rule that knows no ends, so that of
        three groups with a balanced accuracy of 0.9 they reach far above 1.

        Parameters
        ----------
        low, high
            Ends of the interval; NaN stays NaN.
        difference
            Whether it is of a difference of two values. That has a range too, 0 in its middle: no
            end changes its side of 0, which is what verdicts ask for.
        """
        least, most = self.least, self.most
        if difference:
            least, most = least - most, most - least
        return _clipped(low, least, most), _clipped(high, least, most)


def _clipped(end: np.ndarray | float, least: float, most: float) -> np.ndarray | float:
    clipped = np.clip(end, least, most)
    return clipped if isinstance(end, np.ndarray) else float(clipped)
