"""Intervals over few groups: closed forms, exact levels, and what unequal groups do to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nascent.statistics.jackknife import group_sums, limits, mean_limits, without_each


def of_means(values, groups, confidence=0.95):
    there = np.isfinite(values).astype(float)
    sums = group_sums(np.hstack([np.nan_to_num(values), there]), groups)
    return mean_limits(*np.hsplit(sums, 2), confidence=confidence)


@given(st.integers(3, 12), st.integers(1, 9), st.integers(0, 10**6))
def test_equal_groups_give_students_interval_of_their_means(groups, cells, seed):
    values = np.random.default_rng(seed).normal(5, 2, (groups * cells, 2))
    low, high = of_means(values, np.repeat(np.arange(groups), cells))
    for column in range(2):
        means = values[:, column].reshape(groups, cells).mean(axis=1)
        expected = stats.t.interval(0.95, groups - 1, means.mean(), stats.sem(means))
        assert (low[column], high[column]) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_three_groups_in_numbers():
    # Means 0, 1 and 5: mean 2, SE √(7/3), t with 2 degrees of freedom at 97.5 % is 4.3027.
    low, high = of_means(np.array([[0.0], [1.0], [5.0]]), np.arange(3))
    assert (low[0], high[0]) == pytest.approx(
        (2 - 4.3027 * np.sqrt(7 / 3), 2 + 4.3027 * np.sqrt(7 / 3)), rel=1e-4
    )


@pytest.mark.parametrize("groups", [1, 2])
def test_too_few_groups_have_no_interval(groups):
    low, high = of_means(np.arange(4.0)[:, None], np.arange(4) % groups)
    assert np.isnan([low, high]).all()


@pytest.mark.parametrize(
    "sizes", [[40] * 3, [40] * 5, [5, 20, 80], [1, 1, 100], [5, 5, 20, 80, 80]]
)
@pytest.mark.parametrize("between", [0.0, 1.0])
def test_an_interval_of_99_percent_errs_in_at_most_one_of_a_hundred(sizes, between):
    """Whether groups differ or not, and for groups of unequal size, down to three groups."""
    rng = np.random.default_rng([len(sizes), sizes[0], int(between)])
    sets = 4000
    groups = np.repeat(np.arange(len(sizes)), sizes)
    effect = np.repeat(between * rng.normal(size=(len(sizes), sets)), sizes, axis=0)
    low, high = of_means(effect + rng.normal(size=(len(groups), sets)), groups, 0.99)
    wrong = np.mean((low > 0) | (high < 0))
    assert wrong < 0.01 + 3 * np.sqrt(0.01 * 0.99 / sets)


def test_groups_without_a_value_in_a_column_do_not_count_in_it():
    rng = np.random.default_rng(6)
    values, groups = rng.normal(size=(80, 3)), np.repeat(list("abcd"), 20)
    values[60:, 1] = np.nan
    values[40:, 2] = np.nan
    low, high = of_means(values, groups)
    expected = of_means(values[:60, 1:2], groups[:60])
    assert (low[1], high[1]) == pytest.approx((expected[0][0], expected[1][0]))
    assert np.isnan([low[2], high[2]]).all()


def test_a_ratio_is_left_out_group_by_group():
    sums = np.array([[1.0, 2.0], [3.0, 2.0], [2.0, 4.0], [6.0, 4.0]])
    left_out = without_each(sums)
    assert left_out[0].tolist() == [11, 10]
    value = np.array([12 / 12])
    ratios = (left_out[:, 0] / left_out[:, 1])[:, None]
    low, high = limits(value, ratios, np.full(4, 10), confidence=0.95)
    spread = 3 / 4 * ((ratios - 1) ** 2).sum()
    assert high[0] - low[0] == pytest.approx(2 * stats.t.ppf(0.975, 3) * np.sqrt(spread))


def test_a_statistic_that_is_not_defined_without_a_group_has_no_interval():
    left_out = np.array([[1.0], [np.nan], [2.0]])
    low, high = limits(np.array([1.0]), left_out, np.full(3, 10), confidence=0.95)
    assert np.isnan([low, high]).all()
