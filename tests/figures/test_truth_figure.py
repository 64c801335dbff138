import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import without_path
from nascent.explain.truth.table import BEATS
from nascent.figures import truth, truth_example
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.kinds.cells.planted import Planted
from nascent.kinds.cells.simulate.truth import Truth

METHODS = {"ig": {"method": "integrated_gradients"}, "grad_cam": {"method": "grad_cam"}}


def drawn(table, example):
    return truth.draw(table, example, methods=METHODS)


ROWS = {  # mark -> truth, map, whether it is the strongest of the image
    "trained": ("planted", "trained", None),
    "used": ("used", "trained", None),
    "image": ("planted", "brightness", True),
    "randomised": ("planted", "randomised", None),
    "": ("planted", "edge", False),
}


def table(models=("simple_cnn", "linear"), methods=("ig", "grad_cam"), seeds=(1,), said=BEATS):
    rows = []
    for place, (model, method, seed, mark) in enumerate(
        (m, k, s, w) for m in models for k in methods for s in seeds for w in ROWS
    ):
        known, name, strongest = ROWS[mark]
        for what, *_ in truth.PANELS:
            if method == "grad_cam" and what != "pixel_precision":
                continue
            value = 0.3 + 0.01 * place
            rows.append(
                {
                    "model": model,
                    "seed": seed,
                    "method": method,
                    "truth": known,
                    "map": name,
                    "strongest": strongest,
                    "mark": mark,
                    "verdict": said if mark == "trained" else "",
                    "what": what,
                    "channel": "",
                    "cells": 9,
                    "value": value,
                    "low": value - 0.05,
                    "high": value + 0.05,
                    "chance": 0.2,
                    "ceiling": 1.0,
                    "lift_ceiling": 5.0,
                    "lift": 5 * value,
                    "lift_low": 5 * value - 0.4,
                    "lift_high": 5 * value + 0.4,
                }
            )
    return pd.DataFrame(rows)


def example(keys):
    v, u = np.mgrid[:16, :16] - 7.5
    mask = v**2 + u**2 < 40
    causal = (np.abs(v) < 2) & (np.abs(u) < 2)
    values = np.where(mask, 1.0 + causal, 0)
    return truth_example.Example(7, values, mask, causal, dict.fromkeys(keys, values))


def points(axes, gid):
    return sorted(float(line.get_xdata()[0]) for line in axes.get_lines() if line.get_gid() == gid)


def test_points_are_the_values_of_each_kind_of_map():
    shown = table()
    axes = drawn(shown, None).axes
    for panel, (what, column, _) in zip(axes, truth.PANELS, strict=False):
        for mark in truth.MARKS:
            rows = shown[(shown["what"] == what) & (shown["mark"] == mark)]
            assert points(panel, f"{mark} {what}") == pytest.approx(sorted(rows[column]))


def test_chance_is_one_for_lifts_and_the_share_for_shares():
    axes = drawn(table(), None).axes
    found = [points(panel, "chance") for panel in axes[:4]]
    np.testing.assert_allclose(found, [[1], [1], [0.2], [0.2]])
    found = [points(panel, "ceiling") for panel in axes[:4]]
    np.testing.assert_allclose(found, [[5], [5], [1], [1]])


def test_the_verdict_and_the_strongest_map_of_the_image_are_in_words():
    words = [text.get_text() for text in drawn(table(), None).axes[4].texts]
    assert words == [BEATS, "strongest map of the image: brightness"] * 4
    shown = table(models=["linear"], methods=["ig"], seeds=(1, 2))
    shown.loc[shown["seed"] == 2, "verdict"] = "cannot tell"
    words = [text.get_text() for text in drawn(shown, None).axes[4].texts]
    assert words == ["seeds differ", "strongest map of the image: brightness"]


def test_the_headline_counts_what_finds_more_than_the_image_and_random_weights():
    found = {("cnn", "ig"): (BEATS, "edge"), ("cnn", "cam"): ("cannot tell", "edge")}
    assert truth.headline(found).startswith("1 of 2 explanations find the planted truth better")


def test_without_a_word_on_use_no_square_is_explained():
    figure = drawn(table()[lambda rows: rows["truth"] == "planted"], None)
    keys = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert "trained" in keys
    assert "trained, of what it uses" not in keys


def test_rows_are_methods_below_the_name_of_their_model():
    first = drawn(table(), None).axes[0]
    rows = [label.get_text() for label in first.get_yticklabels()]
    assert rows == ["Integrated Gradients", "Grad-CAM"] * 2
    heights = first.get_yticks()
    assert (np.diff(heights) > 0).all()
    assert heights[2] - heights[1] > heights[1] - heights[0]
    named = [text.get_text() for text in first.texts]
    assert named == ["simple_cnn", "linear"]


