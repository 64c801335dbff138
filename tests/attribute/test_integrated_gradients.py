"""Integrated Gradients against closed forms; gradients here are written down, not derived."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nascent.attribute.integrated_gradients import (
    AttributionPath,
    integrate_paths,
    integrated_gradients,
)
from nascent.errors import AttributionError

WEIGHTS = np.random.default_rng(3).normal(size=(5, 5, 2)).astype(np.float32)


def linear(images, masks):
    """f = Σ w x + 7."""
    return (images * WEIGHTS).sum(axis=(1, 2, 3)) + 7, np.broadcast_to(WEIGHTS, images.shape)


def cubic(images, masks):
    """f = Σ w x³."""
    return (WEIGHTS * images**3).sum(axis=(1, 2, 3)), 3 * WEIGHTS * images**2


def nuclei(count=3, seed=1):
    stream = np.random.default_rng(seed)
    masks = np.zeros((count, 5, 5), bool)
    masks[:, 1:4, 1:4] = True
    images = stream.normal(size=(count, 5, 5, 2)).astype(np.float32)
    return images * masks[..., None], masks


@pytest.mark.parametrize("steps", [1, 2, 7, 70])
def test_a_linear_model_gets_weight_times_value_for_any_steps(steps):
    images, masks = nuclei()
    found = integrated_gradients(linear, images, masks, steps=steps, batch_size=4)
    np.testing.assert_allclose(found.maps, WEIGHTS * images, rtol=1e-6)
    np.testing.assert_allclose(found.completeness_gap, 0, atol=1e-5)
    np.testing.assert_allclose(found.prediction, linear(images, masks)[0], rtol=1e-6)
    np.testing.assert_allclose(found.prediction_baseline, 7, rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 5, 20])
def test_the_trapezoid_rule_errs_on_a_cubic_by_half_over_steps_squared(steps):
    # The rule gives ∫α² as 1/3 + 1/(6 m²), so IG is w x³ (1 + 1/(2 m²)).
    images, masks = nuclei()
    found = integrated_gradients(cubic, images, masks, steps=steps, batch_size=8)
    exact = WEIGHTS * images.astype(np.float64) ** 3
    np.testing.assert_allclose(found.maps, exact * (1 + 0.5 / steps**2), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        found.completeness_gap, exact.sum(axis=(1, 2, 3)) * 0.5 / steps**2, atol=1e-5
    )


def test_the_path_has_steps_and_one_equally_spaced_points_with_half_weights_at_its_ends():
    seen = []

    def one_hot(images, masks):
        # Channel k has a gradient of 1 at the k-th point alone, so it shows that point's weight.
        points = images[:, 0, 0, 0]
        seen.extend(points)
        return points, np.eye(5, dtype=np.float32)[(4 * points).astype(int), None, None]

    path = AttributionPath(np.ones((1, 1, 5)), np.zeros((1, 1, 5)), np.ones((1, 1), bool))
    (integral,) = integrate_paths(one_hot, [path], steps=4, batch_size=3)
    assert seen == [0, 0.25, 0.5, 0.75, 1]
    assert integral.attribution.ravel().tolist() == [0.125, 0.25, 0.25, 0.25, 0.125]


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 4))
def test_the_batch_size_changes_nothing_but_rounding(batch_size, steps, cells):
    images, masks = nuclei(cells)
    one = integrated_gradients(cubic, images, masks, steps=steps, batch_size=1)
    other = integrated_gradients(cubic, images, masks, steps=steps, batch_size=batch_size)
    np.testing.assert_allclose(other.maps, one.maps, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(other.prediction, one.prediction)


def test_cells_share_batches_and_no_batch_is_larger_than_asked():
    sizes = []

    def spy(images, masks):
        sizes.append(len(images))
        return linear(images, masks)

    images, masks = nuclei(5)
    integrated_gradients(spy, images, masks, steps=6, batch_size=16)
    assert sizes == [16, 16, 3]  # 5 cells × 7 points


def test_each_point_travels_with_the_mask_of_its_cell():
    def area(images, masks):
        return masks.sum(axis=(1, 2)).astype(np.float32), np.zeros_like(images)

    images, masks = nuclei(2)
    masks[1, 0, 0] = True
    found = integrated_gradients(area, images, masks, steps=3, batch_size=5)
    assert found.prediction.tolist() == found.prediction_baseline.tolist() == [9, 10]


def test_attribution_outside_the_nucleus_is_zero_though_the_gradient_there_is_not():
    images, masks = nuclei()
    found = integrated_gradients(linear, images, masks, steps=3)
    assert (found.maps[~masks] == 0).all()
    assert (found.maps[masks] != 0).all()


def test_a_baseline_that_is_not_zero_shifts_a_linear_attribution():
    image, origin = np.full((5, 5, 2), 3.0), np.full((5, 5, 2), -1.0)
    path = AttributionPath(image, origin, np.ones((5, 5), bool))
    (integral,) = integrate_paths(linear, [path], steps=5, batch_size=2)
    np.testing.assert_allclose(integral.attribution, 4 * WEIGHTS, rtol=1e-6)
    assert integral.completeness_gap == pytest.approx(0, abs=1e-5)


def test_an_unknown_baseline_names_the_nearest():
    images, masks = nuclei()
    with pytest.raises(AttributionError, match="black"):
        integrated_gradients(linear, images, masks, baseline="blak")


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"batch_size": 0}])
def test_no_steps_or_no_batch_is_refused(wrong):
    images, masks = nuclei()
    with pytest.raises(AttributionError, match="at least 1"):
        integrated_gradients(linear, images, masks, **wrong)
