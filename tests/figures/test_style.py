import pandas as pd

from nascent.figures import style


def test_levels_come_in_the_order_given_then_sorted_and_unknown_last():
    column = pd.Series(["S", None, "G1", "X", "A", "G2"])
    assert style.levels(column, ["G1", "S", "G2"]) == ["G1", "S", "G2", "A", "X", "unknown"]


def test_of_too_many_levels_the_largest_are_kept():
    column = pd.Series(["a"] * 3 + ["b"] * 1 + ["c"] * 2)
    assert style.levels(column, most=2) == ["a", "c"]


def test_a_column_of_nothing_but_missing_values_is_not_known():
    frame = pd.DataFrame({"cell_cycle": [None, None], "group": ["A01", None]})
    assert not style.is_known(frame, "cell_cycle")
    assert not style.is_known(frame, "perturbation")
    assert style.is_known(frame, "group")


def test_named_levels_keep_their_colour_whatever_stands_beside_them():
    alone = style.colours(["G2"], style.CYCLE)
    among = style.colours(["X", "G1", "Y", "G2", "unknown"], style.CYCLE)
    assert alone["G2"] == among["G2"] == style.CYCLE["G2"]
    assert among["unknown"] == style.GREY
    assert len(set(among.values())) == 5


def test_colours_do_not_run_out():
    assert len(style.colours([f"level {i}" for i in range(100)])) == 100


def test_a_minus_is_a_minus():
    assert style.signed(-2.13) == "−2.1"
    assert style.signed(0.9) == "+0.9"
