import pandas as pd
import pytest

from nascent.figures import controls, rows

MEASURES = [metric.name for metric in rows.measures("regression")]
LABEL = "transcription rate (mean counts per pixel)"
MODELS = {"linear": 37.0, "simple_cnn": 29.0}
MANY = {f"model_of_long_name_{i}": 28.0 + i for i in range(8)}


def draw(make, models=MODELS, seeds=(1, 2, 3), designs=("example",)):
    metrics = make.metrics(models, list(seeds), designs)
    table = make.controls(metrics)
    return table, controls.draw(table, label=LABEL)


def marked(axes, gid):
    return [line for line in axes.lines if line.get_gid() == gid]


def test_points_are_the_means_over_seeds(make):
    table, figure = draw(make)
    read = table[table["model"] != "mean"]
    for axes, measure in zip(figure.axes, MEASURES, strict=True):
        for (name, control), mean in read.groupby(["model", "control"])[measure].mean().items():
            (point,) = marked(axes, f"{name}/{control}/{measure}")
            assert point.get_xdata()[0] == pytest.approx(mean)


def test_small_points_are_the_runs(make):
    table, figure = draw(make)
    (points,) = marked(figure.axes[0], "runs of linear/per_cell/mae")
    own = table.query("model == 'linear' and control == 'per_cell'")["mae"]
    assert sorted(points.get_xdata()) == sorted(own)


@pytest.mark.parametrize("design", ["example", "leave_one_group_out"])
def test_the_dashed_line_is_the_training_mean_over_the_folds_that_the_points_are_over(make, design):
    table, figure = draw(make, designs=(design,))
    for axes, measure in zip(figure.axes, MEASURES, strict=True):
        (line,) = marked(axes, "level")
        level = table.loc[table["model"] == "mean", measure].mean()
        assert line.get_xdata()[0] == pytest.approx(level)
        # Least squares on crops without intensity is no better than the mean: it stands on it.
        (point,) = marked(axes, f"ols_per_cell/per_cell/{measure}")
        assert point.get_xdata()[0] == pytest.approx(level)


def test_least_squares_on_standardised_cells_stands_below_the_models(make):
    _, figure = draw(make)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["simple_cnn", "linear", "least squares on standardised\nchannel means"]


def test_only_test_cells_are_shown(make):
    table, _ = draw(make)
    train = table.assign(split="train", mae=1.0)
    figure = controls.draw(pd.concat([table, train]), label=LABEL)
    assert figure.axes[0].get_xlim()[0] > 20


@pytest.mark.parametrize("models", [{"cnn": 30.0}, MODELS, MANY, {**MODELS, "lost": 300.0}])
def test_nothing_is_cut_off(make, models):
    assert not make.cut_off(draw(make, models=models)[1])


def test_a_model_that_diverged_hides_no_other(make):
    _, figure = draw(make, models={**MODELS, "lost": 300.0})
    assert figure.axes[0].get_xlim()[1] < 80
    assert figure.axes[1].get_xlim()[0] > -1


def test_no_controls_are_said(make):
    table, _ = draw(make)
    for nothing in (table.iloc[:0], table[table["model"] == "mean"]):
        (axes,) = controls.draw(nothing, label=LABEL).axes
        assert "No model" in axes.texts[0].get_text()
