import numpy as np
import pandas as pd
import pytest

from nascent.errors import AttributionError
from nascent.figures import importance, importance_panel, importance_rows

STRATA = {"low": 50, "medium": 264, "high": 57}


def points(axes, stratum):
    (line,) = [line for line in axes.lines if line.get_gid() == stratum]
    return line.get_xydata()


@pytest.mark.parametrize("channels", ["channels_7", "channels_38"])
def test_points_are_the_shares_in_percent(make, channels):
    names = getattr(make, channels)
    table = make.importance(names, [1], STRATA)
    (axes,) = importance.draw(table).axes
    shown = [label.get_text() for label in axes.get_yticklabels()]
    for stratum in STRATA:
        rows = table[table["stratum"] == stratum].set_index("channel")["importance"]
        for x, y in points(axes, stratum):
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
    table = make.importance(make.channels_38, [1, 2], STRATA)
    (axes,) = importance.draw(table).axes
    shown = [label.get_text() for label in axes.get_yticklabels()]
    means = importance_rows.over_seeds(table).groupby("channel")["importance"].mean()
    assert shown == means.sort_values(ascending=False).index.tolist()


@pytest.mark.parametrize("top", [None, 3])
def test_the_uniform_share_counts_all_channels(make, top):
    table = make.importance(make.channels_7, [1], STRATA)
    (axes,) = importance.draw(table, top=top).axes
    (line,) = [line for line in axes.lines if line.get_gid() == "uniform"]
    assert line.get_xdata()[0] == pytest.approx(100 / 7)
    assert len(axes.get_yticklabels()) == (top or 7)


def test_over_seeds_is_the_mean_and_the_span_of_the_intervals(make):
    table = make.importance(["a", "b"], [1, 2, 3], {"low": 9})
    found = importance_rows.over_seeds(table).set_index("channel").loc["a"]
    rows = table[table["channel"] == "a"]
    assert found["importance"] == pytest.approx(rows["importance"].mean())
    assert found["low"] == rows["low"].min()
    assert found["high"] == rows["high"].max()


def test_an_empty_stratum_is_left_out(make):
    table = make.importance(["a", "b"], [1], {"low": 0, "medium": 9, "high": 1})
    figure = importance.draw(table)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["all (n = 10)", "medium (n = 9)", "high (n = 1)"]


def test_the_share_of_all_cells_is_the_mean_over_them(make):
    table = make.importance(["a", "b"], [1], {"low": 30, "high": 10})
    (axes,) = importance.draw(table).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    weights = {"low": 0.75, "high": 0.25}
    for x, y in points(axes, "all"):
        own = table[table["channel"] == names[round(y)]]
        shares = own["importance"] * own["stratum"].map(weights)
        assert x == pytest.approx(100 * shares.sum())


@pytest.mark.parametrize(
    ("above", "said"),
    [
        (None, "Share of each channel in the map"),
        ([], "No channel is shown to carry more"),
        (["a"], "a carries more of the map than random weights"),
        (["a", "b", "c"], "a, b and c carry more"),
        (list("abcde"), "5 of 9 channels carry more"),
    ],
)
def test_the_headline_names_what_lies_above_random_weights(above, said):
    assert importance.headline(above, 9).startswith(said)


def test_only_what_beats_its_null_in_every_stratum_is_said_to(make):
    table = with_null(make.importance(["a", "b"], [1], {"low": 9, "high": 4}), 0.1, True)
    table.loc[(table["channel"] == "b") & (table["stratum"] == "low"), "beats_null"] = False
    assert importance_rows.above_random(importance_rows.over_seeds(table)) == ["a"]


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
    own = joint[(joint["unit"] == "a+c") & (joint["stratum"] == "low")]["importance"]
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


def with_null(table, half, beats):
    """The same table with a null of 0 ± `half`, and whether it is beaten."""
    return table.assign(null_low=0.0, null_high=half, null_half=half, beats_null=beats)


def texts(axes):
    return {text.get_gid(): text for text in axes.texts if text.get_gid()}


