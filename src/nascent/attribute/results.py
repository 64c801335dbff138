"""What an attribution method returns."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Attributions:
    """Maps of some examples.

    Attributes
    ----------
    maps : (n, places …, C), (n, places …, 1) or (n, 1 …, C) float32
        A score a place and feature, a place, or a feature, as the method's `axes` say; see
        `nascent.attribute.maps.AXES`. In units of the prediction unless the method says otherwise.
    prediction : (n,) float64
        The model's output at the image.
    prediction_baseline : (n,) float64
        The model's output at the baseline; NaN for methods without a baseline.
    completeness_gap : (n,) float64
        Sum of the map − (prediction − prediction_baseline), before any rounding; NaN for methods
        that do not divide that difference among the pixels.
    steps : (n,) int64
        Quadrature steps m of each example; 0 for methods without a path.
    converged : (n,) bool
        False where a tolerance was asked for and not met at the largest m.
    """

    maps: np.ndarray
    prediction: np.ndarray
    prediction_baseline: np.ndarray
    completeness_gap: np.ndarray
    steps: np.ndarray
    converged: np.ndarray


def without_path(
    maps: np.ndarray, prediction: np.ndarray, prediction_baseline: np.ndarray | None = None
) -> Attributions:
    """Return the attributions of a method that integrates nothing and divides no difference."""
    count = len(maps)
    missing = np.full(count, np.nan)
    return Attributions(
        maps,
        prediction,
        missing if prediction_baseline is None else prediction_baseline,
        missing,
        np.zeros(count, np.int64),
        np.ones(count, bool),
    )
