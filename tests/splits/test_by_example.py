"""Splits by cell: the fractions hold in every stratum, and the published shuffle is kept."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import SplitError
from nascent.splits.assignment import FRACTIONS, Design, assign
from nascent.splits.by_example import shuffled, stratified
from nascent.splits.fractions import largest_remainder

STRATA = ("perturbation", "cell_cycle", "group")


@st.composite
def cell_tables(draw):
    count = draw(st.integers(30, 120))
    levels = st.sampled_from
    rows = draw(
        st.lists(
            st.tuples(
                levels(["normal", "DMSO", None]),
                levels(["G1", "S", "G2", None]),
                levels(["A01", "A02"]),
            ),
            min_size=count,
            max_size=count,
        )
    )
    cells = pd.DataFrame(rows, columns=list(STRATA))
    cells["part"] = "a"
    cells["target"] = np.arange(count, dtype=float)
    ids = draw(st.lists(st.integers(0, 10**6), min_size=count, max_size=count, unique=True))
    return cells.set_index(pd.Index(ids, name="id"))


@given(cells=cell_tables(), seed=st.integers(0, 2**31))
def test_every_stratum_and_the_whole_hold_the_fractions_to_within_one_cell(cells, seed):
    split = stratified(cells, fractions=FRACTIONS, strata=STRATA, seed=seed)
    for name, fraction in FRACTIONS.items():
        assert abs((split == name).sum() - fraction * len(cells)) < 1
        strata = cells[list(STRATA)].fillna("missing").agg("/".join, axis=1)
        inside = (split == name).groupby(strata).sum()
        assert (abs(inside - fraction * strata.value_counts().reindex(inside.index)) < 1).all()


@given(cells=cell_tables(), seed=st.integers(0, 2**31), shuffle=st.randoms(use_true_random=False))
def test_the_row_order_of_the_cell_table_does_not_matter(cells, seed, shuffle):
    order = list(range(len(cells)))
    shuffle.shuffle(order)
    split = stratified(cells, fractions=FRACTIONS, strata=STRATA, seed=seed)
    again = stratified(cells.iloc[order], fractions=FRACTIONS, strata=STRATA, seed=seed)
    assert again.index.equals(cells.index[order])
    pd.testing.assert_series_equal(again.reindex(cells.index), split)


@given(
    count=st.integers(0, 10**6),
    weights=st.lists(st.integers(1, 1000), min_size=1, max_size=6),
)
def test_largest_remainders_sum_to_the_count_and_stay_within_one_of_their_quota(count, weights):
    shares = np.array(weights) / sum(weights)
    parts = largest_remainder(count, shares)
    assert parts.sum() == count
    assert (np.abs(parts - count * shares) < 1).all()


def test_another_seed_gives_another_split_of_the_same_sizes():
    cells = _cells(1000)
    one, two = (stratified(cells, fractions=FRACTIONS, strata=STRATA, seed=seed) for seed in (1, 2))
    assert not one.equals(two)
    assert one.value_counts().to_dict() == two.value_counts().to_dict()


def test_strata_of_one_cell_still_fill_every_split():
    cells = _cells(100).assign(perturbation=[f"drug {i}" for i in range(100)])
    split = stratified(cells, fractions=FRACTIONS, strata=STRATA, seed=5)
    assert split.value_counts().to_dict() == {"train": 80, "val": 10, "test": 10}


def test_a_plate_of_many_strata_is_split_exactly_and_at_once():
    generator = np.random.default_rng(1)
    cells = _cells(40_000).assign(group=generator.integers(0, 384, 40_000).astype(str))
    began = time.process_time()
    split = stratified(cells, fractions=FRACTIONS, strata=STRATA, seed=0)
    assert time.process_time() - began < 10
    assert split.value_counts().to_dict() == {"train": 32_000, "val": 4000, "test": 4000}
    table = pd.crosstab([cells[name] for name in STRATA], split)[list(FRACTIONS)]
    quotas = np.outer(table.sum(axis=1), list(FRACTIONS.values()))
    assert (abs(table - quotas) < 1).all(axis=None)


def test_the_plain_shuffle_is_that_of_the_seeded_global_generator_in_table_order():
    cells = _cells(3703)
    split = shuffled(cells, fractions=FRACTIONS, seed=123)

    ids = list(cells.index)
    np.random.seed(123)  # noqa: NPY002 - the published code seeds the global generator
    np.random.shuffle(ids)  # noqa: NPY002
    assert set(split.index[split == "train"]) == set(ids[:2962])
    assert set(split.index[split == "val"]) == set(ids[2962 : 2962 + 370])
    # 3703 → 2962 / 370 / 371 is what the published study reports.
    assert split.value_counts().to_dict() == {"train": 2962, "val": 370, "test": 371}


def test_the_plain_shuffle_of_one_group_has_the_published_sizes():
    split = assign(_cells(562), Design(seed=123, by="shuffle"))
    assert split.value_counts().to_dict() == {"train": 449, "val": 56, "test": 57}


@pytest.mark.parametrize(
    ("fractions", "named"),
    [
        ({"train": 0.8, "val": 0.1, "test": 0.2}, "sum to 1.1"),
        ({"train": 0.9, "val": 0.1}, "fraction of test"),
        ({"train": 0.0, "val": 0.5, "test": 0.5}, "fraction of train"),
        ({"train": 0.8, "val": 0.1, "tset": 0.1}, "Did you mean 'test'"),
    ],
)
@pytest.mark.parametrize("by", ["example", "shuffle", "group"])
def test_wrong_fractions_are_refused(fractions, named, by):
    with pytest.raises(SplitError, match=named):
        assign(_cells(100), Design(seed=0, by=by, fractions=fractions))


@pytest.mark.parametrize(("by", "empty"), [("example", "test"), ("shuffle", "val")])
def test_too_few_cells_for_a_split_is_an_error_that_names_it(by, empty):
    with pytest.raises(SplitError, match=rf"5 cells are too few.*{empty}"):
        assign(_cells(5), Design(seed=0, by=by))


def test_an_unknown_stratum_names_the_nearest_column():
    with pytest.raises(SplitError, match="Did you mean 'cell_cycle'"):
        assign(_cells(100), Design(seed=0, stratify=["cell_cyle"]))


def _cells(count: int) -> pd.DataFrame:
    generator = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "part": "a",
            "group": "A01",
            "perturbation": generator.choice(["normal", "DMSO"], count),
            "cell_cycle": generator.choice(["G1", "S", "G2"], count),
            "target": generator.normal(377, 60, count),
        },
        index=pd.Index(generator.permutation(count) + 300_000, name="id"),
    )
