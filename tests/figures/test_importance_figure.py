import numpy as np
import pandas as pd
import pytest

from nascent.errors import AttributionError
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


def test_the_signed_shares_stand_beside_the_sum_that_is_asked_for(make):
    table = make.importance(["a", "b", "c"], [1], {"low": 9}).assign(aggregate="net")
    signed = table.assign(aggregate="signed", importance=-0.1, low=-0.2, high=0.0)
    other = table.assign(aggregate="absolute", importance=0.9)
    left, right = importance.draw(pd.concat([other, table, signed]), aggregate="net").axes
    assert "|Σ score|" in left.get_xlabel() and "signed" in right.get_xlabel()
    shares = sorted(100 * table["importance"])
    np.testing.assert_allclose(sorted(points(left, "low")[:, 0]), shares)
    np.testing.assert_allclose(points(right, "low")[:, 0], -10)
    np.testing.assert_array_equal(points(left, "low")[:, 1], points(right, "low")[:, 1])
    with pytest.raises(AttributionError, match="Did you mean 'net'"):
        importance.draw(table, aggregate="nett")


def test_duplicates_bear_a_letter_and_their_joint_share_stands_below(make):
    table = make.importance(["a", "b", "c"], [1, 2], {"low": 9, "high": 4})
    joint = make.importance(["a+c", "b"], [1, 2], {"low": 9, "high": 4})
    joint = joint.rename(columns={"channel": "unit"})
    (axes,) = importance.draw(table, joint=joint, groups={"a+c": ["a", "c"]}).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert sorted(names[:3]) == ["a (a)", "b", "c (a)"]
    assert names[3] == "(a) 2 channels, as one"
    last = points(axes, "low")[-1]
    own = joint[(joint["unit"] == "a+c") & (joint["group"] == "low")]["importance"]
    assert last[0] == pytest.approx(100 * own.mean()) and round(last[1]) == 3
    named = importance.draw(
        table, joint=joint.replace({"unit": {"a+c": "DNA"}}), groups={"DNA": ["a", "c"]}
    )
    assert named.axes[0].get_yticklabels()[3].get_text() == "(a) DNA, as one"


def test_without_joint_shares_there_are_no_letters(make):
    table = make.importance(["a", "b"], [1], {"low": 9})
    joint = pd.DataFrame(columns=["unit"])
    (axes,) = importance.draw(table, joint=joint, groups={"x": ["a", "b"]}).axes
    assert sorted(label.get_text() for label in axes.get_yticklabels()) == ["a", "b"]
