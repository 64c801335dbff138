"""Smoothing within a nucleus: nothing flows in or out, and channels stay apart."""

import numpy as np
from scipy.ndimage import gaussian_filter

from nascent.smoothing import smoothed

SIZE = 20
V, U = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
MASK = np.hypot(U, V) < 8
STREAM = np.random.default_rng(2)


def test_smoothing_is_the_mean_of_the_measured_neighbours():
    stream = np.random.default_rng(1)
    scores = stream.normal(size=(SIZE, SIZE, 2))
    found = smoothed(scores, MASK, 1.5)
    assert (found[~MASK] == 0).all()
    # A second way: weights of every pair of measured pixels.
    at = np.argwhere(MASK)
    squares = ((at[:, None] - at) ** 2).sum(axis=2)
    weights = np.exp(-squares / (2 * 1.5**2))
    expected = weights @ scores[MASK] / weights.sum(axis=1, keepdims=True)
    # SciPy cuts the Gaussian off at four SDs.
    np.testing.assert_allclose(found[MASK], expected, atol=2e-3)


def test_smoothing_leaves_an_even_map_even_and_channels_apart():
    scores = np.zeros((SIZE, SIZE, 3))
    scores[..., 1] = 5
    found = smoothed(scores, MASK, 2.0)
    np.testing.assert_allclose(found[MASK], [[0, 5, 0]] * MASK.sum())
    np.testing.assert_array_equal(smoothed(scores, MASK, 0.0), np.where(MASK[..., None], scores, 0))


def test_what_lies_outside_of_the_nucleus_changes_nothing():
    scores = STREAM.normal(size=(SIZE, SIZE, 1))
    other = np.where(MASK[..., None], scores, 1e6)
    np.testing.assert_allclose(smoothed(scores, MASK, 2.0), smoothed(other, MASK, 2.0))


def test_it_is_the_ratio_of_two_filters_of_the_whole_image():
    scores = STREAM.normal(size=(SIZE, SIZE, 2))
    mask = MASK & (U > -3) & (V < 5)
    sums = gaussian_filter(np.where(mask[..., None], scores, 0), (1.5, 1.5, 0), mode="constant")
    weights = gaussian_filter(mask.astype(float), 1.5, mode="constant")
    found = smoothed(scores, mask, 1.5)
    np.testing.assert_allclose(found[mask], (sums / weights[..., None])[mask], atol=1e-12)
    assert not found[~mask].any()


def test_a_cell_without_pixels_is_a_map_of_zeros():
    assert not smoothed(np.ones((4, 4, 2)), np.zeros((4, 4), bool), 1.5).any()
