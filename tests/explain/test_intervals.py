"""Intervals of means: over groups against closed forms, over cells where the groups are given."""

import numpy as np
import pytest
from scipy import stats

from nascent.explain.statistics.intervals import cells_interval, mean_interval

OPTIONS = {"confidence": 0.95, "draws": 4000, "seed": 1}


def test_the_interval_of_many_cells_is_that_of_the_normal_distribution():
    values = np.random.default_rng(2).normal(5, 2, (1000, 3))
    found = cells_interval(values, **OPTIONS)
    half = stats.norm.ppf(0.975) * values.std(axis=0) / np.sqrt(1000)
    np.testing.assert_allclose(found.low, values.mean(axis=0) - half, atol=0.1 * half.max())
    np.testing.assert_allclose(found.high, values.mean(axis=0) + half, atol=0.1 * half.max())
    assert found.over == "cells"


def test_the_interval_over_groups_is_that_of_their_means():
    """Equal groups with one value each: the mean over cells is the mean over groups."""
    levels = np.random.default_rng(3).normal(size=(6, 1))
    values, groups = np.repeat(levels, 10, axis=0), np.repeat(np.arange(6), 10)
    found = mean_interval(values, groups, confidence=0.95)
    half = stats.t.ppf(0.975, 5) * levels.std(ddof=1) / np.sqrt(6)
    assert found.over == "groups"
    assert (found.low[0], found.high[0]) == pytest.approx(
        (levels.mean() - half, levels.mean() + half)
    )
    # Over cells it would be √10 too narrow.
    over_cells = cells_interval(values, **OPTIONS)
    assert found.high[0] - found.low[0] > 2.5 * (over_cells.high[0] - over_cells.low[0])


@pytest.mark.parametrize("groups", [["a"] * 40, ["a", "b"] * 20])
def test_one_or_two_groups_say_nothing_of_others(groups):
    values = np.random.default_rng(4).normal(size=(40, 2))
    found = mean_interval(values, groups, confidence=0.95)
    assert found.over == ""
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_cells_carry_no_spread(count):
    for found in (
        mean_interval(np.ones((count, 3)), ["w"] * count, confidence=0.95),
        cells_interval(np.ones((count, 3)), **OPTIONS),
    ):
        assert np.isnan(found.low).all()
        assert found.low.shape == (3,)


def test_cells_without_a_value_are_left_out():
    stream = np.random.default_rng(5)
    values, groups = stream.normal(size=(30, 1)), stream.integers(0, 4, 30).astype(str)
    holes, places = np.vstack([values, np.full((5, 1), np.nan)]), [*groups, *["z"] * 5]
    for found, expected in (
        (
            mean_interval(holes, places, confidence=0.95),
            mean_interval(values, groups, confidence=0.95),
        ),
        (cells_interval(holes, **OPTIONS), cells_interval(values, **OPTIONS)),
    ):
        np.testing.assert_array_equal(found.high, expected.high)


def test_a_column_that_two_of_three_groups_have_has_no_interval_over_groups():
    values = np.random.default_rng(6).normal(size=(60, 2))
    groups = np.repeat(list("abc"), 20)
    values[40:, 1] = np.nan
    found = mean_interval(values, groups, confidence=0.95)
    assert np.isnan([found.low[1], found.high[1]]).all()
    assert found.low[0] < values[:, 0].mean() < found.high[0]
