import numpy as np
import pytest

from nascent.figures import quality

RULES = {"is_border_cell = 1": 0.3, "cell_cycle is missing": 0.34}


def test_bars_are_cells_found_and_removed_of_each_reason(make):
    table = make.quality(4, RULES, cells=200)
    axes = quality.draw(table).axes[0]
    widths = np.array([bar.get_width() for bar in axes.patches]).reshape(2, len(RULES))
    sums = table[table["step"] != "all"].groupby("reason")[["found", "removed"]].sum()
    np.testing.assert_array_equal(widths[0], sums.loc[list(RULES), "found"])
    np.testing.assert_array_equal(widths[1], sums.loc[list(RULES), "removed"])


@pytest.mark.parametrize("wells", [1, 24])
def test_a_wells_bars_add_up_to_its_cells(make, wells):
    table = make.quality(wells, RULES, cells=100)
    axes = quality.draw(table).axes[1]
    widths = np.array([bar.get_width() for bar in axes.patches]).reshape(-1, wells)
    totals = table[table["step"] == "all"]
    np.testing.assert_array_equal(widths[0], totals["cells_out"])
    np.testing.assert_array_equal(widths.sum(axis=0), totals["cells_in"])
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == totals["well"].tolist()


def test_of_many_wells_a_profile_adds_up_too(make):
    table = make.quality(96, RULES, cells=50)
    axes = quality.draw(table).axes[1]
    top = axes.patches[-1].get_data().values
    np.testing.assert_array_equal(top, table[table["step"] == "all"]["cells_in"])


@pytest.mark.parametrize("wells", [1, 7])
def test_every_row_has_its_bar_and_every_colour_its_word(make, wells):
    figure = quality.draw(make.quality(wells, RULES, cells=100))
    for axes, rows in zip(figure.axes, (len(RULES), wells), strict=True):
        assert abs(np.ptp(axes.get_ylim())) < rows + 0.3
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["kept", *RULES]


def test_reasons_that_hold_for_no_cell_are_counted_only(make):
    figure = quality.draw(make.quality(2, {"a": 0.0, **RULES, "b": 0.0}, cells=100))
    left, right = figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == list(RULES)
    assert "2 other checks removed none" in figure.texts[-1].get_text()
    assert len(right.patches) == 2 * (1 + len(RULES))


def test_the_heading_counts_all_wells(make):
    table = make.quality(3, RULES, cells=100)
    totals = table[table["step"] == "all"]
    heading = quality.draw(table).get_suptitle()
    assert f"{totals['cells_in'].sum()} cells measured" in heading
    assert f"{totals['cells_out'].sum()} kept" in heading


def test_wells_of_two_plates_are_told_apart(make):
    table = make.quality(2, RULES, cells=50)
    table.loc[table["well"] == "A02", ["plate", "well"]] = ["plate02", "A01"]
    names = [label.get_text() for label in quality.draw(table).axes[1].get_yticklabels()]
    assert names == ["plate01 A01", "plate02 A01"]


def test_without_rules_every_cell_is_kept(make):
    left, right = quality.draw(make.quality(1, {}, cells=50)).axes
    assert "No reason holds" in left.texts[0].get_text()
    assert len(right.patches) == 1


def test_an_empty_well_is_drawn(make):
    table = make.quality(2, RULES, cells=50)
    table.loc[table["well"] == "A02", table.columns[4:]] = 0
    assert quality.draw(table).axes[1].get_yticklabels()[1].get_text() == "A02"
