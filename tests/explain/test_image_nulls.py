"""Maps of the image alone: the dark is not bright, the outline is no edge."""

import numpy as np
import pytest

from nascent.explain.statistics.image_nulls import (
    BRIGHTNESS,
    CONTRAST,
    EDGE,
    IMAGE_MAPS,
    MAGNITUDE,
    SPOTS,
    image_map,
)


def disc(size=31, radius=12):
    rows, columns = np.indices((size, size)) - size // 2
    return rows**2 + columns**2 <= radius**2


@pytest.mark.parametrize("name", IMAGE_MAPS)
def test_unmeasured_pixels_have_nothing_and_change_nothing(name):
    mask = disc()
    image = np.random.default_rng(1).normal(size=(31, 31, 3)).astype(np.float32)
    found = image_map(name, image, mask)
    assert found.shape == image.shape
    assert found.min() >= 0
    assert not found[~mask].any()
    image[~mask] = 1e4
    np.testing.assert_array_equal(image_map(name, image, mask), found)


def test_dark_pixels_are_not_bright():
    mask = disc()
    image = np.zeros((31, 31, 1))
    image[15, 10], image[15, 20] = 2, -3
    dark, bright = (15, 20, 0), (15, 10, 0)
    values = {name: image_map(name, image, mask) for name in IMAGE_MAPS}
    assert values[BRIGHTNESS][bright] == 2
    assert values[MAGNITUDE][dark] == 3
    for name in (BRIGHTNESS, SPOTS):
        assert values[name][dark] == 0
        assert np.unravel_index(values[name].argmax(), image.shape) == bright
    for name in (MAGNITUDE, CONTRAST):
        assert np.unravel_index(values[name].argmax(), image.shape) == dark


@pytest.mark.parametrize("name", [SPOTS, CONTRAST, EDGE])
def test_an_even_nucleus_has_no_contrast_and_its_outline_is_no_edge(name):
    mask = disc()
    even = np.where(mask, 5.0, 0)[..., None]
    np.testing.assert_allclose(image_map(name, even, mask), 0, atol=1e-12)


def test_the_edge_of_a_step_is_at_the_step():
    mask = disc()
    step = np.where(np.arange(31) < 16, 1.0, 3.0) * np.ones((31, 1))
    found = image_map(EDGE, step[..., None], mask)[15, :, 0]
    assert set(np.argsort(found)[-2:]) == {15, 16}
    # A Gaussian step of height 2 and SD 1, by a central difference over two pixels.
    assert found[15] == pytest.approx(2 * 0.4, rel=0.2)


def test_a_ramp_has_one_slope_wherever_it_is_measured():
    mask = disc()
    rows, columns = np.indices(mask.shape)
    ramp = (3 * rows + 4 * columns)[..., None].astype(float)
    found = image_map(EDGE, ramp, mask)
    inside = disc(radius=6)
    np.testing.assert_allclose(found[inside], 5, rtol=1e-3)


def test_no_surrounding_is_of_another_size_in_larger_crops():
    """A nucleus drawn twice as large has the same spots, twice as large."""
    stream = np.random.default_rng(2)
    mask, image = disc(), stream.normal(size=(31, 31, 1))
    image = image.repeat(4, 0).repeat(4, 1)
    mask = mask.repeat(4, 0).repeat(4, 1)
    large = image.repeat(2, 0).repeat(2, 1), mask.repeat(2, 0).repeat(2, 1)
    found = image_map(SPOTS, *large)[::2, ::2]
    np.testing.assert_allclose(found, image_map(SPOTS, image, mask), atol=0.05)


@pytest.mark.parametrize("name", IMAGE_MAPS)
def test_a_cell_without_pixels_has_a_map_of_zeros(name):
    nothing = np.zeros((5, 5), bool)
    assert not image_map(name, np.ones((5, 5, 2)), nothing).any()