def test_several_seeds_are_one_point_that_spans_their_intervals():
    shown = table(models=["linear"], methods=["ig"], seeds=(1, 2))
    axes = drawn(shown, None).axes[2]
    rows = shown[(shown["what"] == "top_channels") & (shown["mark"] == "trained")]
    assert points(axes, "trained top_channels") == pytest.approx([rows["value"].mean()])
    spans = [line.get_xdata() for line in axes.get_lines() if len(line.get_xdata()) == 2]
    assert any(np.allclose(span, [rows["low"].min(), rows["high"].max()]) for span in spans)


@pytest.mark.parametrize("maps", [1, 7, 30])
def test_the_example_shows_the_planted_pixels_on_as_many_maps_as_fit(make, maps):
    keys = [("model", f"method {number}") for number in range(maps)]
    figure = drawn(table(), example(keys))
    tiles = [axes for axes in figure.axes if axes.images]
    (bar,) = [axes for axes in figure.axes if axes.get_label() == "<colorbar>"]
    tiles = [axes for axes in tiles if axes is not bar]
    assert len(tiles) == min(maps + 1, truth.MOST_TILES)
    assert [axes.get_title() for axes in tiles[:2]] == ["planted channels", "model\nmethod 0"]
    assert not make.cut_off(figure)


def test_names_that_are_long_stay_on_the_page(make):
    long = ["EfficientNetV2B0_with_augmentation", "cnn"]
    figure = drawn(table(models=long, methods=["smoothgrad_squared_40"]), None)
    assert not make.cut_off(figure)


def test_without_numbers_the_figure_says_so():
    none = table().assign(cells=0)
    (axes,) = drawn(none, None).axes
    assert "No map was held against the truth" in axes.texts[0].get_text()
    (axes,) = drawn(none.iloc[:0], None).axes
    assert axes.texts


def test_the_typical_cell_is_the_one_nearest_to_the_median():
    cells = pd.DataFrame(
        {
            "id": [1, 2, 3, 4, 2],
            "truth": "planted",
            "map": ["trained"] * 4 + ["edge"],
            "pixel_precision": [0.1, 0.4, 0.9, np.nan, 0.39],
        }
    )
    assert truth_example.typical_cell(cells) == 2
    assert truth_example.typical_cell(cells.assign(pixel_precision=np.nan)) is None


def test_an_example_is_read_with_its_maps_and_its_truth(tmp_path):
    size, ids = 6, [10, 11]
    mask = np.zeros((2, size, size), bool)
    mask[:, 1:5, 2:4] = True
    images = np.random.default_rng(1).integers(1, 99, (2, size, size, 2)).astype(np.uint16)
    box = {"x_min": 102, "x_max": 103, "y_min": 201, "y_max": 204}
    shard = tmp_path / "shard.h5"
    with CropWriter(shard, channels=["a", "b"], size=size, dtype=np.uint16) as store:
        store.append_crops(images * mask[..., None], mask)
        store.cells = pd.DataFrame(
            {"plate": "p", "well": "A", "mapobject_id": [1, 2], **box},
            index=pd.Index(ids, name="id"),
        )
        cells = store.cells
    found = Truth(
        *(np.array(ids), np.array([1, 2]), np.zeros(2), np.zeros(2), ("b",)),
        offsets=np.array([0, 1, 3]),
        x=np.array([102, 103, 103]),
        y=np.array([201, 202, 203]),
        parts=np.array([1, 1, 1], np.uint8),
        shown_by={"b": ("speckles",)},
        attributes={"truth": "structure"},
    )
    planted = Planted({("p", "A"): found}, cells, size, None)
    maps = np.random.default_rng(2).normal(size=(2, size, size, 2)).astype(np.float32)
    none = np.zeros((2, 1, 1, 2), np.float32)
    paths = {}
    for name, values, axes in (("ig", maps, "entry"), ("ablation", none, "feature")):
        source = MapSource(("a", "b"), "gradient", {}, 0, "m", "s", axes)
        paths["cnn", name] = [tmp_path / f"{name}.h5"]
        made = without_path(values, np.zeros(2))
        write_maps(paths["cnn", name][0], made, ids=ids, masks=mask, source=source)
    told = truth_example.read_example(11, paths, [shard], planted)
    assert list(told.maps) == [("cnn", "ig")]
    np.testing.assert_allclose(told.maps["cnn", "ig"], np.abs(maps[1]).sum(2), rtol=1e-3)
    # Two columns and four lines stand in the middle: from column 2 and line 1.
    np.testing.assert_array_equal(np.argwhere(told.causal), [[2, 3], [3, 3]])
    shown = images[1, ..., 1] * mask[1]
    np.testing.assert_allclose(told.image, shown / shown[mask[1]].std())


def test_the_facts_say_how_many_and_the_level():
    given = table().assign(cells=16, groups=4, interval="groups", split="test")
    told = truth.facts(given, 0.99).text
    assert told == "up to 16 test cells in 4 wells · lines: 99 % intervals over wells"
