from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.figures import predictions

LABEL = "transcription rate (mean counts per pixel)"
FACTORS = ("perturbation", "cell_cycle", "group")


@pytest.fixture
def study(make):
    def build(groups, per_group, *, tables, seeds=(1,)):
        cells = make.cells(groups, per_group, tables=tables)
        table = make.predictions(cells, make.splits(cells), {"cnn": 20.0}, list(seeds))
        return cells, table, make.metrics({"cnn": 29.5}, list(seeds))

    return build


def draw(cells, table, metrics, *, factors=FACTORS[:2], intervals=None, **run):
    shown = {"label": LABEL, "factors": factors, "intervals": intervals}
    return predictions.draw(table, cells, metrics, predictions.Run("cnn", **run), **shown)


def cloud(figure):
    return next(
        artist for axes in figure.axes for artist in axes.collections if artist.get_gid() == "cells"
    )


def test_points_are_the_test_cells(study):
    cells, table, metrics = study(2, 60, tables=True)
    figure = draw(cells, table, metrics)
    test = table[table["split"] == "test"]
    found = np.array(sorted(map(tuple, cloud(figure).get_offsets())))
    expected = np.array(sorted(zip(test["y"], test["y_hat"], strict=True)))
    np.testing.assert_allclose(found, expected)


def test_the_identity_line_is_where_both_are_equal(study):
    cells, table, metrics = study(1, 60, tables=True)
    axes = draw(cells, table, metrics).axes[0]
    (line,) = [line for line in axes.lines if line.get_gid() == "identity"]
    assert line.get_slope() == 1
    x, y = line.get_xy1()
    assert x == y
    assert axes.get_xlim() == axes.get_ylim()


def test_residuals_are_y_less_y_hat_against_y_hat(study):
    cells, table, metrics = study(1, 60, tables=True)
    figure = draw(cells, table, metrics)
    (points,) = [c for c in figure.axes[1].collections if c.get_gid() == "residuals"]
    test = table[table["split"] == "test"]
    expected = sorted(zip(test["y_hat"], test["y"] - test["y_hat"], strict=True))
    np.testing.assert_allclose(sorted(map(tuple, points.get_offsets())), expected)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=400), st.integers(0, 99))
def test_binned_means_keep_the_overall_mean(values, seed):
    values = np.array(values)
    x = np.random.default_rng(seed).permutation(len(values)).astype(float)
    means = predictions.binned_means(x, values)
    sizes = [len(part) for part in np.array_split(values, len(means))]
    assert np.average(means[:, 2], weights=sizes) == pytest.approx(values.mean(), abs=1e-6)
    assert (np.diff(means[:, 0]) > 0).all()
    assert len(means) == 1 or min(sizes) >= predictions.A_BIN - 1


def test_numbers_are_those_of_the_evaluations_tables(make, study):
    cells, table, metrics = study(1, 80, tables=True, seeds=(1, 2))
    intervals = make.intervals(metrics)
    figure = draw(cells, table, metrics, intervals=intervals, seed=2)
    title = figure.axes[0].get_title(loc="left")
    own = metrics.query("split == 'test' and design == 'example' and model == 'cnn' and seed == 2")
    mae = own["mae"].item()
    assert f"MAE = {mae:.1f} [{mae - 1.4:.1f}, {mae + 1.4:.1f}]" in title
    r2 = own["r2"].item()
    assert f"R² = {r2:.2f} [{r2 - 0.05:.2f}, {r2 + 0.05:.2f}]" in title
    assert f"n = {(table['split'] == 'test').sum() // 2}" in title


def test_without_intervals_there_are_no_brackets(study):
    cells, table, metrics = study(1, 80, tables=True)
    title = draw(cells, table, metrics).axes[0].get_title(loc="left")
    assert "MAE = " in title and "[" not in title


def test_a_run_without_metrics_has_its_number_of_cells_alone(study):
    cells, table, metrics = study(1, 80, tables=True)
    title = draw(cells, table, metrics.iloc[:0]).axes[0].get_title(loc="left")
    assert title == f"n = {(table['split'] == 'test').sum()}"


