"""How many jackknife errors wide an interval over a few groups of any sizes must be.

With groups of equal size, the jackknife's error of a mean over examples is that of Student's
interval of the group means, and its quantile is Student's. Where one group has most of the
examples, it is further out. Let group means be normal with variances σ²_g, θ = Σ w_g m_g with w_g
the share of examples, and V the jackknife variance: a quadratic form in the same means. Then P(θ² >
c² V) is the chance that a weighted sum of χ² variables is above zero, which is a single integral
(Imhof 1961, Biometrika 48:419). c is where that chance is what the confidence leaves.
"""

from functools import lru_cache

import numpy as np

from nascent.statistics.student import student_quantile

WITHIN = (1.0, 0.5, 0.0)
"""Shares of the variance of group means that examples make (σ²_g ~ 1/n_g), the rest being between
groups (σ²_g equal). The data tell too little of it, so the widest interval counts."""


@lru_cache(maxsize=4096)
def critical(sizes: tuple[int, ...], confidence: float) -> float:
    """Return the number of jackknife errors on either side of a statistic.

    Parameters
    ----------
    sizes
        Examples of each of G groups, G ≥ 2, all above 0. Equal sizes give Student's quantile with
        G − 1 degrees of freedom.
    confidence
        Between 0 and 1.
    """
    if len(set(sizes)) == 1:
        return student_quantile((1 + confidence) / 2, len(sizes) - 1)
    cells = np.asarray(sorted(sizes), float)
    shares = cells / cells.sum()
    groups = len(cells)
    changes = np.tile(cells, (groups, 1)) / (cells.sum() - cells)[:, None]
    np.fill_diagonal(changes, 0)
    changes -= shares
    jackknife = (groups - 1) / groups * changes.T @ changes
    return max(
        _root(
            np.outer(scaled := shares * np.sqrt(variance), scaled),
            jackknife * np.sqrt(np.outer(variance, variance)),
            confidence,
        )
        for within in WITHIN
        for variance in (1 - within + within / cells / np.mean(1 / cells),)
    )


def _root(statistic: np.ndarray, jackknife: np.ndarray, confidence: float) -> float:
    """Return c for the quadratic forms of θ² and V in independent standard normal variables."""

    from scipy.optimize import brentq

    def excess(log_c: float) -> float:
        weights = np.linalg.eigvalsh(statistic - np.exp(2 * log_c) * jackknife)
        return above_zero(weights) - (1 - confidence)

    return float(np.exp(brentq(excess, np.log(0.1), np.log(1e5), xtol=1e-6)))


def above_zero(weights: np.ndarray) -> float:
    """Return the chance that Σ w χ², with independent χ² of one degree of freedom, is above 0.

    1/2 + 1/π ∫ sin(Σ atan(w u)/2) / (u Π(1 + w²u²)^¼) du from 0 to ∞ (Imhof 1961, equation 3.2).
    """
    from scipy.integrate import quad

    weights = weights / np.abs(weights).max()

    def integrand(u: float) -> float:
        scaled = weights * u
        damping = np.exp(0.25 * np.log1p(scaled**2).sum())
        return float(np.sin(0.5 * np.arctan(scaled).sum()) / (u * damping))

    # Of hundreds of groups the damping grows beyond all numbers, where the integrand is 0.
    with np.errstate(over="ignore"):
        value, _ = quad(integrand, 0, np.inf, limit=400, epsabs=1e-8)
    return 0.5 + value / np.pi
