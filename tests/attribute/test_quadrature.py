"""Quadrature rules against what they integrate exactly."""

from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.attribute.quadrature import RULES, points_and_weights
from nascent.errors import AttributionError


@given(st.sampled_from(sorted(RULES)), st.integers(1, 100))
def test_points_ascend_within_the_interval_and_weights_sum_to_one(rule, steps):
    points, weights = points_and_weights(rule, steps)
    assert points.shape == weights.shape
    assert (np.diff(points) > 0).all() and points[0] >= 0 and points[-1] <= 1
    assert (weights > 0).all()
    np.testing.assert_allclose(weights.sum(), 1, rtol=1e-12)
    np.testing.assert_allclose(points, 1 - points[::-1], atol=1e-12)


@given(st.integers(1, 12), st.data())
def test_gauss_legendre_integrates_polynomials_up_to_twice_its_points(steps, data):
    degree = data.draw(st.integers(0, 2 * steps))
    points, weights = points_and_weights("gauss_legendre", steps)
    error = 1 / (degree + 1) - weights @ points**degree
    # Of x^(2n), the first that n points miss: Abramowitz and Stegun, 25.4.30, on [0, 1].
    missed = factorial(steps) ** 4 / ((2 * steps + 1) * factorial(2 * steps) ** 2)
    assert error == pytest.approx(missed if degree == 2 * steps else 0, rel=1e-6, abs=1e-14)


@pytest.mark.parametrize("steps", [1, 4, 30])
def test_the_errors_of_trapezoid_and_midpoint_on_a_square_are_those_of_the_textbook(steps):
    # ∫ α² = 1/3; the composite rules err by h² f'' / 12 and −h² f'' / 24.
    for rule, error in (("trapezoid", 1 / 6), ("midpoint", -1 / 12)):
        points, weights = points_and_weights(rule, steps)
        np.testing.assert_allclose(weights @ points**2 - 1 / 3, error / steps**2, rtol=1e-9)


def test_an_unknown_rule_is_refused_with_the_nearest_named():
    with pytest.raises(AttributionError, match=r"no quadrature rule 'gauss'.*gauss_legendre"):
        points_and_weights("gauss", 3)


def test_there_must_be_a_step():
    with pytest.raises(AttributionError, match="steps is 0"):
        points_and_weights("trapezoid", 0)
