import numpy as np
import pandas as pd
import pytest

from nascent.explain.roar.curves import ROAR
from nascent.figures import roar

FRACTIONS = ("0.1", "0.5", "0.9")
MORE, NOT, OPEN = "removes more than random", "does not remove more", "cannot tell"


def table(pairs, seeds=("1",), drop=0.3, verdicts=(MORE, OPEN, NOT, MORE)) -> pd.DataFrame:
    """Return a table of retrained models, as `roar_table` gives it."""
    rows = []
    for model, method in pairs:
        for number, seed in enumerate(seeds):
            start = 0.8 - 0.01 * number
            known = {"model": model, "seed": seed, "method": method, "rank": "entries"}
            known |= {"cells": 371, "groups": 6, "zero_cells": 0}
            rows.append(known | _metrics(start) | {"order": "none", "fraction": "0.0"})
            for place, fraction in enumerate((*FRACTIONS, "all"), start=1):
                for order, loss in (("attribution", drop), ("random", 0.05)):
                    row = known | _metrics(start - loss * place)
                    row |= {"order": order, "fraction": fraction}
                    if order == "attribution":
                        row |= {"difference": -0.2, "difference_low": -0.3}
                        row |= {"difference_high": -0.1, "verdict": verdicts[place - 1]}
                    rows.append(row)
    return pd.DataFrame(rows, columns=list(ROAR))


def _metrics(skill: float) -> dict[str, float]:
    ends = {"": 0, "_low": -0.05, "_high": 0.05, "_low_groups": -0.1, "_high_groups": 0.1}
    return {f"skill{end}": skill + shift for end, shift in ends.items()}


def lines(axes, gid):
    return [line for line in axes.lines if line.get_gid() == gid]


def points(axes, gid):
    return np.concatenate([line.get_xydata() for line in lines(axes, gid)])


def test_curves_hold_every_fraction_and_start_at_the_model_itself():
    (axes,) = roar.draw(table([("cnn", "ig")]), floor=None, confidence=0.99).axes
    np.testing.assert_allclose(
        points(axes, "attribution"), [[0, 0.8], [10, 0.5], [50, 0.2], [90, -0.1]]
    )
    np.testing.assert_allclose(
        points(axes, "random"), [[0, 0.8], [10, 0.75], [50, 0.7], [90, 0.65]]
    )
    np.testing.assert_allclose(points(axes, "whole"), [[0, 0.8]] * 2)


def test_only_what_removes_more_than_random_is_filled():
    (axes,) = roar.draw(table([("cnn", "ig")]), floor=None, confidence=0.99).axes
    assert points(axes, "attribution more")[:, 0].tolist() == [10]
    assert points(axes, "attribution not")[:, 0].tolist() == [50, 90]
    (hollow,) = lines(axes, "attribution not")
    assert hollow.get_markerfacecolor() == "white"


def test_what_lies_below_the_frame_is_an_arrow_with_its_number():
    (axes,) = roar.draw(table([("cnn", "ig")], drop=0.9), floor=None, confidence=0.99).axes
    below = points(axes, "below")
    assert below[:, 0].tolist() == [50, 90]
    assert (below[:, 1] == axes.get_ylim()[0]).all()
    told = {text.get_text() for text in axes.texts}
    assert {"\N{MINUS SIGN}1.00", "\N{MINUS SIGN}1.90"} <= told


def test_the_mean_difference_and_its_verdict_stand_above_each_panel():
    figure = roar.draw(
        table([("cnn", "ig"), ("cnn", "vargrad")], verdicts=(OPEN, OPEN, OPEN, NOT)),
        floor=None,
        confidence=0.99,
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["cnn, ig", "cnn, vargrad"]
    for axes in figure.axes:
        (told,) = [text.get_text() for text in axes.texts if text.get_gid() == "verdict"]
        assert NOT in told
        assert "\N{MINUS SIGN}0.20 against random" in told
    assert "371 test cells" in figure.texts[-1].get_text()


def test_of_several_seeds_their_mean_is_drawn_and_each_is_a_dot():
    drawn = table([("cnn", "ig")], seeds=("1", "2", "each"))
    (axes,) = roar.draw(drawn, floor=None, confidence=0.99).axes
    assert points(axes, "attribution")[0].tolist() == [0, pytest.approx(0.78)]
    assert len(points(axes, "seeds")) == 2 * 2 * len(FRACTIONS)
    (told,) = [text.get_text() for text in axes.texts if text.get_gid() == "verdict"]
    assert "2 seeds" in told


def test_the_floor_is_a_line_of_its_skill_and_the_best_one():
    comparison = pd.DataFrame(
        {
            "target": ["target"] * 4 + ["area"],
            "design": ["example", "example", "example", "group", "example"],
            "model": ["cnn", "mean", "ols", "ols", "ols"],
            "floor": [False, True, True, True, True],
            "mae": [20.0, 40.0, 30.0, 1.0, 1.0],
        }
    )
    skills = {"value": [0.8, 0.0, 0.4, 0.9, 0.9], "metric": "r2", "seed": "each"}
    skills = comparison[["target", "design", "model"]].assign(**skills)
    intervals = pd.concat([skills, skills.assign(metric="bias"), skills.assign(seed="0")])
    of_example = {"target": "target", "design": "example", "task": "regression"}
    floor = roar.best_floor(comparison, intervals, **of_example)
    assert floor == ("ols", 0.4)
    (axes,) = roar.draw(table([("cnn", "ig")]), floor=floor, confidence=0.99).axes
    (line,) = lines(axes, "floor")
    assert set(line.get_ydata()) == {0.4}
    assert roar.best_floor(comparison, intervals, **of_example | {"design": "shuffle"}) is None
    beside = roar.draw_beside_floor(
        table([("cnn", "ig")]), comparison, intervals, **of_example, confidence=0.99
    )
    assert {*lines(beside.axes[0], "floor")[0].get_ydata()} == {0.4}


@pytest.mark.parametrize("pairs", [0, 1, 4, 7])
def test_any_number_of_panels_is_drawn(pairs, tmp_path):
    drawn = table([(f"model{n}", "ig") for n in range(pairs)])
    figure = roar.draw(drawn, floor=roar.Floor("ols", 0.4), confidence=0.95)
    figure.savefig(tmp_path / "figure.png", dpi=40)
    titled = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert len(titled) == pairs
