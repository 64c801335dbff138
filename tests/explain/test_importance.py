"""Channel importance: shares of known maps, and bootstrap intervals against theory."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nascent.attribute.maps import MapSource, open_maps, write_maps
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError
from nascent.explain import importance
from nascent.explain.importance import (
    bootstrap_interval,
    channel_importance,
    channel_shares,
    channel_sums,
)


def test_sums_take_magnitudes_on_measured_pixels_alone(tmp_path):
    maps = np.zeros((2, 2, 2, 2), np.float32)
    maps[0, 0] = [[1, -3], [-2, 1]]
    maps[0, 1, 1] = [100, 100]  # not measured
    masks = np.array([[[True, True], [True, False]], [[True, True], [True, True]]])
    source = MapSource(("a", "b"), "integrated_gradients", {}, 0, "m", "s")
    made = Attributions(maps, *np.zeros((3, 2)), np.zeros(2, int), np.ones(2, bool))
    write_maps(tmp_path / "maps.h5", made, cell_ids=[7, 8], masks=masks, source=source)
    with open_maps(tmp_path / "maps.h5") as opened:
        sums = channel_sums(opened)
    assert sums.loc[7].to_dict() == {"a": 3, "b": 4}
    shares = channel_shares(sums)
    assert shares.loc[7].to_dict() == {"a": 3 / 7, "b": 4 / 7}
    assert shares.loc[8].isna().all()  # a map of zeros has no shares


def shares_and_groups():
    shares = pd.DataFrame(
        {"a": [0.2, 0.4, 0.9, np.nan], "b": [0.8, 0.6, 0.1, np.nan]}, index=[1, 2, 3, 4]
    )
    return shares, pd.Series({4: "low", 3: "medium", 2: "low", 1: "low", 99: "high"})


def test_importance_is_the_mean_share_of_the_cells_of_a_group():
    table = channel_importance(*shares_and_groups(), seed=1).set_index(["group", "channel"])
    assert table.loc[("low", "a"), "importance"] == pytest.approx(0.3)
    assert table.loc[("low", "b"), "importance"] == pytest.approx(0.7)
    assert table.loc[("low", "a"), ["cells", "zero_cells"]].tolist() == [2, 1]
    assert table["uniform"].unique().tolist() == [0.5]


def test_few_cells_have_no_interval_and_none_have_no_importance():
    table = channel_importance(*shares_and_groups(), seed=1).set_index(["group", "channel"])
    assert table.loc[("medium", "a"), "importance"] == 0.9
    assert table.loc[("medium", "a"), ["low", "high"]].isna().all()
    assert table.loc[("high", "a"), "cells"] == 0
    assert table.loc[("high", "a"), ["importance", "low", "high"]].isna().all()


def test_a_cell_in_no_group_is_named():
    shares, groups = shares_and_groups()
    with pytest.raises(AttributionError, match="the first is 3"):
        channel_importance(shares, groups.drop(3), seed=1)


def test_the_interval_of_many_cells_is_that_of_the_normal_distribution():
    values = np.random.default_rng(2).normal(5, 2, (1000, 3))
    low, high = bootstrap_interval(values, confidence=0.95, draws=4000, seed=1)
    half = stats.norm.ppf(0.975) * values.std(axis=0) / np.sqrt(1000)
    np.testing.assert_allclose(low, values.mean(axis=0) - half, atol=0.1 * half.max())
    np.testing.assert_allclose(high, values.mean(axis=0) + half, atol=0.1 * half.max())


def test_the_interval_of_two_cells_is_known():
    # Resampled means of {0, 1} are 0, ½, 1 with probabilities ¼, ½, ¼.
    low, high = bootstrap_interval(np.array([[0.0], [1.0]]), confidence=0.4, draws=2000, seed=1)
    assert (low.item(), high.item()) == (0.5, 0.5)
    low, high = bootstrap_interval(np.array([[0.0], [1.0]]), confidence=0.6, draws=2000, seed=1)
    assert (low.item(), high.item()) == (0, 1)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    stream = np.random.default_rng(3)
    covered = 0
    for trial in range(300):
        low, high = bootstrap_interval(
            stream.exponential(size=(80, 1)), confidence=0.9, draws=400, seed=trial
        )
        covered += low.item() <= 1 <= high.item()
    # 90 % less the known shortfall of percentile intervals on skewed data; binomial SD 1.7 %.
    assert 0.82 <= covered / 300 <= 0.95


def test_equal_seeds_give_equal_intervals_whatever_the_block(monkeypatch):
    values = np.random.default_rng(2).random((50, 4))
    options = {"confidence": 0.99, "draws": 300}
    whole = bootstrap_interval(values, seed=1, **options)
    monkeypatch.setattr(importance, "COUNTS_AT_A_TIME", 50 * 7)
    np.testing.assert_array_equal(whole, bootstrap_interval(values, seed=1, **options))
    assert not np.array_equal(whole, bootstrap_interval(values, seed=2, **options))