def test_the_lowest_seed_is_shown_unless_one_is_named(study):
    _, table, _ = study(1, 60, tables=True, seeds=(4, 2))
    for asked, shown in ((None, 2), (4, 4)):
        rows = predictions.of_run(table, predictions.Run("cnn", seed=asked))
        assert set(rows["seed"]) == {shown}


def test_the_first_design_is_shown_with_all_its_folds(study):
    _, table, _ = study(1, 60, tables=True)
    folds = table.assign(design="leave_one_group_out", fold=np.arange(len(table)) % 3)
    both = pd.concat([folds, table.assign(design="group")])
    rows = predictions.of_run(both, predictions.Run("cnn"))
    assert set(rows["design"]) == {"leave_one_group_out"} and set(rows["fold"]) == {0, 1, 2}
    assert len(rows) == (table["split"] == "test").sum()


def test_other_targets_are_left_out(study):
    _, table, _ = study(1, 60, tables=True)
    both = pd.concat([table, table.assign(target="area")])
    rows = predictions.of_run(both, predictions.Run("cnn", "area"))
    assert set(rows["target"]) == {"area"}


@pytest.mark.parametrize(
    ("groups", "tables", "titles"),
    [
        (1, False, []),
        (2, False, ["By well"]),
        (2, True, ["By cell cycle", "By perturbation", "By well"]),
        (24, True, ["By cell cycle", "By perturbation", "By well"]),
    ],
)
def test_panels_are_the_factors_with_two_levels(make, study, groups, tables, titles):
    cells, table, metrics = study(groups, 30, tables=tables)
    figure = draw(cells, table, metrics, split="train")
    found = [axes.get_title(loc="left") for axes in figure.axes[2:]]
    assert [title for title in found if title] == titles
    assert len(found) == 2 * len(titles)
    assert not make.cut_off(figure)


def test_boxes_are_the_quartiles_of_measured_predicted_and_residuals(study):
    cells, table, metrics = study(2, 100, tables=False)
    figure = draw(cells, table, metrics, split="train")
    rows = predictions.with_factors(table[table["split"] == "train"], cells, FACTORS)
    for axes, columns in zip(figure.axes[2:], (("y", "y_hat"), ("e",)), strict=True):
        expected = {
            tuple(np.round(np.quantile(group[column], [0.25, 0.75]), 6))
            for _, group in rows.groupby("group")
            for column in columns
        }
        boxes = {
            (
                round(box.get_path().vertices[:-1, 1].min(), 6),
                round(box.get_path().vertices[:-1, 1].max(), 6),
            )
            for box in axes.patches
        }
        assert boxes == expected


def test_cells_without_a_row_in_the_cell_table_are_unknown(study):
    cells, table, _ = study(2, 40, tables=True)
    rows = predictions.with_factors(table, cells.iloc[:50], FACTORS)
    assert (rows["cell_cycle"] == "unknown").sum() == 30
    assert len(rows) == len(table)


@pytest.mark.parametrize("groups", [4, 6, 12])
def test_long_names_of_levels_do_not_run_into_each_other(study, groups):
    cells, table, metrics = study(groups, 40, tables=True)
    cells["plate"] = np.where(
        np.arange(len(cells)) % 2, "plate_of_a_screen_1", "plate_of_a_screen_2"
    )
    cells["perturbation"] = np.resize(
        ["Meayamycin", "Triptolide 2.5 uM", "DMSO", "normal"], len(cells)
    )
    figure = draw(cells, table, metrics, split="train")
    figure.draw_without_rendering()
    for axes in figure.axes[2:]:
        boxes = [tick.get_window_extent() for tick in axes.get_xticklabels() if tick.get_visible()]
        assert all(a.x1 <= b.x0 for a, b in pairwise(boxes))


def test_of_96_groups_the_largest_are_shown_and_said(study):
    cells, table, metrics = study(24, 20, tables=False)
    cells["group"] = [f"W{i // 5:02d}" for i in range(len(cells))]
    figure = draw(cells, table, metrics, split="train")
    assert "40 largest of" in figure.axes[2].get_title(loc="left")


def test_no_predictions_are_said(study):
    cells, table, metrics = study(1, 20, tables=False)
    figure = draw(cells, table.iloc[:0], metrics)
    assert "no predictions" in figure.axes[0].texts[0].get_text()
