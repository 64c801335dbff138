import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from nascent.figures import evaluated, rows, words

MAE, R2 = rows.measures("regression")

numbers = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20)


@given(values=numbers, floors=st.lists(st.floats(0.01, 1e3), max_size=6))
def test_limits_of_mae_hold_the_best_value_and_all_floors(values, floors):
    low, high = rows.limits(MAE, [*values, *floors], floors)
    for value in (min([*values, *floors]), *floors):
        assert low <= value <= high


@given(values=st.lists(st.floats(-1e6, 1.0), min_size=1, max_size=20))
def test_limits_of_r2_hold_all_that_is_better_than_minus_a_half(values):
    low, high = rows.limits(R2, values, [])
    assert all(low <= value <= high for value in values if value >= rows.LEAST_SKILL)
    assert low >= rows.LEAST_SKILL - 0.1 and low < high


@pytest.mark.parametrize("measure", rows.measures("regression"))
def test_limits_of_nothing_are_limits(measure):
    low, high = rows.limits(measure, [np.nan, np.inf], [])
    assert low < high


@given(st.integers(0, 9), st.integers(0, 9))
def test_rows_do_not_overlap(models, floors):
    at = rows.places([f"m{i}" for i in range(models)], [f"f{i}" for i in range(floors)])
    assert (np.diff(list(at.values())) >= rows.FLOOR_STEP - 1e-9).all()


def test_a_value_outside_the_frame_is_an_arrow_at_it_with_its_number():
    axes = Figure().subplots()
    rows.point(axes, -50.0, 0, (-0.5, 1.0), gid="lost")
    (arrow,) = axes.lines
    assert arrow.get_xdata() == [-0.5] and arrow.get_marker() == "<"
    assert [text.get_text() for text in axes.texts] == ["−50.0"]


def test_a_missing_value_is_not_drawn():
    axes = Figure().subplots()
    rows.point(axes, np.nan, 0, (0, 1))
    assert not axes.lines


def test_intervals_are_thick_over_cells_and_thin_over_groups():
    axes = Figure().subplots()
    rows.point(axes, 0.5, 2, (0, 1), cells=(0.4, 0.6), groups=(0.2, 0.9))
    width = {tuple(line.get_xdata()): line.get_linewidth() for line in axes.lines[:2]}
    assert width[0.4, 0.6] > width[0.2, 0.9]


@pytest.mark.parametrize(
    ("value", "text"), [(-1.234, "−1.23"), (31.26, "31.3"), (1234.5, "1,234"), (0.0, "0.00")]
)
def test_numbers_are_short(value, text):
    assert words.short(value) == text


def test_models_and_floors_are_ordered_by_the_first_design(make):
    table = make.comparison(make.metrics({"b": 31.0, "a": 36.0, "c": 30.0}, [1]))
    table.loc[(table["design"] == "group") & (table["model"] == "a"), "mae"] = 1.0
    models, floors = evaluated.ordered(table)
    assert models == ["c", "b", "a"]
    assert floors == sorted(make.floors, key=make.floors.get)


def test_a_model_without_a_number_comes_last(make):
    table = make.comparison(make.metrics({"b": 31.0, "a": 36.0}, [1]))
    table.loc[table["model"] == "b", "mae"] = np.nan
    assert evaluated.ordered(table)[0] == ["a", "b"]


def test_of_a_design_with_folds_the_pooled_rows_are_taken(make):
    runs = evaluated.pooled(make.metrics({"a": 36.0}, [1, 2]))
    folds = runs.groupby("design")["fold"].unique().str.join(" ").to_dict()
    assert folds == {"example": "example", "group": "group", "leave_one_group_out": "all"}


def test_the_best_floor_is_the_one_the_table_names(make):
    table = make.comparison(make.metrics({"a": 36.0}, [1], ("example",)))
    table.loc[table["model"] == "a", "best_floor"] = "ols"
    assert evaluated.best_floor(table)["model"] == "ols"
    assert evaluated.best_floor(table[table["floor"]])["model"] == "ridge_area_cycle"
    assert evaluated.best_floor(table[~table["floor"]]) is None


@pytest.mark.parametrize(
    ("label", "unit", "quantity"),
    [
        ("transcription rate (mean counts)", "(mean counts)", "transcription rate"),
        ("area", "", "area"),
        ("rate (a) of b", "", "rate (a) of b"),
    ],
)
def test_a_label_ends_in_its_unit(label, unit, quantity):
    assert (words.unit(label), words.quantity(label)) == (unit, quantity)


def test_counts_agree_with_their_word():
    assert words.count(1, "seed") == "1 seed"
    assert words.count(2000, "seed") == "2,000 seeds"


def test_designs_are_in_order_of_appearance():
    table = pd.DataFrame({"design": ["group", "example", "group"]})
    assert evaluated.designs(table) == ["group", "example"]
