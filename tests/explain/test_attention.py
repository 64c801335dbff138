"""Grad-CAMO: closed forms of share, lift and corrected share, and the exchange of masks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nascent.explain.attention.maps import (
    ATTENTION,
    CELL,
    RIM,
    attention_table,
    cell_rows,
    exchanged_masks,
    positive_part,
    share_inside,
    with_rim,
)
from nascent.explain.statistics.exchange import rings

SIZE = 24


def ellipse(height, width, size=SIZE):
    v, u = np.mgrid[:size, :size] - (size - 1) / 2
    return (2 * v / height) ** 2 + (2 * u / width) ** 2 <= 1


def masks(count, seed=0):
    """Centred ellipses of all shapes, as nuclei in their crops."""
    rng = np.random.default_rng(seed)
    return np.array([ellipse(*rng.uniform(8, 22, 2)) for _ in range(count)])


def test_a_map_that_is_the_mask_lies_all_inside():
    mask = ellipse(10, 14)
    told = share_inside(mask.astype(float), mask)
    assert told.share == 1
    assert told.chance == mask.sum() / SIZE**2
    assert told.lift == pytest.approx(1 / told.chance)
    assert told.corrected == 1


def test_a_map_that_is_even_is_at_chance():
    told = share_inside(np.full((SIZE, SIZE), 0.3), ellipse(10, 14))
    assert told.share == pytest.approx(told.chance)
    assert told.lift == pytest.approx(1)
    assert told.corrected == pytest.approx(0)


def test_a_map_that_is_all_outside_is_as_far_below_chance_as_it_can_be():
    mask = ellipse(10, 14)
    told = share_inside((~mask).astype(float), mask)
    assert (told.share, told.lift) == (0, 0)
    assert told.corrected == pytest.approx(-told.chance / (1 - told.chance))


def test_only_the_positive_part_counts_channel_by_channel():
    values = np.zeros((2, 2, 2))
    values[0, 0] = [3, -3]  # cancels where channels are summed first
    values[1, 1] = [1, -9]
    np.testing.assert_array_equal(positive_part(values), [[3, 0], [0, 1]])
    mask = np.array([[True, False], [False, False]])
    assert share_inside(positive_part(values), mask).share == 0.75


def test_without_a_positive_part_there_is_no_share():
    mask = ellipse(10, 14)
    told = share_inside(positive_part(-np.ones((SIZE, SIZE, 3))), mask)
    assert np.isnan([told.share, told.lift, told.corrected]).all()
    assert told.chance == mask.mean()


def test_a_mask_that_is_empty_or_everything_has_no_chance_to_beat():
    flat = np.ones((4, 4))
    everything, nothing = np.ones((4, 4), bool), np.zeros((4, 4), bool)
    assert np.isnan(share_inside(flat, everything).corrected)
    assert np.isnan(share_inside(flat, nothing).lift)


@given(seed=st.integers(0, 200), scale=st.sampled_from([1e-9, 0.25, 4096.0]))
def test_shares_are_bounded_whatever_the_scale(seed, scale):
    rng = np.random.default_rng(seed)
    values, mask = rng.normal(size=(6, 6, 2)) ** 3, rng.random((6, 6)) < rng.random()
    told = share_inside(positive_part(values), mask)
    scaled = share_inside(positive_part(scale * values), mask)
    assert scaled.share == pytest.approx(told.share, nan_ok=True)
    if np.isfinite(told.share):
        assert 0 <= told.share <= 1 + 1e-12
        assert np.isnan(told.corrected) or told.corrected <= 1 + 1e-12
        inside, outside = told.share, share_inside(positive_part(values), ~mask).share
        assert inside + outside == pytest.approx(1)


def test_a_rim_is_a_disc_around_the_mask():
    point = np.zeros((9, 9), bool)
    point[4, 4] = True
    v, u = np.mgrid[:9, :9] - 4
    for rim in (0, 1, 2, 3):
        np.testing.assert_array_equal(with_rim(point, rim), v**2 + u**2 <= rim**2)
    assert not with_rim(np.zeros((5, 5), bool), 2).any()


def test_the_rim_forgives_what_lies_just_beside_the_nucleus():
    mask = ellipse(10, 10)
    beside = (with_rim(mask, 2) & ~mask).astype(float)
    assert share_inside(beside, mask).share == 0
    told = share_inside(beside, with_rim(mask, 2))
    assert told.share == 1
    assert told.chance == with_rim(mask, 2).mean() > mask.mean()


def test_a_map_that_fills_its_own_mask_beats_all_others():
    own, *others = masks(40)
    null = exchanged_masks(own.astype(float), own, np.array(others))
    assert null.exchanges == 39
    assert null.p == 1 / 40
    expected = np.mean([(own & other).sum() / own.sum() for other in others])
    assert null.exchanged == pytest.approx(expected)


def test_a_blob_in_the_middle_follows_no_mask_of_its_own():
    # All that it has is its place, which it shares with every nucleus: half of the cells are
    # more than their other half, and that is chance.
    v, u = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    blob = np.exp(-(v**2 + u**2) / 50)
    drawn = masks(60, seed=2)
    found = [
        exchanged_masks(blob, drawn[i], np.delete(drawn, i, axis=0)).p for i in range(len(drawn))
    ]
    # Its excess orders the masks, so its p takes each of the 60 ranks once.
    np.testing.assert_allclose(np.sort(found), np.arange(1, 61) / 60, atol=0.04)
    assert share_inside(blob, drawn[0]).lift > 1.2


def test_the_same_mask_again_is_a_tie_and_counts_against():
    own = ellipse(10, 14)
    assert exchanged_masks(own.astype(float), own, np.array([own, own])).p == 1
    even = np.ones((SIZE, SIZE))
    assert exchanged_masks(even, own, masks(9)).p == 1


def test_no_map_or_no_masks_have_no_null():
    own = ellipse(10, 14)
    none = exchanged_masks(np.zeros((SIZE, SIZE)), own, masks(3))
    assert np.isnan([none.exchanged, none.p]).all()
    alone = exchanged_masks(np.ones((SIZE, SIZE)), own, masks(0).reshape(0, SIZE, SIZE))
    assert alone.exchanges == 0
    assert np.isnan(alone.p)


def of_cells(maps, drawn, exchanges=25):
    regions = {CELL: drawn, RIM: np.array([with_rim(mask, 2) for mask in drawn])}
    others = rings(len(drawn), exchanges, 1)
    rows = []
    for cell, values in enumerate(maps):
        own = {region: masks[cell] for region, masks in regions.items()}
        theirs = {region: masks[others[:, cell]] for region, masks in regions.items()}
        found = cell_rows(cell, values, own, theirs)
        rows += [row | {"split": "test", "group": "ABC"[cell % 3]} for row in found]
    return pd.DataFrame(rows)


def test_the_table_tells_maps_that_could_lie_outside_from_those_that_could_not():
    drawn = masks(30)
    inside = drawn[..., None] * np.random.default_rng(1).random((30, SIZE, SIZE, 2))
    everywhere = inside + 0.001
    told = attention_table(of_cells(inside, drawn), confidence=0.95)
    assert list(told.columns) == list(ATTENTION)
    assert told["region"].tolist() == [CELL, RIM]
    assert told["trivial"].tolist() == [1, 1]
    assert told["share"].tolist() == [1, 1]
    assert told["corrected"].tolist() == [1, 1]
    assert told["interval"].tolist() == ["groups", "groups"]
    nucleus = told.set_index("region").loc[CELL]
    assert nucleus["lift"] == pytest.approx(1 / drawn.mean())
    assert nucleus["beats_exchange"] > 0.9
    told = attention_table(of_cells(everywhere, drawn), confidence=0.95)
    assert told["trivial"].tolist() == [0, 0]
    assert (told["share"] < 1).all()


def test_zero_maps_are_counted_and_left_out():
    drawn = masks(6)
    maps = drawn[..., None].astype(float)
    maps[2] = 0
    told = attention_table(of_cells(maps, drawn), confidence=0.95)
    assert told["cells"].tolist() == [5, 5]
    assert told["zero_cells"].tolist() == [1, 1]
    assert (told["share"] == 1).all()
    # Five masks cannot bring p to 0.05, so nothing is said.
    assert told["beats_exchange"].isna().all()
