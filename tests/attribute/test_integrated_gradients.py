"""Integrated Gradients against closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from nascent.attribute.integrated_gradients import (
    AttributionPath,
    PathIntegral,
    PathIntegrator,
    enough_steps,
    integrated_gradients,
    steps_tried,
)
from nascent.errors import AttributionError


@pytest.fixture(scope="module")
def cubic(explained, weights):
    """f = Σ w x³ on images (6, 6, 2)."""
    return PathIntegrator(explained(lambda x: ops.sum(x**3 * weights, axis=(1, 2, 3)), (6, 6, 2)))


def attributed(integrator, cells, **options):
    baselines = options.pop("baselines", np.zeros_like(cells.images))
    return integrated_gradients(integrator, cells, baselines, **options)


@pytest.mark.parametrize("rule", ["trapezoid", "midpoint", "gauss_legendre"])
@pytest.mark.parametrize("steps", [1, 2, 9, 70])
def test_a_linear_model_gets_weight_times_difference_by_any_rule(
    linear, nuclei, weights, rule, steps
):
    cells = nuclei(3)
    baselines = 0.5 * np.roll(cells.images, 1, axis=0)
    found = attributed(PathIntegrator(linear), cells, rule=rule, steps=steps, baselines=baselines)
    np.testing.assert_allclose(found.maps, weights * (cells.images - baselines), atol=1e-5)
    np.testing.assert_allclose(found.completeness_gap, 0, atol=1e-4)
    ends = (cells.images, found.prediction), (baselines, found.prediction_baseline)
    for images, told in ends:
        np.testing.assert_allclose(told, (weights * images).sum(axis=(1, 2, 3)) + 7, rtol=1e-5)
    assert (found.steps == steps).all() and found.converged.all()


@pytest.mark.parametrize("steps", [1, 5, 20])
def test_the_rules_err_on_a_cubic_as_the_textbook_says(cubic, nuclei, weights, steps):
    # ∫ α² is 1/3; trapezoid adds 1 / (6 m²), midpoint takes 1 / (12 m²), Gauss–Legendre of two
    # points or more is exact: IG is w x³ times three of these.
    cells = nuclei(2)
    exact = weights * cells.images.astype(np.float64) ** 3
    for rule, error in (("trapezoid", 0.5), ("midpoint", -0.25), ("gauss_legendre", 0.0)):
        found = attributed(cubic, cells, rule=rule, steps=steps + (error == 0))
        factor = 1 + error / steps**2
        np.testing.assert_allclose(found.maps, exact * factor, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(
            found.completeness_gap, exact.sum(axis=(1, 2, 3)) * (factor - 1), atol=1e-4
        )


@given(
    st.integers(1, 25),
    st.integers(1, 40),
    st.sampled_from(["trapezoid", "midpoint", "gauss_legendre"]),
)
def test_neither_the_batch_nor_what_shares_it_changes_a_map(cubic, nuclei, steps, batch_size, rule):
    cells = nuclei(5)
    one = attributed(cubic, cells, steps=steps, rule=rule, batch_size=1)
    other = attributed(cubic, cells, steps=steps, rule=rule, batch_size=batch_size)
    largest = np.abs(one.maps).max()
    np.testing.assert_allclose(other.maps, one.maps, atol=1e-6 * largest)
    np.testing.assert_allclose(other.prediction, one.prediction, rtol=1e-5)


def test_paths_are_read_as_they_are_needed(cubic, nuclei):
    cells, read = nuclei(12), []

    def paths():
        for number, (image, mask) in enumerate(zip(cells.images, cells.masks, strict=True)):
            read.append(number)
            yield AttributionPath(image, 0 * image, mask)

    found = cubic.integrate(paths(), steps=4, batch_size=15)
    next(found)
    # Three paths of five points fill a batch.
    assert read == [0, 1, 2]
    assert len(list(found)) == 11


def test_a_tolerance_doubles_the_steps_of_each_cell_until_it_is_met(cubic, nuclei, weights):
    # The trapezoid's gap on a cubic is 1 / (2 m²) of the change: 8 steps leave 0.8 %, 16 0.2 %.
    cells = nuclei(3)
    found = attributed(cubic, cells, steps=64, rule="trapezoid", tolerance=0.003)
    assert found.steps.tolist() == [16, 16, 16] and found.converged.all()
    change = found.prediction - found.prediction_baseline
    np.testing.assert_allclose(found.completeness_gap / change, 0.5 / 16**2, rtol=0.02)
    exact = attributed(cubic, cells, steps=16, rule="trapezoid")
    np.testing.assert_array_equal(found.maps, exact.maps)


def test_a_tolerance_that_is_not_met_marks_the_cell_and_keeps_the_last_map(cubic, nuclei):
    cells = nuclei(2)
    found = attributed(cubic, cells, steps=20, rule="trapezoid", tolerance=1e-4)
    assert found.steps.tolist() == [20, 20] and not found.converged.any()
    exact = attributed(cubic, cells, steps=20, rule="trapezoid")
    np.testing.assert_array_equal(found.maps, exact.maps)


def test_a_map_of_zeros_for_a_prediction_that_does_not_change_is_complete(explained, nuclei):
    flat = PathIntegrator(explained(lambda x: ops.sum(0 * x, axis=(1, 2, 3)) + 5, (6, 6, 2)))
    found = attributed(flat, nuclei(1), steps=64, tolerance=0.1)
    assert found.converged.all() and found.steps.tolist() == [8] and (found.maps == 0).all()


def test_a_gap_where_the_prediction_does_not_change_meets_no_tolerance():
    assert PathIntegral(np.array([[[0.5]]]), 3.0, 3.0).relative_gap == np.inf


def test_the_steps_that_are_tried_double_up_to_the_largest():
    assert steps_tried(70) == [8, 16, 32, 64, 70]
    assert steps_tried(64) == [8, 16, 32, 64]
    assert steps_tried(5) == [5]


def test_enough_steps_are_the_first_that_meet_the_tolerance(cubic, nuclei):
    cells = nuclei(1)
    path = AttributionPath(cells.images[0], 0 * cells.images[0], cells.masks[0])
    how = {"rule": "trapezoid", "batch_size": 8}
    assert enough_steps(cubic, path, tolerance=0.003, largest=64, **how) == (16, True)
    assert enough_steps(cubic, path, tolerance=1e-5, largest=20, **how) == (20, False)


def test_equal_channels_get_equal_shares_and_one_that_does_not_count_gets_none(explained, nuclei):
    # Symmetry and dummy, Sundararajan et al. 2017: f = Σ (x₁ x₂)² sees both channels alike.
    both = PathIntegrator(
        explained(lambda x: ops.sum((x[..., 0] * x[..., 1]) ** 2, axis=(1, 2)), (6, 6, 3))
    )
    cells = nuclei(1)
    image = cells.images[0, ..., :1]
    images = np.concatenate([image, image, image + 1], axis=-1)[None] * cells.masks[..., None]
    found = integrated_gradients(both, replace(cells, images=images), 0 * images, steps=20)
    np.testing.assert_allclose(found.maps[..., 0], found.maps[..., 1], rtol=1e-6)
    assert (found.maps[..., 2] == 0).all()


@pytest.mark.parametrize(
    ("wrong", "told"), [({"steps": 0}, "steps is 0"), ({"batch_size": 0}, "batch_size is 0")]
)
def test_impossible_numbers_are_refused(cubic, nuclei, wrong, told):
    with pytest.raises(AttributionError, match=told):
        attributed(cubic, nuclei(1), **wrong)
