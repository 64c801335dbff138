from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from nascent.figures import designs, style

LABEL = "transcription rate (mean counts per pixel)"
MODELS = {"linear": 37.0, "simple_cnn": 29.0}
MANY = {f"model_of_long_name_{i}": 28.0 + i for i in range(8)}
R2 = {"example": 0.17, "group": -0.02, "leave_one_group_out": -0.03}


def draw(make, models=MODELS, shown=tuple(R2)):
    table = make.comparison(make.metrics(models, [1, 2], shown))
    known = make.confounders({name: R2[name] for name in shown})
    return table, known, designs.draw(table, known, label=LABEL)


def marked(axes, gid):
    return [line for line in axes.lines if line.get_gid() == gid]


def test_each_design_is_a_point_at_the_tables_value_and_they_are_joined(make):
    table, _, figure = draw(make)
    for axes, measure in zip(figure.axes[:2], ("r2", "mae"), strict=True):
        for name, own in table.groupby("model"):
            values = own.set_index("design")[measure]
            for design, value in values.items():
                (point,) = marked(axes, f"{name}/{design}/{measure}")
                assert point.get_xdata() == [value]
                assert point.get_marker() == style.DESIGNS[design][1]
            (line,) = marked(axes, f"line of {name}/{measure}")
            np.testing.assert_array_equal(line.get_xdata(), values[list(R2)])


def test_floors_are_hollow(make):
    _, _, figure = draw(make)
    assert marked(figure.axes[0], "ols/example/r2")[0].get_markerfacecolor() == "white"
    assert marked(figure.axes[0], "linear/example/r2")[0].get_markerfacecolor() != "white"


def test_the_dashed_line_is_what_group_identity_explains_by_cell(make):
    _, _, figure = draw(make)
    (line,) = marked(figure.axes[0], "well identity")
    assert line.get_xdata()[0] == R2["example"]


def test_the_skill_of_group_identity_is_a_point_a_design(make):
    _, _, figure = draw(make)
    for design, skill in R2.items():
        (point,) = marked(figure.axes[3], f"identity/{design}")
        assert point.get_xdata() == [skill]


@pytest.mark.parametrize("skill", [-7.7e-5, 0.0, -0.02, 0.9])
def test_the_numbers_below_group_identity_do_not_run_into_each_other(make, skill):
    table = make.comparison(make.metrics(MODELS, [1], ("group",)))
    figure = designs.draw(table, make.confounders({"group": skill}), label=LABEL)
    figure.draw_without_rendering()
    ticks = [tick for tick in figure.axes[3].get_xticklabels() if tick.get_text()]
    low, high = figure.axes[3].get_xlim()
    boxes = [tick.get_window_extent() for tick in ticks if low <= tick.get_position()[0] <= high]
    assert len(boxes) >= 2
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_the_skill_of_other_factors_is_not_taken_for_the_groups(make):
    known = make.confounders(R2)
    other = known.dropna(subset=["skill"]).assign(variable="plate", skill=0.9)
    assert designs.group_identity(pd.concat([known, other])) == R2


def test_bars_are_eta2_in_percent_the_largest_on_top(make):
    _, known, figure = draw(make)
    expected = known.dropna(subset=["eta2"]).sort_values("eta2", ascending=False)
    axes = figure.axes[2]
    widths = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(widths, 100 * expected["eta2"])
    (ticks,) = marked(axes, "omega2")
    np.testing.assert_allclose(ticks.get_xdata(), 100 * expected["omega2"])
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["well (12)", "cell cycle (3)", "perturbation (3)"]


def test_a_factor_repeated_for_every_design_is_one_bar(make):
    known = make.confounders(R2).dropna(subset=["eta2"])
    repeated = pd.concat([known.assign(design=name, skill=0.1) for name in R2])
    assert len(designs.shares(repeated)) == len(known)


def test_a_model_that_was_not_tested_under_a_design_has_its_other_points(make):
    table, known, _ = draw(make)
    gone = (table["model"] == "linear") & (table["design"] == "group")
    figure = designs.draw(table[~gone], known, label=LABEL)
    assert not marked(figure.axes[0], "linear/well/r2")
    assert marked(figure.axes[0], "linear/example/r2")


def test_without_known_factors_it_says_so(make):
    table, known, _ = draw(make)
    figure = designs.draw(table, known.iloc[:0], label=LABEL)
    assert "No factor" in figure.axes[2].texts[0].get_text()
    assert "No model of well identity" in figure.axes[3].texts[0].get_text()


@pytest.mark.parametrize("models", [{"cnn": 30.0}, MODELS, MANY, {**MODELS, "lost": 300.0}])
@pytest.mark.parametrize("shown", [("example",), tuple(R2)])
def test_nothing_is_cut_off(make, models, shown):
    assert not make.cut_off(draw(make, models=models, shown=shown)[2])


def test_no_model_is_said(make):
    table, known, _ = draw(make)
    (axes,) = designs.draw(table.iloc[:0], known, label=LABEL).axes
    assert "No model" in axes.texts[0].get_text()
