import numpy as np
import pandas as pd
import pytest

from nascent.errors import AttributionError
from nascent.explain.statistics.cell_means import MEAN, cell_means, groups_of, side_of_zero
from nascent.files import write_table

OPTIONS = {"confidence": 0.95, "draws": 500, "seed": 4}


def test_a_mean_is_over_the_cells_that_have_a_value():
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, 5.0]])
    table = cell_means(values, np.array(["a", "b", "b"]), **OPTIONS)
    assert list(table.columns) == list(MEAN)
    assert table["mean"].tolist() == [2, 5]
    assert table["cells"].tolist() == [2, 1]
    assert table["missing"].tolist() == [1, 2]
    assert table["groups"].tolist() == [2, 1]
    assert table["low"][0] < 2 < table["high"][0]
    assert table.loc[1, ["low", "high", "low_groups", "high_groups"]].isna().all()


def test_the_interval_over_cells_covers_the_mean_as_often_as_it_says():
    stream = np.random.default_rng(0)
    values = stream.exponential(size=(30, 300))  # 300 samples of 30 cells, mean 1
    groups = np.repeat("a", 30)
    covered = []
    for column in values.T:
        row = cell_means(column[:, None], groups, **OPTIONS).loc[0]
        covered.append(row["low"] < 1 < row["high"])
    # 95 % but for the skewness of the exponential law, with an SD of 1.3 % over 300 samples.
    assert 0.89 < np.mean(covered) < 0.98


def test_groups_that_differ_widen_the_interval_over_groups():
    stream = np.random.default_rng(1)
    groups = np.repeat(list("abcdef"), 50)
    values = stream.normal(size=300) + np.repeat(stream.normal(size=6) * 3, 50)
    row = cell_means(values[:, None], groups, **OPTIONS).loc[0]
    assert row["high_groups"] - row["low_groups"] > 3 * (row["high"] - row["low"])


@pytest.mark.parametrize("groups", ["aaaaaaaaa", "aaaabbbbb"])
def test_one_or_two_groups_have_no_interval_over_groups(groups):
    row = cell_means(np.arange(9.0)[:, None], np.array(list(groups)), **OPTIONS).loc[0]
    assert np.isfinite(row["low"])
    assert np.isnan(row["low_groups"])


def test_without_cells_there_is_no_mean():
    table = cell_means(np.full((4, 1), np.nan), np.repeat(["a", "b"], 2), **OPTIONS)
    assert table["cells"][0] == 0
    assert table["missing"][0] == 4
    assert table.loc[0, ["mean", "low", "high", "low_groups"]].isna().all()


@pytest.mark.parametrize(
    ("low", "low_groups", "groups", "side"),
    [
        (0.1, 0.2, 3, 1),
        (0.1, -0.1, 3, 0),
        (0.1, np.nan, 1, 0),
        (-0.1, 0.2, 3, 0),
        (np.nan, 1, 1, 0),
    ],
)
def test_cells_and_groups_must_both_lie_on_one_side_of_zero(low, low_groups, groups, side):
    row = pd.Series(
        {"groups": groups, "low": low, "high": 1, "low_groups": low_groups, "high_groups": 1}
    )
    assert side_of_zero(row) == side
    mirrored = pd.Series(
        {"groups": groups, "low": -1, "high": -low, "low_groups": -1, "high_groups": -low_groups}
    )
    assert side_of_zero(mirrored) == -side


def test_groups_come_in_the_order_of_the_cells(tmp_path):
    path = tmp_path / "cells.tsv"
    write_table(pd.DataFrame({"id": [1, 2, 3], "group": ["p/A", "p/B", "p/B"]}), path)
    assert groups_of(path, [3, 1]).tolist() == ["p/B", "p/A"]
    with pytest.raises(AttributionError, match="1 explained cells are not in the cell table"):
        groups_of(path, [1, 9])
