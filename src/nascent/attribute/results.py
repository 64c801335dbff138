"""What an attribution method returns."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Attributions:
    """Maps of some cells.

    Attributes
    ----------
    maps : (n, S, S, C) float32
        In units of the prediction; zero outside the nucleus wherever image and baseline agree.
    prediction, prediction_baseline : (n,) float64
        The model's output at the image and at the baseline.
    completeness_gap : (n,) float64
        Sum of the map − (prediction − prediction_baseline); NaN for methods that do not divide
        that difference among the pixels.
    """

    maps: np.ndarray
    prediction: np.ndarray
    prediction_baseline: np.ndarray
    completeness_gap: np.ndarray
