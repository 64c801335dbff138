"""Quantiles of Student's t."""

import numpy as np


def student_quantile(probability: float, degrees: float | np.ndarray) -> float | np.ndarray:
    """Return the value that Student's t falls below with a probability.

    Parameters
    ----------
    probability
        Between 0 and 1.
    degrees
        Of freedom, above 0; one number or an array.

    Returns
    -------
    float, or float64 of the shape of `degrees`.
    """
    # `scipy.stats.t.ppf` is this function, in a package that takes four times as long to load.
    from scipy.special import stdtrit

    quantile = stdtrit(degrees, probability)
    return float(quantile) if np.ndim(quantile) == 0 else quantile
