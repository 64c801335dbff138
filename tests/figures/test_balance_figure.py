import numpy as np
import pandas as pd
import pytest

from nascent.figures import balance

SPLITS = ["train", "val", "test"]

FACTORS = ("perturbation", "cell_cycle")


def test_bars_are_the_cells_of_each_split(make):
    cells = make.cells(2, 100, tables=True)
    splits = make.splits(cells)
    axes = balance.draw(cells, splits, label="mean EU (counts)", factors=FACTORS).axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == splits["split"].value_counts()[SPLITS].tolist()


def test_shares_of_a_level_are_those_of_its_cells(make):
    cells = make.cells(3, 80, tables=True)
    splits = make.splits(cells)
    axes = balance.draw(cells, splits, label="mean EU (counts)", factors=FACTORS).axes[1]
    names = [label.get_text() for label in axes.get_yticklabels()]
    widths = np.array([bar.get_width() for bar in axes.patches]).reshape(len(names), 3)
    np.testing.assert_allclose(widths.sum(axis=1), 100)
    table = balance.joined(cells, splits)
    for factor in ("perturbation", "cell_cycle", "group"):
        shares = 100 * pd.crosstab(table[factor], table["split"], normalize="index")[SPLITS]
        for level, row in shares.iterrows():
            np.testing.assert_allclose(widths[names.index(level)], row, atol=1e-9)


def test_dashed_lines_are_the_shares_over_all_cells(make):
    cells = make.cells(2, 100, tables=False)
    splits = make.splits(cells)
    axes = balance.draw(cells, splits, label="mean EU (counts)", factors=FACTORS).axes[1]
    expected = 100 * splits["split"].value_counts(normalize=True)[SPLITS].cumsum()
    found = [line.get_xdata()[0] for line in axes.lines]
    np.testing.assert_allclose(found, expected.iloc[:2])


def test_split_by_group_a_group_has_one_colour(make):
    cells = make.cells(24, 10, tables=False)
    axes = balance.draw(
        cells, make.splits(cells, by_group=True), label="mean EU (counts)", factors=FACTORS
    ).axes[1]
    widths = np.array([bar.get_width() for bar in axes.patches])
    assert set(widths.round(9)) == {0.0, 100.0}


def test_target_lines_are_the_quantiles(make):
    cells = make.cells(1, 200, tables=True)
    splits = make.splits(cells)
    axes = balance.draw(cells, splits, label="mean EU (counts)", factors=FACTORS).axes[2]
    train = balance.joined(cells, splits).query("split == 'train'")["target"]
    boxes = {
        (round(bar.get_y(), 9), round(bar.get_y() + bar.get_height(), 9)) for bar in axes.patches
    }
    low, high = np.quantile(train, [0.25, 0.75])
    assert any(box == pytest.approx((low, high)) for box in boxes)


def test_one_level_of_everything_leaves_a_word(make):
    cells = make.cells(1, 60, tables=False)
    axes = balance.draw(cells, make.splits(cells), label="mean EU (counts)", factors=FACTORS).axes[
        1
    ]
    assert "nothing to compare" in axes.texts[0].get_text()


def test_cells_in_no_split_do_not_count(make):
    cells = make.cells(2, 50, tables=True)
    splits = make.splits(cells).iloc[:30]
    axes = balance.draw(cells, splits, label="mean EU (counts)", factors=FACTORS).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 30


def test_no_cell_in_any_split_is_said(make):
    cells = make.cells(1, 10, tables=False)
    (axes,) = balance.draw(
        cells, make.splits(cells).iloc[:0], label="mean EU (counts)", factors=FACTORS
    ).axes
    assert "No cell" in axes.texts[0].get_text()
