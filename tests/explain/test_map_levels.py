import numpy as np
import pytest
from scipy import stats

from nascent.explain.reading.map_levels import (
    CHANNELS,
    ENTRIES,
    LEVELS,
    PIXELS,
    agreement,
    common_channels,
    magnitudes,
    of_channels,
    ranked,
)


@pytest.fixture
def pair():
    stream = np.random.default_rng(1)
    mask = stream.random((7, 7)) < 0.6
    return mask, *stream.normal(size=(2, 7, 7, 4)).astype(np.float32)


def test_each_level_is_scipys_correlation_of_magnitudes_over_the_measured_pixels(pair):
    mask, first, second = pair
    found = agreement(ranked(first, mask), ranked(second, mask))
    ours, theirs = np.abs(first[mask]), np.abs(second[mask])
    expected = {
        ENTRIES: stats.spearmanr(ours.ravel(), theirs.ravel()).statistic,
        PIXELS: stats.spearmanr(ours.sum(axis=1), theirs.sum(axis=1)).statistic,
        CHANNELS: stats.spearmanr(ours.sum(axis=0), theirs.sum(axis=0)).statistic,
    }
    assert found == pytest.approx(expected, abs=1e-9)


def test_a_map_agrees_with_itself_and_with_its_negative(pair):
    mask, first, _ = pair
    for other in (first, -first, 3 * first):
        found = agreement(ranked(first, mask), ranked(other, mask))
        assert found == pytest.approx(dict.fromkeys(LEVELS, 1.0))


def test_what_lies_outside_of_the_nucleus_does_not_count(pair):
    mask, first, second = pair
    changed = np.where(mask[..., None], second, 100)
    assert agreement(ranked(first, mask), ranked(second, mask)) == agreement(
        ranked(first, mask), ranked(changed, mask)
    )


def test_maps_of_other_axes_are_compared_where_they_can_be(pair):
    mask, pixel, _ = pair
    space = np.abs(pixel).sum(axis=2, keepdims=True)
    channel = np.abs(pixel[mask]).sum(axis=0)[None, None]
    assert set(magnitudes(space, mask)) == {PIXELS}
    assert set(magnitudes(channel, mask)) == {CHANNELS}
    found = agreement(ranked(pixel, mask), ranked(space, mask))
    assert found[PIXELS] == pytest.approx(1)
    assert np.isnan([found[ENTRIES], found[CHANNELS]]).all()
    assert agreement(ranked(pixel, mask), ranked(channel, mask))[CHANNELS] == pytest.approx(1)
    assert np.isnan(list(agreement(ranked(space, mask), ranked(channel, mask)).values())).all()


def test_no_common_pixel_or_a_zero_map_gives_no_number(pair):
    mask, first, second = pair
    empty = np.zeros_like(mask)
    nothing = agreement(ranked(first, empty), ranked(second, empty))
    assert np.isnan([nothing[ENTRIES], nothing[PIXELS], nothing[CHANNELS]]).all()
    zero = agreement(ranked(first, mask), ranked(np.zeros_like(first), mask))
    assert np.isnan(list(zero.values())).all()


def test_channels_are_matched_by_their_names(pair):
    _, first, _ = pair
    ours, theirs = ("a", "b", "c", "d"), ("d", "x", "b")
    common = common_channels([ours, theirs])
    assert common == ("b", "d")
    np.testing.assert_array_equal(of_channels(first, ours, common), first[..., [1, 3]])
    places = first[..., :1]
    assert of_channels(places, ours, common) is places
