import base64
import zlib

import numpy as np
import pytest

from nascent.report.explorer import planes


def restored(numbers, scale, zero):
    """(K, P) whole numbers → (P, K) values, as the module's text says."""
    return (scale[:, 0] + (numbers.T.astype(float) - zero) * scale[:, 1]).astype(float)


@pytest.fixture
def stream():
    return np.random.default_rng(4)


def test_an_image_is_kept_to_half_a_step_within_its_limits(stream):
    pixels = stream.gamma(2, 100, (5000, 3))
    numbers, scale = planes.quantised_image(pixels)
    back = restored(numbers, scale, 0)
    low, high = np.percentile(pixels, [0.1, 99.9], axis=0)
    np.testing.assert_allclose(scale[:, 0], low, rtol=1e-6)
    np.testing.assert_allclose(scale[:, 1], (high - low) / 255, rtol=1e-6)
    within = (pixels >= low) & (pixels <= high)
    assert within.mean() == pytest.approx(0.998, abs=0.001)
    error = np.abs(back - pixels)
    assert (error <= scale[:, 1] / 2 * (1 + 1e-4))[within].all()
    limits = np.where(pixels < low, low, high)
    np.testing.assert_allclose(back[~within], limits[~within], rtol=1e-5)


@pytest.mark.parametrize("zero", [planes.DARKEST, planes.MIDDLE])
def test_a_map_is_kept_to_half_a_step_and_zero_stays_zero(stream, zero):
    scores = stream.standard_t(3, (4000, 2))
    scores[:100] = 0
    scores = scores if zero else np.abs(scores)
    numbers, scale = planes.quantised_map(scores, zero)
    back = restored(numbers, scale, zero)
    high = np.percentile(np.abs(scores), 99.9, axis=0)
    np.testing.assert_allclose(scale[:, 1], high / (127 if zero else 255), rtol=1e-6)
    assert (back[:100] == 0).all()
    within = np.abs(scores) <= high
    assert (np.abs(back - scores) <= scale[:, 1] / 2 * (1 + 1e-4))[within].all()
    np.testing.assert_allclose(back[~within], (np.sign(scores) * high)[~within], rtol=1e-5)


def test_constant_planes_come_back_exactly():
    numbers, scale = planes.quantised_image(np.full((9, 1), 120.0))
    assert (restored(numbers, scale, 0) == 120).all()
    numbers, scale = planes.quantised_map(np.zeros((9, 1)), planes.MIDDLE)
    assert (restored(numbers, scale, 127) == 0).all()


def test_a_map_of_few_scores_keeps_them():
    scores = np.zeros((5000, 1))
    scores[3] = -8
    numbers, scale = planes.quantised_map(scores, planes.MIDDLE)
    np.testing.assert_allclose(restored(numbers, scale, 127), scores, atol=1e-6)


def test_no_pixels_are_no_bytes():
    for numbers, scale in (
        planes.quantised_image(np.zeros((0, 2))),
        planes.quantised_map(np.zeros((0, 2)), 0),
    ):
        assert (numbers.shape, scale.shape) == ((2, 0), (2, 2))


@pytest.mark.parametrize(
    ("shape", "edge", "factor"),
    [((30, 40), None, 1), ((30, 40), 40, 1), ((30, 40), 39, 2), ((30, 40), 10, 4), ((9, 9), 2, 5)],
)
def test_the_binning_is_the_least_that_fits(shape, edge, factor):
    assert planes.binning(shape, edge) == factor


def test_a_bin_is_the_mean_of_its_measured_pixels():
    values = np.arange(15.0).reshape(3, 5, 1)
    mask = np.ones((3, 5), bool)
    mask[0, 0] = mask[2, 4] = False
    means, inside = planes.binned(values, mask, 2)
    # The squares: (1, 5, 6), (2, 3, 7, 8), (4, 9) / (10, 11), (12, 13), none.
    np.testing.assert_allclose(means[..., 0], [[4, 5, 6.5], [10.5, 12.5, 0]])
    assert inside.tolist() == [[True, True, True], [True, True, False]]


def test_without_binning_nothing_changes_but_what_was_not_measured():
    values, mask = np.arange(4.0).reshape(2, 2, 1), np.array([[True, False], [True, True]])
    means, inside = planes.binned(values, mask, 1)
    assert means[..., 0].tolist() == [[0, 0], [2, 3]]
    assert inside is mask


def test_packed_bytes_are_deflated_base64_of_all_parts():
    scale = np.array([[1.5, 0.25]], np.float32)
    mask = np.array([[True, False, True], [False, False, True]])
    text = planes.packed(scale, planes.bits(mask), np.array([[9, 8, 7]], np.uint8))
    raw = zlib.decompress(base64.b64decode(text))
    # 101001 and two bits that fill the byte.
    assert raw == scale.tobytes() + bytes([0b10100100]) + bytes([9, 8, 7])
