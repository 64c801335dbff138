import numpy as np
import pytest

from nascent.figures import importance

GROUPS = {"low": 50, "medium": 264, "high": 57}


def points(axes, group):
    (line,) = [line for line in axes.lines if line.get_gid() == group]
    return line.get_xydata()


@pytest.mark.parametrize("channels", ["channels_7", "channels_38"])
def test_points_are_the_shares_in_percent(make, channels):
    names = getattr(make, channels)
    table = make.importance(names, [1], GROUPS)
    (axes,) = importance.draw(table).axes
    shown = [label.get_text() for label in axes.get_yticklabels()]
    for group in GROUPS:
        rows = table[table["group"] == group].set_index("channel")["importance"]
        for x, y in points(axes, group):
            assert x == pytest.approx(100 * rows[shown[round(y)]])


def test_lines_are_the_intervals(make):
    table = make.importance(["a", "b"], [1], {"low": 9})
    (axes,) = importance.draw(table).axes
    found = {tuple(segment[:, 0].round(9)) for segment in axes.collections[0].get_segments()}
    expected = {
        (round(100 * low, 9), round(100 * high, 9))
        for low, high in table[["low", "high"]].itertuples(index=False)
    }
    assert found == expected


def test_channels_are_sorted_by_their_mean(make):
    table = make.importance(make.channels_38, [1, 2], GROUPS)
    (axes,) = importance.draw(table).axes
    shown = [label.get_text() for label in axes.get_yticklabels()]
    means = importance.over_seeds(table).groupby("channel")["importance"].mean()
    assert shown == means.sort_values(ascending=False).index.tolist()


@pytest.mark.parametrize("top", [None, 3])
def test_the_uniform_share_counts_all_channels(make, top):
    table = make.importance(make.channels_7, [1], GROUPS)
    (axes,) = importance.draw(table, top=top).axes
    (line,) = [line for line in axes.lines if line.get_gid() == "uniform"]
    assert line.get_xdata()[0] == pytest.approx(100 / 7)
    assert len(axes.get_yticklabels()) == (top or 7)


def test_over_seeds_is_the_mean_and_the_span_of_the_intervals(make):
    table = make.importance(["a", "b"], [1, 2, 3], {"low": 9})
    found = importance.over_seeds(table).set_index("channel").loc["a"]
    rows = table[table["channel"] == "a"]
    assert found["importance"] == pytest.approx(rows["importance"].mean())
    assert found["low"] == rows["low"].min()
    assert found["high"] == rows["high"].max()


def test_an_empty_group_is_left_out(make):
    table = make.importance(["a", "b"], [1], {"low": 0, "medium": 9, "high": 1})
    figure = importance.draw(table)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["medium (n = 9)", "high (n = 1)"]


def test_no_cells_are_said(make):
    table = make.importance(["a"], [1], {"low": 0})
    assert np.isnan(table["importance"]).all()
    (axes,) = importance.draw(table).axes
    assert "No cell" in axes.texts[0].get_text()
