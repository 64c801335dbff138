import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.figures import target


def steps(axes):
    return {patch.get_label().split(":")[0]: patch.get_data() for patch in axes.patches}


def test_limits_are_drawn_where_they_are():
    values = pd.Series(np.random.default_rng(0).normal(377.28, 60.72, 500))
    (axes,) = target.draw(values, low=316.565, high=438.002, label="mean EU (counts)").axes
    assert axes.get_xlabel() == "mean EU (counts)"
    assert [line.get_xdata()[0] for line in axes.lines] == [316.565, 438.002]


@given(
    values=st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=100),
    limits=st.tuples(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4)),
)
def test_every_cell_is_in_the_bars_of_its_stratum(values, limits):
    low, high = limits[0], limits[0] + limits[1]
    (axes,) = target.draw(pd.Series(values), low=low, high=high, label="mean EU (counts)").axes
    values = np.array(values)
    found = {name: data.values.sum() for name, data in steps(axes).items()}
    expected = {
        "low": (values <= low).sum(),
        "medium": ((values > low) & (values < high)).sum(),
        "high": (values >= high).sum(),
    }
    assert found == expected


def test_no_bar_lies_across_a_limit():
    values = pd.Series(np.random.default_rng(1).normal(0, 1, 300))
    (axes,) = target.draw(values, low=-1.0, high=1.0, label="mean EU (counts)").axes
    for name, data in steps(axes).items():
        centres = ((data.edges[:-1] + data.edges[1:]) / 2)[data.values > 0]
        low, high = {"low": (-9, -1), "medium": (-1, 1), "high": (1, 9)}[name]
        assert ((low < centres) & (centres < high)).all()


def test_counts_and_shares_are_in_the_legend():
    figure = target.draw(pd.Series([0.0, 5, 5, 10]), low=1, high=9, label="mean EU (counts)")
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["low: 1 (25.0 %)", "medium: 2 (50.0 %)", "high: 1 (25.0 %)"]


def test_missing_targets_do_not_count():
    figure = target.draw(pd.Series([1.0, np.nan, 2.0]), low=0, high=3, label="mean EU (counts)")
    assert figure.legends[0].get_texts()[1].get_text().startswith("medium: 2 ")


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_no_target_is_said(values):
    (axes,) = target.draw(
        pd.Series(values, dtype=float), low=0, high=1, label="mean EU (counts)"
    ).axes
    assert "No cell" in axes.texts[0].get_text()