def keys(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_half_of_what_random_weights_span_stands_beside_each_channel(make):
    table = with_null(make.importance(["a", "b", "c", "d"], [1], {"low": 9, "high": 4}), 0.05, True)
    wider = (table["channel"] == "b") & (table["stratum"] == "high")
    table.loc[wider, ["null_half", "null_high"]] = 0.125
    figure = importance.draw(table)
    (axes,) = figure.axes
    rows = [label.get_text() for label in axes.get_yticklabels()]
    told = {name: texts(axes)[f"random ± {row}"].get_text() for row, name in enumerate(rows)}
    assert told == {"a": "5.0", "b": "12.5", "c": "5.0", "d": "5.0"}
    assert "above random weights" in keys(figure) and "not above" not in keys(figure)


def test_a_null_wider_than_the_share_of_equal_channels_is_dotted_and_denies_nothing(make):
    """Of four channels the limit is a half width of 25 %."""
    table = with_null(make.importance(["a", "b", "c", "d"], [1], {"low": 9}), 0.2, False)
    table["beats_null"] = table["beats_null"].astype(object)
    wide = table["channel"] == "c"
    table.loc[wide, ["null_half", "null_high"]] = 0.3
    table.loc[wide, "beats_null"] = None
    figure = importance.draw(table)
    (axes,) = figure.axes
    row = [label.get_text() for label in axes.get_yticklabels()].index("c")
    nulls = {
        gid: [round(line.get_ydata()[0]) for line in axes.lines if line.get_gid() == gid]
        for gid in ("null", "wide null")
    }
    assert nulls["wide null"] == [row] and len(nulls["null"]) == 3
    found = keys(figure)
    assert set(importance_panel.NULLS.values()) <= set(found)
    assert {"not above", "cannot tell"} <= set(found)


def test_one_seed_that_does_not_beat_its_null_outweighs_one_that_cannot_be_told(make):
    table = with_null(make.importance(["a", "b"], [1, 2], {"low": 9}), 0.1, False)
    table["beats_null"] = table["beats_null"].astype(object)
    table.loc[table["seed"] == 2, "beats_null"] = None
    assert (importance_rows.over_seeds(table)["beats_null"] == 0).all()
    table.loc[table["seed"] == 1, "beats_null"] = True
    assert importance_rows.over_seeds(table)["beats_null"].isna().all()


def test_proven_use_stands_in_bold_whatever_the_null_of_shares_says(make):
    table = with_null(make.importance(["a", "b"], [1], {"low": 9}), 0.1, False)
    use = pd.DataFrame(
        [
            ("each", "a", "permuted", 0.4, "is used"),
            ("each", "b", "permuted", -0.01, "not shown to be used"),
            ("each", "b", "structure", 0.9, "is used"),
            ("1", "b", "permuted", 0.8, "is used"),
        ],
        columns=["seed", "channel", "change", "use", "verdict"],
    )
    (axes,) = importance.draw(table, use=use).axes
    for row, label in enumerate(axes.get_yticklabels()):
        text = texts(axes)[f"use (R²) {row}"]
        proven = label.get_text() == "a"
        assert text.get_text() == ("+0.40" if proven else "−0.01")
        assert (text.get_fontweight() == "bold") == proven
    (bare,) = importance.draw(table).axes
    assert not any("use" in gid for gid in texts(bare))


def test_no_words_call_a_share_of_the_map_importance(make):
    figure = importance.draw(with_null(make.importance(["a", "b"], [1], {"low": 9}), 0.1, True))
    (axes,) = figure.axes
    assert "share of the map" in axes.get_xlabel()
    said = [axes.get_xlabel(), *keys(figure), *(text.get_text() for text in axes.texts)]
    assert not any("importan" in words for words in said)


def test_channels_of_several_inputs_stand_input_by_input_with_their_share_of_it():
    shares = pd.DataFrame({"channel": ["A", "C", "gc"], "importance": [0.5, 0.1, 0.4]})
    shares = shares.assign(seed=1, aggregate="absolute", stratum="low", cells=9, low=0.0, high=1.0)
    every = shares.assign(input="all")
    own = shares.assign(input=["sequence", "sequence", "columns"], importance=[5 / 6, 1 / 6, 1.0])
    (axes,) = importance.draw(pd.concat([every, own])).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["sequence", "A", "C", "columns", "gc"]
    words = {text.get_gid(): text.get_text() for text in axes.texts if text.get_gid()}
    assert words["of its input 1"] == "83.3 %" and words["of its input 4"] == "100.0 %"
    assert words["of its input 0"] == ""
    # What is drawn are the shares of all inputs.
    (points,) = [line for line in axes.lines if line.get_gid() == "low"]
    assert sorted(points.get_xdata()) == pytest.approx([10, 40, 50])
