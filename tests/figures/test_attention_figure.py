import numpy as np
import pandas as pd
import pytest

from nascent.explain.attention.maps import CELL, RIM
from nascent.figures import attention
from nascent.figures.margins import BELOW

METHODS = {"ig": 1.0, "gradient": 0.0, "grad_cam": 0.2}


def table(models=("simple_cnn", "linear"), seeds=(1,)):
    rows = []
    for k, (model, seed) in enumerate((m, s) for m in models for s in seeds):
        for method, trivial in METHODS.items():
            for region, more in ((CELL, 0.0), (RIM, 0.1)):
                share = 1.0 if trivial == 1 else 0.4 + more + 0.02 * k + 0.1 * trivial
                row = {"model": model, "seed": seed, "method": method, "region": region}
                row |= {"cells": 8, "trivial": trivial, "chance": 0.25 + more, "exchanged": 0.35}
                for name, value in (
                    ("share", share),
                    ("corrected", (share - 0.25) / 0.75),
                    ("beats_exchange", share - 0.2),
                ):
                    row |= {name: value, f"{name}_low": value - 0.05, f"{name}_high": value + 0.05}
                rows.append(row)
    return pd.DataFrame(rows)


def features(count=12, seeds=(1, 2)):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "model": "simple_cnn",
            "seed": np.repeat(seeds, count),
            "share": rng.random(count * len(seeds)),
            "chance": 0.25,
            "gradient": rng.normal(size=count * len(seeds)),
        }
    )


def draw(table, features):
    return attention.draw(table, features, confidence=0.99)


def drawn(axes, gid):
    return sorted(float(line.get_xdata()[0]) for line in axes.get_lines() if line.get_gid() == gid)


def test_points_are_the_values():
    shown = table()
    figure = draw(shown, features().iloc[:0])
    shares, corrected, follows = figure.axes
    shown = shown[shown["trivial"] < 1]
    own = shown[shown["region"] == CELL]
    assert drawn(shares, "share") == pytest.approx(sorted(own["share"]))
    assert drawn(shares, "chance") == [0.25] * 4
    for region in (CELL, RIM):
        rows = shown[shown["region"] == region]
        assert drawn(corrected, f"corrected {region}") == pytest.approx(sorted(rows["corrected"]))
    assert drawn(follows, "follows") == pytest.approx(sorted(own["beats_exchange"]))


def test_what_is_so_by_construction_is_named_and_not_drawn():
    given = table(models=["cnn"]).assign(groups=4, interval="groups")
    figure = draw(given, features().iloc[:0])
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == ["gradient", "grad cam"]
    (facts,) = [text for text in figure.texts if text.get_gid() == BELOW]
    assert "inside by construction: ig" in facts.get_text()
    assert "8 cells in 4 wells" in facts.get_text()
    assert "99 % intervals over wells" in facts.get_text()
    none = draw(given[given["method"] == "ig"], features())
    assert "No method here" in none.axes[0].texts[0].get_text()


def test_the_headline_counts_explanations_that_follow_their_own_mask():
    own = pd.DataFrame({"beats_exchange_low": [0.3, 0.04, -0.1]})
    assert attention.headline(own).startswith("Maps of 1 of 3 explanations are shown to follow")


def test_features_are_ticks_by_the_sign_of_their_gradient():
    given = features()
    figure = draw(table(), given)
    (axes,) = [axes for axes in figure.axes if "features" in axes.get_title(loc="left")]
    first = given[given["seed"] == 1]
    for colour, rows in (
        (attention.RAISES, first[first["gradient"] >= 0]),
        (attention.LOWERS, first[first["gradient"] < 0]),
    ):
        (lines,) = [lines for lines in axes.collections if lines.get_gid() == colour]
        at = sorted(segment[0, 0] for segment in lines.get_segments())
        assert at == pytest.approx(sorted(rows["share"]))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["simple_cnn\n12 features"]


def test_a_model_without_features_has_no_strip():
    none = pd.DataFrame({"model": ["linear"], "seed": [1], "share": [np.nan], "told": ["none"]})
    assert len(draw(table(), none).axes) == 3


def test_all_stays_on_the_page(make):
    many = table(models=["a_model_with_a_rather_long_name", "b", "c"], seeds=(1, 2))
    figure = draw(many, features())
    assert not make.cut_off(figure)


def test_without_pixels_the_figure_says_so():
    (axes,) = draw(table().iloc[:0], features().iloc[:0]).axes
    assert "No map has pixels" in axes.texts[0].get_text()
