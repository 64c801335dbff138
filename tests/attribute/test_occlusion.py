"""Occlusion against closed forms, and against a plain loop over squares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from nascent.attribute.baselines import BaselineData, baseline_of
from nascent.attribute.occlusion import occlusion, windows_of

BLACK = baseline_of("black")


def test_with_one_pixel_of_one_channel_a_linear_model_gives_weight_times_difference(
    linear, weights, nuclei
):
    cells = nuclei(2)
    baseline = baseline_of("training_mean", BaselineData(training_mean=np.float32([1, -2])))
    found = occlusion(linear, cells, baseline, window=1, stride=1, channels="each", batch_size=7)
    expected = weights * (cells.images - [1, -2]) * cells.masks[..., None]
    np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-5)
    at_baseline = (weights * [1, -2] * cells.masks[..., None]).sum(axis=(1, 2, 3)) + 7
    np.testing.assert_allclose(found.prediction_baseline, at_baseline, rtol=1e-5)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99), st.sampled_from([1, 5, 64]))
def test_changes_are_shared_out_among_the_pixels_of_a_square_and_averaged_over_squares(
    quadratic, weights, nuclei, window, stride, seed, batch_size
):
    stride = min(stride, window)
    cells = nuclei(1, seed)
    found = occlusion(
        quadratic,
        cells,
        BLACK,
        window=window,
        stride=stride,
        channels="together",
        batch_size=batch_size,
    )
    # A square takes away w x² of its pixels; the grid ends at the border of the frame.
    values = (weights * cells.images[0].astype(float) ** 2).sum(axis=-1)
    edge = min(window, 6)
    firsts = sorted({*range(0, 6 - edge + 1, stride), 6 - edge})
    total, covered = np.zeros((6, 6)), np.zeros((6, 6))
    for row in firsts:
        for column in firsts:
            square = slice(row, row + edge), slice(column, column + edge)
            if cells.masks[0][square].any():
                total[square] += values[square].sum() / np.count_nonzero(cells.masks[0][square])
                covered[square] += 1
    expected = total / np.maximum(covered, 1) * cells.masks[0]
    np.testing.assert_allclose(found.maps[0, ..., 0], expected, rtol=1e-4, atol=1e-4)
    assert np.isnan(found.completeness_gap).all()


@pytest.mark.parametrize("channels", ["together", "each"])
def test_a_map_of_squares_side_by_side_sums_to_their_changes(quadratic, nuclei, channels):
    """A model that adds up over pixels loses all of f(x) − f(baseline), whatever the edge."""
    cells = nuclei(2)
    sums = []
    for edge in (1, 2, 3, 6):
        found = occlusion(
            quadratic, cells, BLACK, window=edge, stride=edge, channels=channels, batch_size=9
        )
        sums.append(found.maps.sum(axis=(1, 2, 3), dtype=float))
    change = found.prediction - found.prediction_baseline
    np.testing.assert_allclose(sums, [change] * 4, rtol=1e-4)


def test_overlap_changes_no_score_of_an_even_nucleus(explained, nuclei):
    even = explained(lambda x: ops.sum(x, axis=(1, 2, 3)) / 4, (6, 6, 2))
    cells = nuclei(1)
    cells.images[...], cells.masks[...] = 1, True
    for window, stride in ((1, 1), (3, 1), (4, 2), (6, 5)):
        found = occlusion(
            even, cells, BLACK, window=window, stride=stride, channels="each", batch_size=9
        )
        np.testing.assert_allclose(found.maps, 0.25, rtol=1e-4)


def test_squares_without_measured_pixels_are_not_evaluated():
    mask = np.zeros((12, 12), bool)
    assert windows_of(mask, 4, 4) == []
    mask[5, 5] = True
    assert windows_of(mask, 4, 4) == [(slice(4, 8), slice(4, 8))]
    assert len(windows_of(np.ones((12, 12), bool), 5, 4)) == 9
    assert windows_of(mask, 99, 3) == [(slice(0, 12), slice(0, 12))]


def test_no_more_images_than_a_batch_are_evaluated_at_once(linear, nuclei, monkeypatch):
    seen = []
    real = type(linear).outputs

    def spy(self, images, *others):
        seen.append(len(images))
        return real(self, images, *others)

    monkeypatch.setattr(type(linear), "outputs", spy)
    occlusion(linear, nuclei(3), BLACK, window=1, stride=1, channels="each", batch_size=5)
    assert max(seen) == 5


@pytest.mark.parametrize("channels", ["together", "each"])
def test_a_cell_without_measured_pixels_has_a_map_of_zeros(linear, nuclei, channels):
    cells = nuclei(1)
    cells.images[...], cells.masks[...] = 0, False
    found = occlusion(linear, cells, BLACK, window=2, stride=2, channels=channels, batch_size=5)
    assert not found.maps.any()
