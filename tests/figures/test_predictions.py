import numpy as np
import pandas as pd
import pytest

from nascent.figures import predictions


@pytest.fixture
def study(make):
    def build(wells, per_well, *, tables, seeds=(1,)):
        cells = make.cells(wells, per_well, tables=tables)
        table = make.predictions(cells, make.splits(cells), {"cnn": 20.0}, list(seeds))
        return cells, table

    return build


def cloud(figure):
    return next(
        artist for axes in figure.axes for artist in axes.collections if artist.get_gid() == "cells"
    )


def test_points_are_the_test_cells(study):
    cells, table = study(2, 60, tables=True)
    figure = predictions.draw(table, cells, model="cnn", target="EU")
    test = table[table["split"] == "test"]
    found = np.array(sorted(map(tuple, cloud(figure).get_offsets())))
    expected = np.array(sorted(zip(test["y"], test["y_hat"], strict=True)))
    np.testing.assert_allclose(found, expected)


def test_the_identity_line_is_where_both_are_equal(study):
    cells, table = study(1, 60, tables=True)
    axes = predictions.draw(table, cells, model="cnn", target="EU").axes[0]
    (line,) = [line for line in axes.lines if line.get_gid() == "identity"]
    assert line.get_slope() == 1
    x, y = line.get_xy1()
    assert x == y
    assert axes.get_xlim() == axes.get_ylim()


def test_scores_by_hand():
    y, y_hat = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 2])
    assert predictions.scores(y, y_hat) == {"n": 4, "r2": 1 - 4 / 5, "mae": 0.5, "bias": 0.5}


def test_scores_of_a_constant_target_have_no_r2():
    found = predictions.scores(np.ones(3), np.zeros(3))
    assert np.isnan(found["r2"]) and found["mae"] == 1


def test_scores_in_the_figure_are_those_of_the_cells_shown(study):
    cells, table = study(1, 80, tables=True)
    figure = predictions.draw(table, cells, model="cnn", target="EU")
    test = table[table["split"] == "test"]
    title = figure.axes[0].get_title(loc="left")
    assert f"n = {len(test)}" in title
    assert f"MAE = {(test['y'] - test['y_hat']).abs().mean():.3g}" in title


def test_the_lowest_seed_is_shown_unless_one_is_named(study):
    _, table = study(1, 60, tables=True, seeds=(4, 2))
    for asked, shown in ((None, 2), (4, 4)):
        rows = predictions.of_run(table, model="cnn", split="test", seed=asked)
        assert set(rows["seed"]) == {shown}


def test_floors_have_no_seed(study):
    _, table = study(1, 60, tables=True)
    table["seed"] = np.nan
    rows = predictions.of_run(table, model="cnn", split="test", seed=None)
    assert len(rows) == (table["split"] == "test").sum()


@pytest.mark.parametrize(
    ("wells", "tables", "titles"),
    [
        (1, False, []),
        (2, False, ["By well"]),
        (2, True, ["By cell cycle", "By perturbation", "By well"]),
        (24, True, ["By cell cycle", "By perturbation", "By well"]),
    ],
)
def test_panels_are_the_factors_with_two_levels(study, wells, tables, titles):
    cells, table = study(wells, 30, tables=tables)
    figure = predictions.draw(table, cells, model="cnn", split="train", target="EU")
    assert [axes.get_title(loc="left") for axes in figure.axes[1:]] == titles


def test_boxes_are_the_quartiles_of_measured_and_predicted(study):
    cells, table = study(2, 100, tables=False)
    figure = predictions.draw(table, cells, model="cnn", split="train", target="EU")
    rows = predictions.with_factors(table[table["split"] == "train"], cells)
    expected = {
        tuple(np.round(np.quantile(group[column], [0.25, 0.75]), 6))
        for _, group in rows.groupby("well")
        for column in ("y", "y_hat")
    }
    boxes = {
        (
            round(box.get_path().vertices[:-1, 1].min(), 6),
            round(box.get_path().vertices[:-1, 1].max(), 6),
        )
        for box in figure.axes[1].patches
    }
    assert boxes == expected


def test_cells_without_a_row_in_the_cell_table_are_unknown(study):
    cells, table = study(2, 40, tables=True)
    rows = predictions.with_factors(table, cells.iloc[:50])
    assert (rows["cell_cycle"] == "unknown").sum() == 30
    assert len(rows) == len(table)


def test_of_96_wells_the_largest_are_shown_and_said(study):
    cells, table = study(24, 20, tables=False)
    cells["well"] = [f"W{i // 5:02d}" for i in range(len(cells))]
    figure = predictions.draw(table, cells, model="cnn", split="train", target="EU")
    assert "40 largest of" in figure.axes[1].get_title(loc="left")


def test_no_predictions_are_said():
    empty = pd.DataFrame(columns=["split", "model", "seed", "cell_id", "y", "y_hat"])
    cells = pd.DataFrame({"cell_id": [], "well": []})
    figure = predictions.draw(empty, cells, model="cnn", target="EU")
    assert "no predictions" in figure.axes[0].texts[0].get_text()
