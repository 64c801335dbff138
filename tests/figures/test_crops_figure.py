import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.figures import crops


def test_one_tile_a_cell_and_channel_with_its_pixels(make):
    examples, _ = make.examples(3, ["a", "b", "EU"], 24)
    figure = crops.draw(examples, target="EU", factor="cell_cycle")
    shown = [axes.images[0].get_array() for axes in figure.axes]
    assert len(shown) == 9
    for tile, axes in enumerate(shown):
        row, column = divmod(tile, 3)
        np.testing.assert_array_equal(axes, examples.images[row, ..., column])


def test_grey_levels_are_common_to_a_column(make):
    examples, _ = make.examples(3, ["a", "b"], 24)
    figure = crops.draw(examples, target="EU", factor="cell_cycle")
    limits = [axes.images[0].get_clim() for axes in figure.axes]
    assert limits[0] == limits[2] == limits[4]
    assert limits[1] == limits[3] == limits[5]
    pooled = examples.images[..., 0][examples.masks]
    assert limits[0] == pytest.approx(tuple(np.percentile(pooled, [1, 99.5])))


def test_the_target_is_marked_and_cells_are_named(make):
    examples, _ = make.examples(2, ["a", "EU"], 24)
    figure = crops.draw(examples, target="EU", factor="cell_cycle")
    assert "target" in figure.axes[1].get_title()
    assert "target" not in figure.axes[0].get_title()
    label = figure.axes[0].get_ylabel()
    assert str(examples.cells.index[0]) in label
    assert f"{examples.cells['target'].iloc[0]:.4g}" in label


def test_the_outline_is_closed_where_the_nucleus_touches_the_border():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    crops.outline(axes, np.ones((5, 5), bool))
    (path,) = axes.collections[0].get_paths()
    np.testing.assert_array_equal(path.vertices[0], path.vertices[-1])
    # Half-way between the last measured pixel and the frame.
    assert path.vertices.min() == -0.5
    assert path.vertices.max() == 4.5


def test_no_cells_give_a_figure_that_says_so(make):
    examples, _ = make.examples(0, ["a"], 8)
    (axes,) = crops.draw(examples, target="EU", factor="cell_cycle").axes
    assert "no cells" in axes.texts[0].get_text()


@given(st.lists(st.text("abcdef_0", min_size=1, max_size=40), min_size=1), st.floats(0.4, 2))
def test_fitted_names_keep_both_ends(names, inches):
    fitted, points = crops.fitted(names, inches)
    assert 5 <= points <= 7
    for name, short in zip(names, fitted, strict=True):
        assert short == name or ("…" in short and len(short) < len(name))
        assert short[0] == name[0] and short[-1] == name[-1]


def test_channels_that_are_not_shown_are_named(make):
    examples, _ = make.examples(2, ["a", "EU"], 16)
    figure = crops.draw(examples, target="EU", left_out=["b", "c"])
    assert " ".join(figure.texts[-1].get_text().split()).endswith("not shown: b, c")
    assert "not shown" not in crops.draw(examples, target="EU").texts[-1].get_text()
