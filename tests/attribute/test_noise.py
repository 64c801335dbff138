"""Statistics over noise draws against closed forms and plain computations that keep every map."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nascent.attribute.draws import measured_noise, stream
from nascent.attribute.inputs import CellBatch
from nascent.attribute.method import method_of
from nascent.attribute.moments import RunningMoments
from nascent.config.attribution import Method


def maps_of(explained, cells, seed=5, **given):
    method = Method(**given)
    return method_of(method.method).attribute(explained, cells, seed, method.options())


def noisy(cells, cell, draw, sigma=1.0, seed=5):
    noise = measured_noise(
        cells.masks[cell], 2, sigma, stream(seed, cells.ids[cell], "noise", draw)
    )
    return cells.images[cell] + noise


@pytest.mark.parametrize("over", ["integrated_gradients", "input_x_gradient"])
def test_vargrad_of_a_linear_model_is_the_variance_of_the_noise_times_the_squared_weight(
    linear, weights, nuclei, over
):
    cells = nuclei(1)
    options = {"method": "vargrad", "over": over, "samples": 2000, "sigma": 0.5}
    options |= {"steps": 1} if over == "integrated_gradients" else {}
    found = maps_of(linear, cells, statistic="variance", batch_size=500, **options).maps[0]
    inside = cells.masks[0][..., None]
    # The variance of n normal draws has a relative standard error of √(2/(n − 1)) = 3.2 %.
    np.testing.assert_allclose(found, 0.25 * weights**2 * inside, rtol=5 * 0.032)
    assert np.mean(found[cells.masks[0]] / weights[cells.masks[0]] ** 2) == pytest.approx(
        0.25, rel=5 * 0.032 / np.sqrt(2 * cells.masks[0].sum())
    )
    assert (found[~cells.masks[0]] == 0).all()


def test_a_linear_model_has_one_gradient_whatever_the_noise(linear, weights, nuclei):
    cells = nuclei(2)
    options = {"samples": 7, "over": "gradient"}
    for method, expected in (
        ("smoothgrad", weights),
        ("smoothgrad_squared", weights**2),
        ("vargrad", 0 * weights),
    ):
        found = maps_of(linear, cells, method=method, **options)
        np.testing.assert_allclose(found.maps, np.stack([expected] * 2), rtol=1e-6, atol=1e-12)
        np.testing.assert_array_equal(found.steps, [0, 0])
        assert np.isnan(found.prediction_baseline).all()


def test_smoothgrad_over_paths_of_a_linear_model_is_weight_times_mean_noisy_image(
    linear, weights, nuclei
):
    cells = nuclei(1)
    found = maps_of(linear, cells, method="smoothgrad", over="integrated_gradients", samples=5)
    mean = np.mean([noisy(cells, 0, draw) for draw in range(5)], axis=0)
    np.testing.assert_allclose(found.maps[0], weights * mean, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("over", "single"),
    [
        ("gradient", {"method": "gradient"}),
        ("input_x_gradient", {"method": "input_x_gradient"}),
        ("integrated_gradients", {"method": "integrated_gradients", "steps": 4}),
    ],
)
def test_statistics_are_those_of_the_maps_of_noisy_images(quadratic, nuclei, over, single):
    cells = nuclei(2)
    options = {"over": over, "samples": 6, "sigma": 0.7}
    options |= {"steps": 4} if over == "integrated_gradients" else {}
    every = []
    for cell in range(2):
        images = np.stack([noisy(cells, cell, draw, 0.7) for draw in range(6)])
        many = CellBatch(images, cells.masks[[cell] * 6], list(range(6)))
        every.append(maps_of(quadratic, many, **single).maps.astype(float))
    for method, statistic, expected in (
        ("smoothgrad", {}, [maps.mean(axis=0) for maps in every]),
        ("smoothgrad_squared", {}, [(maps**2).mean(axis=0) for maps in every]),
        ("vargrad", {"statistic": "sd"}, [maps.std(axis=0, ddof=0) for maps in every]),
        ("vargrad", {"statistic": "variance"}, [maps.var(axis=0, ddof=0) for maps in every]),
    ):
        found = maps_of(quadratic, cells, method=method, batch_size=4, **options, **statistic)
        np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-6)


def test_predictions_are_those_of_the_image_without_noise(quadratic, nuclei):
    cells = nuclei(3)
    found = maps_of(quadratic, cells, method="vargrad", samples=2, steps=2, batch_size=2)
    expected = quadratic.outputs(cells.images, cells.masks)
    np.testing.assert_allclose(found.prediction, expected, rtol=1e-6)
    assert found.prediction_baseline.tolist() == [0, 0, 0]
    assert np.isnan(found.completeness_gap).all()
    assert found.steps.tolist() == [2, 2, 2]


def test_a_tolerance_chooses_the_steps_of_each_cell_and_marks_the_others(quadratic, nuclei):
    cells = nuclei(2)
    options = {"method": "vargrad", "samples": 2, "rule": "midpoint", "steps": 16}
    # A path of a quadratic is straight in its gradient: any m is exact.
    found = maps_of(quadratic, cells, tolerance=1e-3, **options)
    assert found.converged.all()
    assert (found.steps < 16).all()
    missed = maps_of(quadratic, cells, tolerance=1e-12, **options)
    assert not missed.converged.any()
    assert (missed.steps == 16).all()
    np.testing.assert_allclose(found.maps, missed.maps, rtol=1e-3, atol=1e-6)


def test_noise_is_on_measured_pixels_alone_and_differs_by_seed_cell_purpose_and_draw(nuclei):
    mask = nuclei(1).masks[0]

    def noise(*source):
        return measured_noise(mask, 3, 2.0, stream(*source))

    first = noise(1, 5, "noise", 0)
    assert first.shape == (6, 6, 3)
    assert first.dtype == np.float32
    assert (first[~mask] == 0).all()
    assert (first[mask] != 0).all()
    others = [(2, 5, "noise", 0), (1, 6, "noise", 0), (1, 5, "noise", 1), (1, "p/5", "noise", 0)]
    for other in [*others, (1, 5, "baseline", 0)]:
        assert not np.array_equal(first, noise(*other))
    np.testing.assert_array_equal(first, noise(1, np.int64(5), "noise", 0))
    np.testing.assert_array_equal(first, noise(1, "5", "noise", 0))


def test_noise_is_normal_with_the_sd_asked_for():
    noise = measured_noise(np.ones((200, 200), bool), 2, 3.0, stream(1, 5, "noise"))
    assert noise.mean() == pytest.approx(0, abs=5 * 3 / np.sqrt(80_000))
    assert noise.std() == pytest.approx(3, rel=5 / np.sqrt(160_000))


@given(arrays(np.float64, (9, 4), elements=st.floats(-1e3, 1e3)), st.floats(-1e6, 1e6))
def test_running_moments_are_those_of_all_values_even_far_from_zero(values, offset):
    moments = RunningMoments((4,))
    for row in values + offset:
        moments.add(row)
    everything = values + offset
    np.testing.assert_allclose(moments.mean, everything.mean(axis=0), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(
        moments.population_sd(), everything.std(axis=0), rtol=1e-7, atol=1e-6
    )
    np.testing.assert_allclose(
        moments.population_variance(), everything.var(axis=0), rtol=1e-6, atol=1e-5
    )
