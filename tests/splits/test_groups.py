"""Groups that a study chooses: the values of any column of the table of examples."""

import pandas as pd
import pytest

from nascent.errors import SplitError
from nascent.splits.assignment import Design, split_cells
from nascent.splits.groups import with_groups


@pytest.fixture
def cells() -> pd.DataFrame:
    """Cells of six wells on three plates, by day of imaging."""
    rows = range(60)
    return pd.DataFrame(
        {
            "group": [f"p{row % 3}/A{row % 2}" for row in rows],
            "part": "a",
            "plate": [f"p{row % 3}" for row in rows],
            "day": [1 + row % 4 for row in rows],
            "target": [float(row) for row in rows],
        },
        index=pd.Index([f"c{row}" for row in rows], name="id"),
    )


def test_groups_are_those_of_the_kind_where_none_are_chosen(cells):
    assert with_groups(cells, None) is cells


@pytest.mark.parametrize("column", ["plate", "day"])
def test_a_column_is_held_out_whole_and_stands_in_the_table_of_splits(cells, column):
    splits = split_cells(with_groups(cells, column), Design(seed=1, by="group"))
    table = splits.table.set_index("id")
    assert list(table["group"]) == list(cells[column].astype(str))
    assert (table["split"].groupby(cells[column]).nunique() == 1).all()
    assert set(table["split"]) == {"train", "val", "test"}


def test_one_value_of_a_column_is_left_out(cells):
    design = Design(seed=1, by="leave_one_group_out", fold="3")
    table = split_cells(with_groups(cells, "day"), design).table
    test = table.set_index("id")["split"] == "test"
    assert (test == (cells["day"] == 3)).all()


def test_a_column_that_is_not_there_names_the_nearest(cells):
    with pytest.raises(SplitError, match=r"splits.group.*'plat'.*Did you mean 'plate'"):
        with_groups(cells, "plat")


def test_an_example_without_a_group_is_named(cells):
    cells.loc[["c3", "c5"], "plate"] = None
    with pytest.raises(SplitError, match="2 examples have no plate, the first is c3") as error:
        with_groups(cells, "plate")
    # Examples get their groups before any are selected.
    assert "select" not in str(error.value)
