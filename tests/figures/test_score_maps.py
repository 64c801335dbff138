import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from nascent.errors import AttributionError
from nascent.figures import crops, overlays, panels, score_maps, score_tiles, style
from nascent.kind import kind_of
from nascent.words import speaking


@pytest.fixture
def drawn(make):
    examples, maps = make.examples(3, ["a", "b", "c"], 24)
    examples.cells["stratum"] = ["low", "medium", "high"]
    examples.cells["y_hat"] = [300.0, 370.0, 450.0]
    return examples, maps, score_maps.draw(examples, maps)


def tiles(figure):
    return [axes for axes in figure.axes if axes.images and axes.images[-1].get_gid() != "key"]


def overlays_of(figure):
    return [axes.images[1].get_array() for axes in tiles(figure) if len(axes.images) == 2]


def test_two_rows_a_cell_and_one_column_a_channel(drawn):
    _, _, figure = drawn
    assert len(tiles(figure)) == 3 * 2 * 3 and len(overlays_of(figure)) == 3 * 3


def test_tiles_stand_in_line_and_are_alike(drawn):
    _, _, figure = drawn
    boxes = np.array([axes.get_position().bounds for axes in tiles(figure)])
    boxes = boxes.reshape(3, 3, 2, 4).swapaxes(1, 2).reshape(6, 3, 4)
    np.testing.assert_allclose(np.ptp(boxes[..., 0], axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.ptp(boxes[..., 2:].reshape(-1, 2), axis=0), 0, atol=1e-12)


def test_shares_over_the_columns_are_those_of_the_maps(drawn):
    examples, maps, figure = drawn
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    for i in range(3):
        sums = np.abs(maps[i][examples.masks[i]]).sum(axis=0)
        assert titles[3 * i : 3 * i + 3] == [f"{100 * s:.1f} %" for s in sums / sums.sum()]


def test_shares_that_are_given_are_shown_and_missing_ones_are_not(make):
    examples, maps = make.examples(1, ["a", "b"], 16)
    figure = score_maps.draw(examples, maps, shares=np.array([[0.25, np.nan]]))
    assert [axes.get_title() for axes in tiles(figure)[::2]] == ["25.0 %", ""]


def test_opacity_is_proportional_to_the_score_on_one_scale_a_cell(make):
    examples, maps = make.examples(1, ["a", "b"], 24)
    maps = maps * np.array([1, -2])
    mask = examples.masks[0]
    full = np.percentile(np.abs(maps[0][mask]), overlays.PERCENTILE)
    for k, found in enumerate(overlays_of(score_maps.draw(examples, maps))):
        expected = np.where(mask, np.minimum(np.abs(maps[0, ..., k]) / full, 1), 0)
        np.testing.assert_allclose(found[..., 3], expected, atol=1e-12)


def test_red_raises_and_blue_lowers(make):
    examples, maps = make.examples(1, ["a", "b"], 16)
    raises, lowers = overlays_of(score_maps.draw(examples, maps * np.array([1, -1])))
    seen = examples.masks[0] & (maps[0, ..., 0] > 0)
    assert (raises[seen][:, 0] > raises[seen][:, 2]).all()
    seen = examples.masks[0] & (maps[0, ..., 1] > 0)
    assert (lowers[seen][:, 0] < lowers[seen][:, 2]).all()


@given(seed=st.integers(0, 99))
def test_a_larger_score_is_never_fainter(seed):
    scores = np.random.default_rng(seed).normal(size=(6, 6))
    full = overlays.full_opacity(scores, np.ones_like(scores, bool))
    opacity = overlays.overlay(scores, full, signed=True)[..., 3].ravel()
    assert (np.diff(opacity[np.argsort(np.abs(scores), axis=None)]) >= 0).all()


@pytest.mark.parametrize(("channels", "shown"), [("abc", "abc"), ("abcde", "ab")])
def test_every_channel_is_shown_or_named_as_left_out(make, channels, shown):
    examples, maps = make.examples(1, list(shown), 16)
    left_out = [name for name in channels if name not in shown]
    figure = score_maps.draw(examples, maps, left_out=left_out)
    names = {note.get_text() for axes in tiles(figure) for note in axes.texts}
    assert set(shown) <= names
    words = [text.get_text() for text in figure.texts if text.get_gid() == "left out"]
    assert "".join(words).partition(": ")[2] == ", ".join(left_out)


@pytest.mark.parametrize(
    ("pixel_size", "edge", "unit"), [(None, 1, "px"), (0.1083, 0.1083, "µm"), (2.6, 2.6, "µm")]
)
def test_a_scale_bar_is_as_long_as_it_says(pixel_size, edge, unit):
    axes = Figure().subplots()
    crops.scale_bar(axes, range(10, 50), pixel_size)
    (bar,) = axes.lines
    told, said = axes.texts[0].get_text().split()
    assert said == unit
    assert np.ptp(bar.get_xdata()) * edge == pytest.approx(float(told))
    assert 40 / 8 < np.ptp(bar.get_xdata()) <= 40 / 3


@given(st.floats(1e-3, 1e6))
def test_a_round_length_is_1_2_or_5_of_a_power_of_ten(length):
    found = crops.round_length(length)
    assert found <= length * (1 + 1e-6) and length < 2.5 * found * (1 + 1e-6)
    assert f"{found:e}"[0] in "125"


def test_strata_and_predictions_are_named(drawn):
    _, _, figure = drawn
    words = {text.get_text(): text.get_color() for text in figure.texts}
    assert {name: words[name] for name in style.STRATA} == dict(style.STRATA)
    assert {"measured", "predicted"} <= {text.split()[0] for text in words if text.split()}
    assert "predicted 300" in words


@pytest.mark.parametrize("figure", [crops, panels, score_maps])
def test_an_example_stands_with_its_group_and_the_level_of_its_factor(make, figure):
    examples, maps = make.examples(1, ["a"], 16)
    examples.cells["group"], examples.cells["cell_cycle"] = ["p/A07"], ["G2"]
    of_map = {"maps": maps.sum(axis=-1) if figure is panels else maps}
    further = {"target": "a"} if figure is crops else of_map
    with speaking(kind_of("cells").words.plain()):
        drawn = figure.draw(examples, factor="cell_cycle", **further)
    labels = [*drawn.texts, *(axes.yaxis.label for axes in drawn.axes)]
    assert any("p/A07, G2" in text.get_text().split("\n") for text in labels)


def test_scores_outside_the_mask_are_not_shown(make):
    examples, maps = make.examples(1, ["a"], 16)
    maps[0][~examples.masks[0]] = 1e6
    for figure in (score_maps.draw(examples, maps), panels.draw(examples, maps[..., 0])):
        (found,) = overlays_of(figure)
        assert (found[~examples.masks[0]][:, 3] == 0).all()
        assert (found[examples.masks[0]][:, 3] > 0).any()


@given(
    st.integers(2, 40).flatmap(
        lambda size: st.tuples(st.just(size), st.lists(st.integers(0, size * size - 1)))
    )
)
def test_the_window_holds_every_measured_pixel(drawing):
    size, pixels = drawing
    masks = np.zeros((1, size, size), bool)
    masks.reshape(-1)[pixels] = True
    window = score_tiles.common_window(masks)
    _, rows, columns = np.nonzero(masks)
    assert all(v in window for v in (*rows, *columns))
    assert window.start == size - window.stop, "it is centred"


def test_maps_of_other_cells_are_refused(make):
    examples, maps = make.examples(2, ["a"], 8)
    with pytest.raises(AttributionError, match="shape"):
        score_maps.draw(examples, maps[:1])


def test_a_map_of_zeros_is_drawn(make):
    examples, maps = make.examples(1, ["a"], 8)
    assert score_maps.draw(examples, 0 * maps).axes


def test_no_cells_are_said(make):
    examples, maps = make.examples(0, ["a"], 8)
    (axes,) = score_maps.draw(examples, maps).axes
    assert "no score maps" in axes.texts[0].get_text()


def test_typical_cells_have_channels_in_colours_the_target_and_the_map(make):
    examples, maps = make.examples(3, ["a", "b", "c"], 24)
    examples.cells["stratum"] = ["low", "medium", "high"]
    target = panels.Target("t", examples.images[..., 0])
    figure = panels.draw(examples, maps.sum(axis=-1), target=target, pixel_size=0.5)
    assert len(tiles(figure)) == 9 and len(overlays_of(figure)) == 3
    composite = tiles(figure)[0].images[0].get_array()
    assert composite.shape == (24, 24, 3) and np.ptp(composite, axis=-1).max() > 0.1
    notes = [note.get_text() for axes in tiles(figure) for note in axes.texts]
    assert {"a", "b", "c", "t", "target"} <= set(notes)
    assert sum(note.endswith("µm") for note in notes) == 3
    assert not make.cut_off(figure)
    without = panels.draw(examples, maps.sum(axis=-1))
    assert len(tiles(without)) == 6


def test_one_channel_is_shown_in_grey(make):
    examples, maps = make.examples(1, ["a"], 16)
    composite = tiles(panels.draw(examples, maps[..., 0]))[0].images[0].get_array()
    np.testing.assert_allclose(np.ptp(composite, axis=-1), 0)
