"""The table of assignments, its checks, and the choice of a study's cells."""

import numpy as np
import pandas as pd
import pytest

from nascent.errors import SplitError
from nascent.splits.assignment import Design, assign, check, select_cells, split_cells

FACTORS = ("perturbation", "cell_cycle")


@pytest.fixture
def cells() -> pd.DataFrame:
    generator = np.random.default_rng(7)
    count = 300
    return pd.DataFrame(
        {
            "id": np.arange(count) + 1000,
            "part": "a",
            "group": generator.choice(["A01", "A02", "A03"], count),
            "perturbation": generator.choice(["normal", "DMSO", "TSA", None], count),
            "cell_cycle": generator.choice(["G1", "S", None], count),
            "target": generator.normal(377, 60, count),
        }
    )


def test_the_table_has_one_row_a_selected_cell(cells):
    table = split_cells(cells, Design(seed=1), select={"perturbation": ["normal", "DMSO"]}).table
    assert list(table.columns) == ["id", "group", "part", "split"]
    expected = cells[cells["perturbation"].isin(["normal", "DMSO"])]
    assert list(table["id"]) == list(expected["id"])
    assert list(table["group"]) == list(expected["group"])


def test_none_selects_what_is_missing(cells):
    kept = select_cells(cells, {"cell_cycle": ["G1", None]})
    assert set(kept["cell_cycle"].dropna()) == {"G1"}
    assert kept["cell_cycle"].isna().sum() == cells["cell_cycle"].isna().sum()


def test_an_unknown_column_names_the_nearest(cells):
    with pytest.raises(SplitError, match="Did you mean 'perturbation'"):
        select_cells(cells, {"perturbaton": ["normal"]})


def test_a_selection_that_leaves_nothing_names_the_values_there_are(cells):
    with pytest.raises(SplitError, match="DMSO, TSA, normal"):
        select_cells(cells, {"perturbation": ["untreated"]})


def test_a_cell_that_comes_twice_is_refused(cells):
    with pytest.raises(SplitError, match="cell 1000 is in the cell table twice"):
        assign(pd.concat([cells, cells.head(1)]), Design(seed=0))


def test_no_cells_are_refused(cells):
    with pytest.raises(SplitError, match="no cell to split"):
        assign(cells.head(0), Design(seed=0))


def test_an_unknown_way_names_the_ways(cells):
    with pytest.raises(SplitError, match="Did you mean 'group'"):
        assign(cells, Design(seed=0, by="groups"))


def test_check_finds_a_cell_in_two_splits(cells):
    split = assign(cells, Design(seed=0))
    with pytest.raises(SplitError, match="cell 1000 is assigned twice"):
        check(pd.concat([split, split.head(1)]), cells)


def test_check_finds_a_cell_left_out(cells):
    with pytest.raises(SplitError, match="299 cells are assigned, the cell table has 300"):
        check(assign(cells, Design(seed=0)).iloc[1:], cells)


def test_check_finds_an_empty_split(cells):
    with pytest.raises(SplitError, match="no cell is left for val"):
        check(assign(cells, Design(seed=0)).replace("val", "train"), cells)


def test_check_finds_a_divided_group(cells):
    split = assign(cells, Design(seed=0, by="group"))
    other = {"train": "val", "val": "test", "test": "train"}
    split.iloc[0] = other[split.iloc[0]]
    with pytest.raises(SplitError, match=r"is in .* and in another split"):
        check(split, cells, by="group")


def test_balance_counts_every_cell_once_in_every_variable(cells):
    report = split_cells(cells, Design(seed=1), factors=FACTORS).balance
    for _, rows in report.groupby("variable"):
        assert rows.loc[rows["split"] == "all", "cells"].sum() == len(cells)
        assert rows.loc[rows["split"] != "all", "cells"].sum() == len(cells)


def test_balance_gives_shares_and_target_moments_of_each_level(cells):
    splits = split_cells(cells, Design(seed=1), factors=FACTORS)
    rows = splits.balance.set_index(["split", "variable", "level"])
    split = splits.table.set_index("id")["split"]
    by_id = cells.set_index("id")
    train = by_id[split == "train"]
    here = train[train["cell_cycle"].isna()]
    row = rows.loc[("train", "cell_cycle", "missing")]
    assert row["cells"] == len(here)
    assert row["share"] == pytest.approx(len(here) / len(train))
    assert row["target_mean"] == pytest.approx(here["target"].mean())
    assert row["target_sd"] == pytest.approx(np.std(here["target"], ddof=1))
    assert rows.loc[("test", "all", "all"), "share"] == pytest.approx((split == "test").mean())


def test_a_level_that_a_split_lacks_has_a_row_of_zero_cells(cells):
    report = split_cells(cells, Design(seed=1, by="group")).balance
    groups = report.query("variable == 'group' and split != 'all'")
    assert len(groups) == 9
    assert (groups["cells"] == 0).sum() == 6
