import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.errors import AttributionError
from nascent.figures import crops, panels, score_maps, score_tiles, style
from nascent.kind import kind_of
from nascent.words import speaking


@pytest.fixture
def drawn(make):
    examples, maps = make.examples(3, ["a", "b", "c"], 24)
    examples.cells["stratum"] = ["low", "medium", "high"]
    examples.cells["y_hat"] = [300.0, 370.0, 450.0]
    return examples, maps, score_maps.draw(examples, maps)


def test_three_rows_a_cell_and_one_column_a_channel(drawn):
    _, _, figure = drawn
    assert len([axes for axes in figure.axes if axes.images]) == 3 * 3 * 3


def test_tiles_stand_in_line_and_are_alike(drawn):
    _, _, figure = drawn
    boxes = np.array([a.get_position().bounds for a in figure.axes if a.images])
    boxes = boxes.reshape(9, 3, 4)
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
    assert [axes.get_title() for axes in figure.axes[:2]] == ["25.0 %", ""]


def test_a_cells_maps_share_one_scale(make):
    examples, maps = make.examples(1, ["a", "b"], 24)
    figure = score_maps.draw(examples, maps)
    first, second = (figure.axes[2 + k].images[0] for k in range(2))
    assert first.get_clim() == second.get_clim() == (0, 1)
    scale = np.percentile(np.abs(maps[0][examples.masks[0]]), 99.5)
    np.testing.assert_allclose(first.get_array(), maps[0, ..., 0] / scale, rtol=1e-6)


def test_signed_maps_get_a_scale_around_zero(make):
    examples, maps = make.examples(1, ["a", "b"], 16)
    figure = score_maps.draw(examples, maps * np.array([1, -1]))
    assert figure.axes[2].images[0].get_clim() == (-1, 1)


def test_strata_and_predictions_are_named(drawn):
    _, _, figure = drawn
    words = {text.get_text(): text.get_color() for text in figure.texts}
    assert {name: words[name] for name in style.STRATA} == dict(style.STRATA)
    assert any("ŷ = 300" in text for text in words)


@pytest.mark.parametrize("figure", [crops, panels, score_maps])
def test_an_example_stands_with_its_group_and_the_level_of_its_factor(make, figure):
    examples, maps = make.examples(1, ["a"], 16)
    examples.cells["group"], examples.cells["cell_cycle"] = ["p/A07"], ["G2"]
    further = {"target": "a"} if figure is crops else {"maps": maps}
    with speaking(kind_of("cells").words.plain()):
        drawn = figure.draw(examples, factor="cell_cycle", **further)
    labels = [*drawn.texts, *(axes.yaxis.label for axes in drawn.axes)]
    assert any("p/A07, G2" in text.get_text().split("\n") for text in labels)


def test_scores_outside_the_mask_are_not_shown(make):
    examples, maps = make.examples(1, ["a"], 16)
    maps[0][~examples.masks[0]] = 1e6
    figure = score_maps.draw(examples, maps)
    assert (figure.axes[1].images[0].get_array()[~examples.masks[0]] == 0).all()


@given(share=st.floats(0.01, 0.5), seed=st.integers(0, 99))
def test_the_overlay_colours_the_share_asked_for(share, seed):
    rng = np.random.default_rng(seed)
    scores, mask = rng.normal(size=(20, 20, 3)), rng.random((20, 20)) < 0.7
    threshold = score_tiles.top_threshold(scores, mask, share)
    coloured = (np.abs(scores[mask]) > threshold).mean()
    assert coloured == pytest.approx(share, abs=1 / scores[mask].size)


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
