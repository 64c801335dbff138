"""Means against chance: closed forms, theory, and what the groups know that the cells do not."""

import numpy as np
import pytest
from scipy import stats

from nascent.explain.statistics.chance import against_chance


def compared(values, chances, groups):
    return against_chance(values, chances, np.asarray(groups), confidence=0.95)


def test_a_value_that_is_thrice_its_chance_in_every_cell_has_that_lift_without_spread():
    chances = np.random.default_rng(1).uniform(0.1, 0.3, 60)
    told = compared(3 * chances, chances, np.repeat(["a", "b", "c"], 20))
    assert told.value == pytest.approx(3 * chances.mean())
    np.testing.assert_allclose([told.lift, told.lift_low, told.lift_high], 3)
    assert told.low < told.value < told.high
    assert told.beats_chance is True


def test_the_interval_is_students_over_groups():
    # Cells of a group are all alike, so their number tells nothing.
    values, groups = np.repeat([0.0, 1.0, 5.0], 500), np.repeat(list("abc"), 500)
    told = compared(values, np.full(1500, 0.5), groups)
    half = stats.t.ppf(0.975, 2) * np.sqrt(7 / 3)
    assert (told.interval, told.groups) == ("groups", 3)
    assert told.high == pytest.approx(2 + half)
    assert told.lift_high == pytest.approx(2 * (2 + half))
    # A share is not negative, whatever its interval says.
    assert (told.low, told.beats_chance) == (0, False)


def test_two_groups_tell_nothing_of_others():
    told = compared(np.ones(100), np.full(100, 0.5), np.repeat(["a", "b"], 50))
    assert (told.lift, told.groups, told.interval, told.beats_chance) == (2, 2, "", None)
    assert np.isnan([told.low, told.lift_high]).all()


def test_missing_values_count_in_neither():
    values, chances = np.array([1.0, np.nan, 3.0, 9.0]), np.array([1.0, 5.0, 1.0, np.nan])
    told = compared(values, chances, ["a", "a", "b", "b"])
    assert (told.cells, told.value, told.chance, told.lift) == (2, 2, 1, 2)


def test_without_cells_there_is_nothing():
    none = compared(np.array([np.nan]), np.array([1.0]), ["a"])
    assert (none.cells, none.groups, none.beats_chance) == (0, 0, None)
    assert np.isnan([none.value, none.lift, none.chance]).all()


def test_ranks_are_good_where_they_are_low():
    ranks = np.random.default_rng(3).uniform(1, 3, 100)
    told = compared(ranks, np.full(100, 5.0), np.arange(100) % 4)
    turned = told.inverted()
    assert turned.value == told.value
    assert turned.lift == pytest.approx(5 / ranks.mean())
    assert turned.lift_low < turned.lift < turned.lift_high
    assert (told.beats_chance, turned.beats_chance) == (False, True)
