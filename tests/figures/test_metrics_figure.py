import numpy as np
import pandas as pd
import pytest

from nascent.figures import metrics

MODELS = {"linear": 37.0, "simple_cnn": 31.0, "xception": 33.0}


def points(axes):
    return {
        tuple(line.get_gid().split("/")): line
        for line in axes.lines
        if line.get_gid() and line.get_gid().count("/") == 2
    }


@pytest.mark.parametrize("seeds", [[1], [1, 2, 3, 4, 5]])
def test_points_are_the_means_over_seeds(make, seeds):
    table = make.metrics(MODELS, seeds)
    figure = metrics.draw(table)
    for axes, measure in zip(figure.axes, ("mae", "r2"), strict=True):
        found = points(axes)
        means = table.groupby(["model", "split"])[measure].mean()
        assert len(found) == len(means)
        for (model, split), mean in means.items():
            assert found[model, split, measure].get_xdata()[0] == pytest.approx(mean)


def test_models_are_sorted_by_test_error_above_the_floors(make):
    figure = metrics.draw(make.metrics(MODELS, [1]))
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["simple_cnn", "xception", "linear", "mean", "area_cycle", "ols", "ridge"]
    bottom, top = figure.axes[0].get_ylim()
    assert bottom > top, "the first name stands on top"


def test_the_dashed_line_is_the_best_floor_on_test(make):
    table = make.metrics(MODELS, [1])
    test = table[(table["split"] == "test") & table["model"].isin(["mean", "ols", "ridge"])]
    figure = metrics.draw(table)
    for axes, best in zip(figure.axes, (test["mae"].min(), test["r2"].max()), strict=True):
        (line,) = [o for o in axes.lines if str(o.get_gid()).startswith("best floor")]
        assert line.get_xdata()[0] == pytest.approx(best)


def test_without_floors_or_test_cells_models_are_drawn(make):
    table = make.metrics(MODELS, [1])
    table = table[table["model"].isin(MODELS) & (table["split"] != "test")]
    names = [label.get_text() for label in metrics.draw(table).axes[0].get_yticklabels()]
    assert names == ["simple_cnn", "xception", "linear"]


def test_a_model_that_diverged_does_not_hide_the_others(make):
    table = make.metrics(MODELS, [1])
    table.loc[table["model"] == "linear", "r2"] = -250.0
    assert metrics.draw(table).axes[1].get_xscale() == "symlog"


def test_a_model_with_missing_metrics_keeps_its_row(make):
    table = make.metrics(MODELS, [1])
    table.loc[table["model"] == "linear", ["mae", "r2"]] = np.nan
    names = [label.get_text() for label in metrics.draw(table).axes[0].get_yticklabels()]
    assert "linear" in names


def test_no_model_is_said():
    table = pd.DataFrame({"split": [], "model": [], "seed": [], "mae": [], "r2": []})
    (axes,) = metrics.draw(table).axes
    assert "No model" in axes.texts[0].get_text()
