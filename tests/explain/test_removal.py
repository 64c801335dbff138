import numpy as np
import pandas as pd
import pytest

from nascent.explain.removal.deletion import (
    ATTRIBUTION,
    DELETION,
    INSERTION,
    RANDOM,
    Removal,
)
from nascent.explain.removal.table import REMOVAL, removal_table, write_removal
from nascent.explain.statistics.image_nulls import BRIGHTNESS
from nascent.explain.statistics.sample import Sample
from nascent.files import read_table

FRACTIONS = (0.5, 1.0)
OPTIONS = {"confidence": 0.95, "draws": 300, "seed": 2}
GROUPS = np.repeat(["a", "b", "c"], 10)


def make_cells(attribution, random, brightness, *, spread=0.1, cells=30):
    """Cells whose deletion reaches these heights at q = 0.5, and 10 at q = 1."""
    stream = np.random.default_rng(0)
    heights = {ATTRIBUTION: attribution, BRIGHTNESS: brightness, RANDOM: random}
    found = []
    for _ in range(cells):
        cell = {}
        for order, height in heights.items():
            middle = height + stream.normal(0, spread)
            deletion = np.array([0, middle, 10.0])
            cell["pixels", "mean", DELETION, order] = deletion
            cell["pixels", "mean", INSERTION, order] = 10 - deletion
        found.append(cell)
    return found


def table_of(cells, groups=GROUPS, **changes):
    return removal_table(cells, groups, FRACTIONS, **{**OPTIONS, **changes})


def gains(table, curve=DELETION, order=ATTRIBUTION):
    rows = table[(table["curve"] == curve) & (table["order"] == order)]
    return rows[rows["measure"].str.startswith("gain")].set_index("measure")


def test_the_table_has_each_curve_its_area_and_what_it_gains():
    table = table_of(make_cells(8, 5, 6))
    assert list(table.columns) == list(REMOVAL)
    curve = table.query("curve == 'deletion' and order == 'random' and measure == 'change'")
    assert curve["fraction"].tolist() == [0, 0.5, 1]
    np.testing.assert_allclose(curve["mean"], [0, 5, 10], atol=0.1)
    areas = table[table["measure"] == "area"].set_index(["curve", "order"])["mean"]
    # Trapezoids: half the middle height and a quarter of the last.
    assert areas["deletion", "attribution"] == pytest.approx(8 / 2 + 10 / 4, abs=0.05)
    assert areas["insertion", "attribution"] == pytest.approx(10 / 4 + 2 / 2, abs=0.05)
    assert table.loc[table["measure"] == "area", "fraction"].isna().all()


@pytest.mark.parametrize("curve", [DELETION, INSERTION])
def test_gains_are_paired_and_above_zero_where_the_order_is_better(curve):
    found = gains(table_of(make_cells(8, 5, 6)), curve)
    assert found.loc["gain_over_random", "mean"] == pytest.approx(1.5, abs=0.05)
    assert found.loc["gain_over_brightness", "mean"] == pytest.approx(1.0, abs=0.05)
    assert found.loc["gain_over_random", "verdict"] == "beats random"
    assert found.loc["gain_over_brightness", "verdict"] == "beats brightness"


def test_a_worse_order_is_said_to_be_worse_and_an_equal_one_is_left_open():
    found = gains(table_of(make_cells(4, 5, 4, spread=0.5)))
    assert found.loc["gain_over_random", "verdict"] == "worse than random"
    assert found.loc["gain_over_brightness", "verdict"] == "cannot tell"


def test_brightness_too_is_held_against_random():
    found = gains(table_of(make_cells(8, 5, 6)), order=BRIGHTNESS)
    assert found.index.tolist() == ["gain_over_random"]
    assert found["verdict"].tolist() == ["beats random"]


def test_a_gain_in_one_group_alone_is_no_verdict():
    cells = make_cells(5, 5, 5, cells=30)
    for cell in cells[:10]:
        cell["pixels", "mean", DELETION, ATTRIBUTION] += np.array([0, 3.0, 0])
    row = gains(table_of(cells)).loc["gain_over_random"]
    assert row["low"] > 0 > row["low_groups"]
    assert row["verdict"] == "cannot tell"


def test_cells_whose_map_is_zero_are_counted_and_left_out():
    cells = make_cells(8, 5, 6)
    for cell in cells[:4]:
        cell["pixels", "mean", DELETION, ATTRIBUTION] = np.full(3, np.nan)
    table = table_of(cells)
    assert gains(table)["missing"].tolist() == [4, 4]
    assert gains(table)["cells"].tolist() == [26, 26]
    random = table.query("order == 'random' and measure == 'area' and curve == 'deletion'")
    assert random["missing"].tolist() == [0]


def test_maps_that_order_no_pixels_have_a_table_without_rows():
    table = table_of([], np.array([]))
    assert table.empty
    assert list(table.columns) == list(REMOVAL)


def test_the_same_seed_gives_the_same_table():
    cells = make_cells(8, 5, 6)
    pd.testing.assert_frame_equal(table_of(cells), table_of(cells))
    assert not table_of(cells)["low"].equals(table_of(cells, seed=3)["low"])


@pytest.fixture
def check(checked, tmp_path):
    """Check the maps of a model by a method, and return the table."""

    def run(model, method, **changes):
        study = checked.study(tmp_path, model, method)
        options = {"removal": Removal(FRACTIONS, 2, 16), "cells": 100, **OPTIONS, **changes}
        names = ("cells", "confidence", "draws", "seed")
        sample = Sample(*(options.pop(name) for name in names))
        out = tmp_path / "out.tsv"
        write_removal(study.inspection(), study.cells, out, sample=sample, **options)
        return read_table(tmp_path / "out.tsv")

    return run


def test_a_linear_model_that_reads_some_pixels_is_moved_by_them_and_by_no_others(checked, check):
    """Its map, w · x, ranks the pixels that count first, and the others change nothing."""
    weights = np.zeros(checked.shape)
    weights[2:5, 2:5, 1] = 1.0
    table = check(checked.linear(weights), "input_x_gradient")
    for unit in ("pixels", "entries"):
        rows = table[(table["unit"] == unit) & (table["replace"] == "baseline")]
        change = rows[(rows["measure"] == "change") & (rows["curve"] == "deletion")]
        change = change.set_index(["order", "fraction"])["mean"]
        # 9 of at least 22 pixels have a weight: half of all pixels holds them all.
        assert change["attribution", 0.5] == pytest.approx(change["attribution", 1.0], rel=1e-4)
        assert change["attribution", 1.0] == pytest.approx(change["random", 1.0], rel=1e-4)
        back = rows[(rows["measure"] == "change") & (rows["curve"] == "insertion")]
        back = back.set_index(["order", "fraction"])["mean"]
        assert back["attribution", 0.5] == pytest.approx(0, abs=1e-3)
        assert back["random", 0.5] > 0.1 * back["random", 0.0]
    assert table.loc[table["measure"] == "change", "cells"].eq(12).all()
    assert table.loc[table["measure"] == "change", "groups"].eq(3).all()


def test_maps_of_channels_have_a_table_without_rows(checked, check):
    table = check(checked.network(), "channel_ablation")
    assert table.empty
    assert list(table.columns) == list(REMOVAL)


def test_maps_of_places_order_pixels_alone(checked, check):
    assert set(check(checked.network(), "grad_cam")["unit"]) == {"pixels"}


def test_a_sample_of_cells_is_tried(checked, check):
    table = check(checked.network(), "gradient", cells=5)
    assert set(table["cells"]) == {5}
