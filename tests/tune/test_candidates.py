from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.tune.candidates import candidate_name, candidates

KEYS = {"layers.dropout": [0.0, 0.5], "learning_rate": [1e-2, 1e-3, 1e-4], "head": [[], [8, 4]]}

spaces = st.dictionaries(
    st.sampled_from(["a", "b", "layers.c", "layers.d"]),
    st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True),
    min_size=1,
)


def as_set(found):
    """Candidates without their order; lists of values cannot be hashed."""
    return {tuple(sorted((key, str(value)) for key, value in one.items())) for one in found}


def searched(keys, search="grid", number=1, seed=0):
    return candidates(keys, search, number=number, seed=seed)


# The first call of all loads scikit-learn.
@given(spaces)
def test_a_grid_is_all_combinations_each_once(keys):
    found = searched(keys)
    expected = [dict(zip(keys, values, strict=True)) for values in product(*keys.values())]
    assert len(found) == len(expected)
    assert as_set(found) == as_set(expected)


def test_the_order_of_a_grid_is_that_of_its_values_whatever_the_order_of_its_keys():
    assert searched({"learning_rate": [0.1, 0.01]}) == [
        {"learning_rate": 0.1},
        {"learning_rate": 0.01},
    ]
    turned = dict(reversed(KEYS.items()))
    assert searched(KEYS) == searched(turned)
    assert searched(KEYS, "random", 5) == searched(turned, "random", 5)


def test_values_stay_what_they_are():
    assert [one["head"] for one in searched({"head": [[], [8, 4], None]})] == [[], [8, 4], None]
    (one,) = searched({"flip": [True]}, "random", 3)
    assert one["flip"] is True


@given(spaces, st.integers(1, 90), st.integers(0, 2**31))
def test_random_draws_are_of_the_grid_and_none_comes_twice(keys, number, seed):
    found, grid = searched(keys, "random", number, seed), searched(keys)
    assert len(found) == len(as_set(found)) == min(number, len(grid))
    assert as_set(found) <= as_set(grid)


@pytest.mark.parametrize("number", [12, 13, 1000])
def test_where_there_are_no_more_than_asked_for_all_are_tried(number):
    assert searched(KEYS, "random", number, 5) == searched(KEYS)


def test_equal_seeds_draw_equal_candidates_and_others_do_not():
    draws = [searched(KEYS, "random", 4, seed) for seed in (7, 7, 8)]
    assert draws[0] == draws[1] != draws[2]


def test_each_combination_is_drawn_as_often_as_any_other():
    keys, draws = {"a": [0, 1, 2], "b": [0, 1]}, 1200
    drawn = [searched(keys, "random", 2, seed) for seed in range(draws)]
    counts = np.zeros((3, 2))
    for found in drawn:
        for one in found:
            counts[one["a"], one["b"]] += 1
    expected = 2 * draws / 6
    # Chi-squared with 5 degrees of freedom: beyond 20.5 in 1 of 1,000; the seeds are fixed.
    assert ((counts - expected) ** 2 / expected).sum() < 20.5


@given(spaces)
def test_every_candidate_has_a_name_of_its_own(keys):
    names = [candidate_name(one) for one in searched(keys)]
    assert len(set(names)) == len(names)


def test_a_search_that_grows_renames_no_candidate():
    grown = {**KEYS, "learning_rate": [1e-1, *KEYS["learning_rate"]], "head": [None, *KEYS["head"]]}
    before, after = ({candidate_name(one) for one in searched(keys)} for keys in (KEYS, grown))
    assert before < after


def test_a_name_is_of_what_is_changed_and_not_of_its_order_and_is_never_a_number():
    assert candidate_name({"a": 1, "b": [2]}) == candidate_name({"b": [2], "a": 1})
    assert candidate_name({"a": 1}) != candidate_name({"a": "1"})
    assert all(candidate_name({"a": i})[0] == "c" for i in range(99))
