"""VarGrad against closed forms and a plain computation that keeps every map."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nascent.attribute.integrated_gradients import integrated_gradients
from nascent.attribute.vargrad import RunningSpread, measured_noise, vargrad
from nascent.errors import AttributionError

WEIGHTS = np.random.default_rng(3).normal(size=(5, 5, 2)).astype(np.float32)
MASK = np.zeros((5, 5), bool)
MASK[1:4, 1:4] = True


def linear(images, masks):
    return (images * WEIGHTS).sum(axis=(1, 2, 3)), np.broadcast_to(WEIGHTS, images.shape)


def quadratic(images, masks):
    return (WEIGHTS * images**2).sum(axis=(1, 2, 3)), 2 * WEIGHTS * images


def nuclei(count):
    stream = np.random.default_rng(1)
    masks = np.repeat(MASK[None], count, axis=0)
    return stream.normal(size=(count, 5, 5, 2)).astype(np.float32) * masks[..., None], masks


def test_a_linear_model_gets_sigma_times_absolute_weight_inside_and_zero_outside():
    images, masks = nuclei(1)
    found = vargrad(
        linear, images, masks, [7], seed=1, steps=1, samples=2000, sigma=0.5, batch_size=500
    )
    expected = 0.5 * np.abs(WEIGHTS) * MASK[..., None]
    # The SD of 2000 normal draws has a relative standard error of 1/√4000 = 1.6 %.
    np.testing.assert_allclose(found.maps[0], expected, rtol=0.08)
    assert (found.maps[0][~MASK] == 0).all()


def test_it_is_the_population_sd_of_the_maps_of_noisy_images():
    images, masks = nuclei(2)
    found = vargrad(quadratic, images, masks, ["a", "b"], seed=5, steps=4, samples=6, batch_size=7)
    for cell, name in enumerate("ab"):
        noisy = np.stack(
            [images[cell] + measured_noise(MASK, 2, 1.0, (5, name, draw)) for draw in range(6)]
        )
        maps = integrated_gradients(quadratic, noisy, masks[[cell] * 6], steps=4).maps
        np.testing.assert_allclose(found.maps[cell], maps.std(axis=0, ddof=0), rtol=1e-4, atol=1e-6)


def test_predictions_are_those_of_the_image_without_noise():
    images, masks = nuclei(3)
    found = vargrad(quadratic, images, masks, [1, 2, 3], seed=5, steps=2, samples=2, batch_size=2)
    np.testing.assert_array_equal(found.prediction, quadratic(images, masks)[0])
    assert found.prediction_baseline.tolist() == [0, 0, 0]
    assert np.isnan(found.completeness_gap).all()


def test_a_cell_gets_the_same_map_alone_and_among_others():
    images, masks = nuclei(3)
    options = {"seed": 2, "steps": 3, "samples": 4, "batch_size": 8}
    together = vargrad(quadratic, images, masks, [10, 11, 12], **options)
    alone = vargrad(quadratic, images[1:2], masks[1:2], [11], **options)
    np.testing.assert_allclose(alone.maps[0], together.maps[1], rtol=1e-5, atol=1e-6)


def test_noise_is_on_measured_pixels_alone_and_differs_by_seed_cell_and_draw():
    noise = measured_noise(MASK, 3, 2.0, (1, 5, 0))
    assert noise.shape == (5, 5, 3)
    assert noise.dtype == np.float32
    assert (noise[~MASK] == 0).all()
    assert (noise[MASK] != 0).all()
    for other in [(2, 5, 0), (1, 6, 0), (1, 5, 1), (1, "plate01/5", 0)]:
        assert not np.array_equal(noise, measured_noise(MASK, 3, 2.0, other))
    np.testing.assert_array_equal(noise, measured_noise(MASK, 3, 2.0, (1, np.int64(5), 0)))


def test_noise_is_normal_with_the_sd_asked_for():
    noise = measured_noise(np.ones((200, 200), bool), 2, 3.0, (1, 5, 0))
    assert noise.mean() == pytest.approx(0, abs=5 * 3 / np.sqrt(80_000))
    assert noise.std() == pytest.approx(3, rel=5 / np.sqrt(160_000))


@settings(deadline=None)
@given(arrays(np.float64, (9, 4), elements=st.floats(-1e3, 1e3)), st.floats(-1e6, 1e6))
def test_the_running_spread_is_the_population_sd_even_far_from_zero(values, offset):
    spread = RunningSpread((4,))
    for row in values + offset:
        spread.add(row)
    np.testing.assert_allclose(
        spread.population_sd(), (values + offset).std(axis=0), rtol=1e-7, atol=1e-6
    )


@pytest.mark.parametrize("wrong", [{"samples": 0}, {"sigma": -1.0}])
def test_no_samples_or_a_negative_sigma_is_refused(wrong):
    images, masks = nuclei(1)
    with pytest.raises(AttributionError, match="sigma"):
        vargrad(linear, images, masks, [1], seed=1, **wrong)
