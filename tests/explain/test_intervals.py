"""Intervals of means: over wells against closed forms, over cells where there is but one well."""

import numpy as np
import pytest
from scipy import stats

from nascent.explain.intervals import cells_interval, mean_interval

OPTIONS = {"confidence": 0.95, "draws": 4000, "seed": 1}


def test_the_interval_of_many_cells_is_that_of_the_normal_distribution():
    values = np.random.default_rng(2).normal(5, 2, (1000, 3))
    found = cells_interval(values, **OPTIONS)
    half = stats.norm.ppf(0.975) * values.std(axis=0) / np.sqrt(1000)
    np.testing.assert_allclose(found.low, values.mean(axis=0) - half, atol=0.1 * half.max())
    np.testing.assert_allclose(found.high, values.mean(axis=0) + half, atol=0.1 * half.max())
    assert found.over == "cells"


def test_the_interval_of_many_wells_is_that_of_their_means():
    """Equal wells with one value each: the mean over cells is the mean over wells."""
    stream = np.random.default_rng(3)
    levels = stream.normal(size=(60, 1))
    values, wells = np.repeat(levels, 10, axis=0), np.repeat(np.arange(60), 10)
    found = mean_interval(values, wells, **OPTIONS)
    half = stats.t.ppf(0.975, 59) * levels.std(ddof=1) / np.sqrt(60)
    assert found.over == "wells"
    assert found.low[0] == pytest.approx(levels.mean() - half, abs=0.1 * half)
    assert found.high[0] == pytest.approx(levels.mean() + half, abs=0.1 * half)
    # Over cells it would be √10 too narrow.
    over_cells = cells_interval(values, **OPTIONS)
    assert found.high[0] - found.low[0] > 2.5 * (over_cells.high[0] - over_cells.low[0])


def test_two_wells_reach_from_one_to_the_other():
    found = mean_interval(np.array([[0.0], [0.0], [1.0]]), ["a", "a", "b"], **OPTIONS)
    assert (found.low[0], found.high[0]) == (0, 1)


def test_draws_of_wells_weigh_wells_by_their_cells():
    """Means of draws of wells {0, 0, 0} and {1}: 0, 1/4, 1, and 50 % of them are 1/4."""
    found = mean_interval(np.array([[0.0]] * 3 + [[1.0]]), list("aaab"), **OPTIONS | {"draws": 999})
    narrow = mean_interval(
        np.array([[0.0]] * 3 + [[1.0]]), list("aaab"), confidence=0.02, draws=999, seed=1
    )
    assert (found.low[0], found.high[0]) == (0, 1)
    assert (narrow.low[0], narrow.high[0]) == (0.25, 0.25)


def test_one_well_gives_the_interval_over_its_cells():
    values = np.random.default_rng(4).normal(size=(40, 2))
    found = mean_interval(values, ["w"] * 40, **OPTIONS)
    expected = cells_interval(values, **OPTIONS)
    assert found.over == "cells"
    np.testing.assert_array_equal(found.low, expected.low)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_cells_carry_no_spread(count):
    found = mean_interval(np.ones((count, 3)), ["w"] * count, **OPTIONS)
    assert np.isnan(found.low).all()
    assert found.low.shape == (3,)


def test_cells_without_a_value_are_left_out():
    stream = np.random.default_rng(5)
    values, wells = stream.normal(size=(30, 1)), stream.integers(0, 4, 30).astype(str)
    holes = np.vstack([values, np.full((5, 1), np.nan)])
    found = mean_interval(holes, [*wells, *["z"] * 5], **OPTIONS)
    expected = mean_interval(values, wells, **OPTIONS)
    np.testing.assert_array_equal(found.high, expected.high)


def test_a_column_that_one_well_alone_has_carries_no_spread_over_wells():
    """All draws of wells have its one mean: an interval of no width would beat any null."""
    values = np.random.default_rng(6).normal(size=(60, 3))
    wells = np.repeat(list("abc"), 20)
    values[20:, 1] = np.nan
    values[40:, 2] = np.nan
    found = mean_interval(values, wells, **OPTIONS)
    assert np.isnan([found.low[1], found.high[1]]).all()
    assert found.low[0] < values[:, 0].mean() < found.high[0]
    # Of two wells the interval reaches from the one to the other, as if there were no third.
    assert (found.low[2], found.high[2]) == pytest.approx(
        sorted([values[:20, 2].mean(), values[20:40, 2].mean()])
    )
