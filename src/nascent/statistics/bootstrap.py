"""The bootstrap of examples: resampled counts, and the interval that skewed values need."""

from collections.abc import Iterator

import numpy as np

from nascent.statistics.student import student_quantile

COUNTS_AT_A_TIME = 2_000_000
"""Resampled counts held in memory at once: 16 MB, and as much for what they are made of."""


def counts(units: int, draws: int, stream: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield how often each unit is drawn, in blocks (b, units) float64 of `draws` rows in all.

    Each row is `units` draws with replacement: multinomial with equal shares. The size of the
    blocks changes no draw.
    """
    block = max(1, COUNTS_AT_A_TIME // units)
    for first in range(0, draws, block):
        rows = min(block, draws - first)
        drawn = stream.integers(0, units, (rows, units))
        drawn += units * np.arange(rows)[:, None]
        held = np.bincount(drawn.ravel(), minlength=rows * units)
        yield held.reshape(rows, units).astype(np.float64)


def interval(values: np.ndarray, *, units: int, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of statistics from their resamples, along the first axis.

    Percentiles of the resamples of few or skewed units do not reach far enough on the long side: of
    64 exponential values three in a hundred lie wrong where it should be one. So the limits are
    those of Student's t made symmetric for the skewness (Hall 1992, J. R. Stat. Soc. B 54:221):
    with m, s the mean and SD of the resamples, n units and γ the skewness of a unit,

        m − s T(t) to m − s T(−t),    T(x) = ((1 + 3a (x − a/2))^⅓ − 1) / a,    a = γ / (3 √n),

    s times √(n / (n − 1)) and t Student's quantile with n − 1 degrees of freedom; with γ = 0 it is
    m ± s t. γ is √n times the skewness of the resamples, corrected for what few units hide of it:
    times 1 + 6.51/n + 20.2/n² + (1.48/n + 6.77/n²) γ² (Bobée & Robitaille 1975, Water Resources
    Research 11:851).

    This is for many units. Few groups have `nascent.statistics.jackknife`.

    Parameters
    ----------
    values
        (B, ...) of the resamples. Draws in which a metric is not defined (NaN) are left out.
    units
        Units that were resampled.
    confidence
        Between 0 and 1.

    Returns
    -------
    tuple of (...) float64
        Lower and upper limit; NaN with fewer than two units, which carry no spread.
    """
    if units < 2:
        nothing = np.full(values.shape[1:], np.nan)
        return nothing, nothing
    mean, sd, skewness = _moments(values)
    t = student_quantile((1 + confidence) / 2, units - 1)
    a = _full_skewness(skewness * np.sqrt(units), units) / (3 * np.sqrt(units))
    wide = sd * np.sqrt(units / (units - 1))
    return mean - wide * _symmetric(t, a), mean - wide * _symmetric(-t, a)


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, SD and skewness along the first axis; a constant has no spread and no skew."""
    known = ~np.isnan(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        number = known.sum(axis=0)
        mean = np.where(known, values, 0).sum(axis=0) / number
        centred = np.where(known, values - mean, 0)
        square = centred * centred
        variance = square.sum(axis=0) / number
        # All resamples alike: what is left of them is rounding.
        alike = np.abs(centred).max(axis=0) <= 1e-12 * np.abs(mean)
        sd = np.where(alike, 0.0, np.sqrt(variance))
        skewness = np.where(sd > 0, (square * centred).sum(axis=0) / number / sd**3, 0.0)
    return mean, np.where(np.isnan(mean), np.nan, sd), skewness


def _full_skewness(found: np.ndarray, units: int) -> np.ndarray:
    """Return the skewness that so few units of the skewness `found` are likely to come from."""
    by_size = 1 + 6.51 / units + 20.2 / units**2
    return found * (by_size + (1.48 / units + 6.77 / units**2) * found**2)


def _symmetric(x: float, a: np.ndarray) -> np.ndarray:
    """Return T(x), see `interval`."""
    small = np.abs(a) < 1e-6
    divisor = np.where(small, 1.0, a)
    return np.where(small, x, (np.cbrt(1 + 3 * a * (x - a / 2)) - 1) / divisor)
