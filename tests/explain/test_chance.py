"""Means against chance: closed forms, theory, and what the wells know that the cells do not."""

import numpy as np
import pytest
from scipy import stats

from nascent.explain.chance import against_chance

OPTIONS = {"confidence": 0.95, "draws": 3000, "seed": 4}


def test_a_value_that_is_thrice_its_chance_in_every_cell_has_that_lift_without_spread():
    chances = np.random.default_rng(1).uniform(0.1, 0.3, 50)
    told = against_chance(3 * chances, chances, np.repeat(["a", "b"], 25), **OPTIONS)
    assert told.value == pytest.approx(3 * chances.mean())
    np.testing.assert_allclose([told.lift, told.lift_low, told.lift_high], 3)
    assert told.low < told.value < told.high
    assert told.beats_chance is True


def test_the_interval_over_cells_is_that_of_the_normal_law():
    values = np.random.default_rng(2).normal(5, 2, 2000)
    told = against_chance(values, np.full(2000, 2.5), np.repeat("a", 2000), **OPTIONS)
    half = stats.norm.ppf(0.975) * values.std() / np.sqrt(2000)
    assert told.interval == "cells"
    assert told.low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert told.high == pytest.approx(values.mean() + half, abs=0.1 * half)
    assert told.lift == pytest.approx(values.mean() / 2.5)
    assert told.lift_low == pytest.approx(told.low / 2.5)


def test_wells_are_drawn_whole():
    # Cells of a well are all alike, so their number tells nothing: two wells, values 0 and 1.
    values, wells = np.repeat([0.0, 1.0], 500), np.repeat(["a", "b"], 500)
    by_well = against_chance(values, np.full(1000, 0.5), wells, **OPTIONS)
    by_cell = against_chance(values, np.full(1000, 0.5), np.repeat("a", 1000), **OPTIONS)
    assert (by_well.interval, by_well.low, by_well.high) == ("wells", 0, 1)
    assert by_cell.high - by_cell.low < 0.1


def test_missing_values_count_in_neither():
    values, chances = np.array([1.0, np.nan, 3.0, 9.0]), np.array([1.0, 5.0, 1.0, np.nan])
    told = against_chance(values, chances, np.array(["a", "a", "b", "b"]), **OPTIONS)
    assert (told.cells, told.value, told.chance, told.lift) == (2, 2, 1, 2)


def test_without_spread_there_is_no_interval_and_no_verdict():
    told = against_chance(np.array([2.0]), np.array([1.0]), np.array(["a"]), **OPTIONS)
    assert (told.lift, told.interval, told.beats_chance) == (2, "", None)
    none = against_chance(np.array([np.nan]), np.array([1.0]), np.array(["a"]), **OPTIONS)
    assert none.cells == 0
    assert np.isnan([none.value, none.lift, none.chance]).all()


def test_ranks_are_good_where_they_are_low():
    ranks = np.random.default_rng(3).uniform(1, 3, 100)
    told = against_chance(ranks, np.full(100, 5.0), np.repeat("a", 100), **OPTIONS)
    turned = told.inverted()
    assert turned.value == told.value
    assert turned.lift == pytest.approx(5 / ranks.mean())
    assert turned.lift_low < turned.lift < turned.lift_high
    assert (told.beats_chance, turned.beats_chance) == (False, True)


def test_equal_seeds_draw_equally():
    values, wells = np.random.default_rng(5).random(40), np.repeat("a", 40)
    first = against_chance(values, np.full(40, 0.5), wells, **OPTIONS)
    assert first == against_chance(values, np.full(40, 0.5), wells, **OPTIONS)
    assert first != against_chance(values, np.full(40, 0.5), wells, **OPTIONS | {"seed": 5})
