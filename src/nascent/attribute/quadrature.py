"""Quadrature: the points of the unit interval at which a path is looked at, and their weights."""

from collections.abc import Callable, Mapping

import numpy as np

from nascent.errors import AttributionError, did_you_mean


def _trapezoid(steps: int) -> tuple[np.ndarray, np.ndarray]:
    weights = np.full(steps + 1, 1 / steps)
    weights[[0, -1]] /= 2
    return np.arange(steps + 1) / steps, weights


def _midpoint(steps: int) -> tuple[np.ndarray, np.ndarray]:
    return (np.arange(steps) + 0.5) / steps, np.full(steps, 1 / steps)


def _gauss_legendre(steps: int) -> tuple[np.ndarray, np.ndarray]:
    points, weights = np.polynomial.legendre.leggauss(steps)
    return (points + 1) / 2, weights / 2


RULES: Mapping[str, Callable[[int], tuple[np.ndarray, np.ndarray]]] = {
    "trapezoid": _trapezoid,
    "midpoint": _midpoint,
    "gauss_legendre": _gauss_legendre,
}


def points_and_weights(rule: str, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the points α in [0, 1], ascending, and the weights of a rule.

    Parameters
    ----------
    rule
        `trapezoid`: `steps` + 1 equally spaced points with both ends, exact for straight lines.
        `midpoint`: the middles of `steps` equal parts, exact for straight lines.
        `gauss_legendre`: `steps` points, exact for polynomials up to degree 2 · steps − 1.
    steps
        m, at least 1.

    Returns
    -------
    tuple of (n,) float64
        Points and weights; the weights sum to 1.

    Raises
    ------
    AttributionError
        Where there is no such rule (the nearest is named) or `steps` is below 1.
    """
    if rule not in RULES:
        raise AttributionError(
            f"there is no quadrature rule {rule!r}",
            where="attribute.methods.*.rule",
            mend=did_you_mean(rule, RULES),
        )
    if steps < 1:
        raise AttributionError(f"steps is {steps}", mend="There must be at least one step.")
    return RULES[rule](steps)
