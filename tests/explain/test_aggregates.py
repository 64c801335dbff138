"""What is summed of a map on each channel: closed forms, and shares that sum to 1."""

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource, open_maps
from nascent.attribute.results import Attributions
from nascent.explain.importance.aggregates import (
    AGGREGATES,
    SMOOTHING,
    SYMBOLS,
    aggregated,
    channel_shares,
    channel_totals,
    totals_table,
)


def written(path, maps, masks, axes="entry"):
    source = MapSource(("a", "b"), "integrated_gradients", {}, 0, "m", "s", axes)
    made = Attributions(maps, *np.zeros((3, 2)), np.zeros(2, int), np.ones(2, bool))
    write_maps(path, made, ids=[7, 8], masks=masks, source=source)
    with open_maps(path) as opened:
        return channel_totals(opened)


def test_totals_are_those_of_measured_pixels_alone(tmp_path):
    maps = np.zeros((2, 2, 2, 2), np.float32)
    maps[0, 0] = [[1, -3], [-2, 1]]
    maps[0, 1, 1] = [100, 100]  # not measured
    masks = np.array([[[True, True], [True, False]], [[True, True], [True, True]]])
    totals = written(tmp_path / "maps.h5", maps, masks)
    assert totals["absolute"].loc[7].to_dict() == {"a": 3, "b": 4}
    assert totals["signed"].loc[7].to_dict() == {"a": -1, "b": -2}
    assert totals["squared"].loc[7].to_dict() == {"a": 5, "b": 10}
    assert totals["net"].loc[7].to_dict() == {"a": 1, "b": 2}
    assert channel_shares(totals, "absolute").loc[7].to_dict() == {"a": 3 / 7, "b": 4 / 7}
    assert channel_shares(totals, "signed").loc[7].to_dict() == {"a": -1 / 7, "b": -2 / 7}
    assert channel_shares(totals, "squared").loc[7].to_dict() == {"a": 5 / 15, "b": 10 / 15}
    assert channel_shares(totals, "net").loc[7].to_dict() == {"a": 1 / 3, "b": 2 / 3}
    for aggregate in AGGREGATES:
        assert channel_shares(totals, aggregate).loc[8].isna().all()  # a map of zeros


def test_a_number_a_channel_counts_once_whatever_the_nucleus(tmp_path):
    maps = np.array([[[[1.0, -3.0]]], [[[2.0, 2.0]]]], np.float32)
    masks = np.ones((2, 4, 4), bool)
    totals = written(tmp_path / "maps.h5", maps, masks, axes="feature")
    assert channel_shares(totals, "absolute").loc[7].to_dict() == {"a": 0.25, "b": 0.75}
    assert channel_shares(totals, "signed").loc[7].to_dict() == {"a": 0.25, "b": -0.75}
    for aggregate in ("net", "smoothed"):
        assert channel_shares(totals, aggregate).loc[7].to_dict() == {"a": 0.25, "b": 0.75}


def test_pixels_that_cancel_far_apart_leave_no_net_and_stay_when_smoothed():
    mask = np.ones((24, 24), bool)
    scores = np.zeros((24, 24, 1))
    scores[:12], scores[12:] = 1, -1
    found = aggregated(scores, mask)
    assert found["absolute"] == 24 * 24
    assert found["net"] == found["signed"] == 0
    # Each half loses to the other what the Gaussian carries over the border between them.
    assert 0.85 * 24 * 24 < found["smoothed"] < 24 * 24


def test_pixels_that_cancel_with_their_neighbours_are_gone_when_smoothed():
    mask = np.ones((24, 24), bool)
    board = (-1.0) ** np.add.outer(range(24), range(24))
    found = aggregated(board[..., None], mask)
    assert found["absolute"] == 24 * 24 and found["squared"] == 24 * 24
    assert found["smoothed"] < 0.1 * 24 * 24


def test_the_smoothed_sum_is_that_of_the_filtered_map():
    stream = np.random.default_rng(0)
    scores, mask = stream.normal(size=(16, 16, 3)), np.zeros((16, 16), bool)
    mask[3:13, 4:12] = True
    inside = np.where(mask[..., None], scores, 0)
    sums = gaussian_filter(inside, (SMOOTHING, SMOOTHING, 0), mode="constant")
    weights = gaussian_filter(mask.astype(float), SMOOTHING, mode="constant")
    expected = np.abs(sums / weights[..., None])[mask].sum(axis=0)
    np.testing.assert_allclose(aggregated(scores, mask)["smoothed"], expected)


@pytest.mark.parametrize("seed", range(8))
def test_shares_sum_to_1_and_signed_ones_lie_within_the_absolute(seed):
    stream = np.random.default_rng(seed)
    found = []
    for _ in range(5):
        mask = stream.random((9, 9)) < 0.6
        scale = 10.0 ** stream.uniform(-6, 6, 4)
        found.append(aggregated(stream.normal(size=(9, 9, 4)) * scale, mask))
    totals = totals_table(found, pd.RangeIndex(5), list("abcd"))
    for aggregate in set(AGGREGATES) - {"signed"}:
        shares = channel_shares(totals, aggregate)
        np.testing.assert_allclose(shares.sum(axis=1), 1)
        assert (shares >= 0).all(axis=None)
    signed, absolute = (channel_shares(totals, name) for name in ("signed", "absolute"))
    assert (signed.abs() <= absolute + 1e-12).all(axis=None)


def test_every_aggregate_is_written_somehow():
    assert set(SYMBOLS) == set(AGGREGATES)
