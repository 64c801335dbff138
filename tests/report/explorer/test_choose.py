import numpy as np
import pandas as pd
import pytest

from nascent.report.explorer.choose import balanced, largest

STRATA = pd.Series(["low"] * 2 + ["medium"] * 7 + ["high"] * 3, index=range(12))


def test_every_cell_comes_once():
    assert sorted(balanced(STRATA, 1)) == list(range(12))


@pytest.mark.parametrize(
    ("count", "held"),
    [(3, (1, 1, 1)), (6, (2, 2, 2)), (8, (2, 3, 3)), (10, (2, 5, 3)), (12, (2, 7, 3))],
)
def test_strata_take_turns_until_they_are_used_up(count, held):
    chosen = STRATA.loc[balanced(STRATA, 1)[:count]].value_counts()
    assert tuple(chosen.reindex(["low", "medium", "high"])) == held


def test_the_seed_decides_which_cells_come_first():
    many = pd.Series(["low", "high"] * 50)
    assert balanced(many, 1) == balanced(many, 1)
    assert balanced(many, 1)[:10] != balanced(many, 2)[:10]


def test_missing_strata_are_a_stratum():
    chosen = balanced(pd.Series(["low", "low", None, None], index=list("abcd")), 3)
    assert {*chosen[:2]} & {"a", "b"} and {*chosen[:2]} & {"c", "d"}


def test_no_cells_have_an_empty_order():
    assert balanced(pd.Series(dtype=object), 1) == []


def test_the_largest_mean_shares_come_first_and_zero_maps_do_not_count():
    shares = np.array([[0.2, 0.5, 0.3], [np.nan] * 3, [0.4, 0.4, 0.2]])
    assert largest(shares, ["a", "b", "c"], 2) == ["b", "a"]
    assert largest(shares, ["a", "b", "c"], 9) == ["b", "a", "c"]
