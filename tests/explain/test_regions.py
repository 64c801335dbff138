"""Regions: planted enrichment is found, even maps know nothing, and other cells are the null."""

import numpy as np
import pandas as pd
import pytest

from nascent.explain.reading.cells import ExplainedCell
from nascent.explain.regions.shares import (
    ALL,
    REGIONS,
    RegionCell,
    compare_regions,
    enrichment,
    region_mask,
    region_table,
)
from nascent.explain.statistics.exchange import rings

SIZE, CELLS = 16, 18
V, U = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
MASK = np.hypot(U, V) < 7
OPTIONS = {"confidence": 0.95}


def test_a_region_is_the_brightest_share_of_the_nucleus():
    stream = np.random.default_rng(0)
    channel = np.where(MASK, stream.random(MASK.shape), 99)
    found = region_mask(channel, MASK, 90.0)
    assert not (found & ~MASK).any()
    assert found.sum() / MASK.sum() == pytest.approx(0.1, abs=1 / MASK.sum())
    assert channel[found].min() > channel[MASK & ~found].max()


def test_an_even_channel_shows_no_region():
    assert not region_mask(np.ones(MASK.shape), MASK, 90.0).any()
    assert not region_mask(np.ones(MASK.shape), 0 * MASK > 0, 90.0).any()


def test_enrichment_is_share_over_area():
    mask = np.array([[True, True], [True, True]])
    region = np.array([[True, False], [False, False]])
    scores = np.array([[[-3.0, 1.0], [1.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
    # Of the first channel 3/4 lie on a quarter of the area, of the second 1/4; together 4/8.
    np.testing.assert_allclose(enrichment(scores, region, mask), [3, 1, 2])


def test_a_map_of_zeros_and_an_empty_region_have_none():
    region = MASK & (U < -3)
    found = enrichment(np.zeros((SIZE, SIZE, 1)), region, MASK)
    assert np.isnan(found).all()
    assert np.isnan(enrichment(np.ones((SIZE, SIZE, 1)), ~MASK, MASK)).all()
    assert np.isnan(enrichment(np.ones((SIZE, SIZE, 1)), MASK, MASK)).all()


def compared(cells, own, names, groups=None):
    others = rings(len(cells), 5, 1, groups)
    return compare_regions(cells, own.__getitem__, list(own), others, names)


def given(maps_of, names=("on", "even")):
    cells, own = [], {}
    for number in range(CELLS):
        stream = np.random.default_rng((1, number))
        spots = MASK & (stream.random(MASK.shape) < 0.1)
        maps = np.stack(maps_of(spots, stream), axis=-1)
        maps = np.where(MASK[..., None], maps, 0).astype(np.float32)
        cells.append(ExplainedCell(number, 0 * maps, MASK, maps, 0.0, 0.0))
        own[number] = RegionCell(number, MASK, {"spots": spots})
    told = pd.DataFrame(
        {"stratum": ["low", "high"] * (CELLS // 2), "group": [f"w{n % 3}" for n in range(CELLS)]}
    )
    of_cells = compared(cells, own, list(names), told["group"])
    return region_table(of_cells, told, **OPTIONS)


def test_planted_enrichment_is_found_and_beats_other_cells_regions():
    table = given(lambda spots, stream: [1 + 4 * spots, np.ones(MASK.shape)])
    assert list(table.columns) == list(REGIONS)
    rows = table.set_index(["stratum", "channel"])
    # Of the area s the spots get 5 s / (1 + 4 s) of the map.
    area = rows.loc[(ALL, "on"), "area"]
    assert rows.loc[(ALL, "on"), "enrichment"] == pytest.approx(5 / (1 + 4 * area), rel=0.05)
    assert rows.loc[(ALL, "on"), "null"] == pytest.approx(1, abs=0.1)
    assert rows.loc[(ALL, "on"), "beats_null"]
    assert rows.loc[(ALL, "even"), "enrichment"] == pytest.approx(1)
    assert not rows.loc[(ALL, "even"), "beats_null"]
    assert rows.loc[(ALL, ALL), "enrichment"] < rows.loc[(ALL, "on"), "enrichment"]
    assert set(table["stratum"]) == {ALL, "low", "high"}
    assert rows.loc[("low", "on"), "cells"] == CELLS / 2


def test_a_map_that_is_bright_in_all_nuclei_alike_does_not_beat_other_cells():
    middle = np.hypot(U, V) < 3

    def maps(spots, stream):
        spots[...] = middle & (stream.random(MASK.shape) < 0.9)
        return [1.0 + 9 * middle]

    rows = given(maps, ["on"]).set_index(["stratum", "channel"])
    assert rows.loc[(ALL, "on"), "enrichment"] > 3
    assert rows.loc[(ALL, "on"), "null"] > 3
    assert abs(rows.loc[(ALL, "on"), "excess"]) < 0.1


def test_a_region_at_the_rim_of_every_nucleus_is_chance_in_nuclei_of_all_sizes():
    """Maps and regions that both follow the outline, and nothing else of the cell."""
    cells, own = [], {}
    for number in range(CELLS):
        stream = np.random.default_rng((2, number))
        radius = 4 + 4 * number / CELLS
        mask, inside = np.hypot(U, V) < radius, np.hypot(U, V) < 0.7 * radius
        rim = mask & ~inside & (stream.random(MASK.shape) < 0.8)
        maps = np.where(mask, 1.0 + 9 * ~inside, 0)[..., None].astype(np.float32)
        cells.append(ExplainedCell(number, 0 * maps, mask, maps, 0.0, 0.0))
        own[number] = RegionCell(number, mask, {"rim": rim})
    found = compared(cells, own, ["on"])
    means = found[found["channel"] == "on"][["enrichment", "null"]].mean()
    assert means["enrichment"] > 1.5
    assert means["null"] == pytest.approx(means["enrichment"], rel=0.12)


def test_maps_of_zeros_are_counted():
    rows = given(lambda spots, stream: [spots, 0.0 * spots]).set_index(["stratum", "channel"])
    assert rows.loc[(ALL, "even"), ["cells", "zero_cells"]].tolist() == [0, CELLS]
    assert np.isnan(rows.loc[(ALL, "even"), "enrichment"])


def test_a_map_of_places_alone_has_one_row():
    table = given(lambda spots, stream: [1.0 + spots], [ALL])
    assert table["channel"].tolist() == [ALL] * 3


def test_without_regions_there_are_no_rows():
    none = compared([], {}, ["a"])
    told = pd.DataFrame({"stratum": [], "group": []})
    assert list(region_table(none, told, **OPTIONS).columns) == list(REGIONS)
