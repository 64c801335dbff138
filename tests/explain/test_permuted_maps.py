"""Permuted maps: what is of one cell goes, what channels share stays, and the level is held."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from nascent.explain.clusters.cuts import best_cut
from nascent.explain.clusters.permuted_maps import (
    can_tell,
    common_outline,
    contrasts,
    fills_outline,
    mean_correlations,
    permuted_correlations,
    permuted_once,
    unit_maps,
    without_outline,
)

GROUPS = np.repeat(["a", "b", "c"], 8)


def unit(values):
    centred = values - values.mean(axis=-1, keepdims=True)
    return (centred / np.linalg.norm(centred, axis=-1, keepdims=True)).astype(np.float32)


def p_value(maps, groups, seed, draws=19):
    found = permuted_correlations(maps, groups, draws=draws, seed=seed)
    apart = (1 - found) * (1 - np.eye(maps.shape[1]))
    values = contrasts(found, [best_cut(distance, 3)[0] for distance in apart])
    return np.mean(values >= values[0])


def test_the_product_of_unit_maps_is_their_correlation():
    stream, mask = np.random.default_rng(1), common_outline((16, 16))
    maps = np.where(mask[..., None], stream.normal(size=(16, 16, 3)), 0)
    maps[..., 2] = mask
    found = unit_maps(maps, mask)
    expected = np.corrcoef(maps[mask][:, 0], maps[mask][:, 1])[0, 1]
    assert found[0] @ found[1] == pytest.approx(expected, abs=1e-6)
    assert not found[2].any()
    assert fills_outline(mask)
    assert not fills_outline(mask & (np.arange(256).reshape(16, 16) < 20))


def test_what_follows_the_outline_is_taken_from_a_map_and_other_patterns_stay():
    v, u = np.mgrid[:60, :60] - 29.5
    mask = np.hypot(v / 1.2, u) < 22 + 4 * np.cos(3 * np.arctan2(v, u))
    depth, stripes = distance_transform_edt(mask), np.sin(u / 2)
    maps = np.stack([np.minimum(depth / 5, 1), np.hypot(v / 1.2, u), stripes], axis=-1)
    maps = np.where(mask[..., None], maps, 0)
    left = without_outline(maps, mask)[mask].std(axis=0) / maps[mask].std(axis=0)
    assert (left[:2] < 0.1).all()
    assert left[2] > 0.85
    assert not without_outline(maps, mask)[~mask].any()
    assert not without_outline(maps, 0 * mask > 0).any()


def test_permutations_stay_in_the_group_and_keep_every_map():
    maps = np.random.default_rng(2).normal(size=(24, 3, 5)).astype(np.float32)
    dealt = permuted_once(maps, GROUPS, 1)
    for group in np.unique(GROUPS):
        here = group == GROUPS
        for channel in range(3):
            ours, theirs = maps[here, channel], dealt[here, channel]
            np.testing.assert_array_equal(np.sort(ours, axis=0), np.sort(theirs, axis=0))
            assert {row.tobytes() for row in ours} == {row.tobytes() for row in theirs}
    assert (dealt[:, 0] != dealt[:, 1]).any()
    # Cells alone in their groups stay where they are.
    np.testing.assert_array_equal(permuted_once(maps, np.arange(24), 1), maps)


def test_the_permuted_mean_is_the_product_of_the_mean_maps_of_the_groups():
    stream = np.random.default_rng(3)
    maps = unit(stream.normal(size=(24, 3, 9)) + stream.normal(size=(3, 9)))
    found = permuted_correlations(maps, GROUPS, draws=600, seed=1)[1:].mean(axis=0)
    means = [maps[group == GROUPS].mean(axis=0) for group in np.unique(GROUPS)]
    expected = np.mean([mean @ mean.T for mean in means], axis=0)
    apart = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(found[apart], expected[apart], atol=0.01)


def test_cells_without_a_map_do_not_count():
    maps = unit(np.random.default_rng(4).normal(size=(4, 2, 9)))
    maps[3, 1] = 0
    found = mean_correlations(maps.transpose(1, 0, 2))[0, 1]
    assert found == pytest.approx(np.mean([maps[i, 0] @ maps[i, 1] for i in range(3)]), abs=1e-6)


@pytest.mark.parametrize("shared", ["nothing", "a gradient", "a pattern of each cell"])
def test_without_groups_one_in_twenty_studies_has_clusters(shared):
    """80 studies at 5 %; the pattern that all channels share makes the test careful."""
    found = []
    for number in range(80):
        stream = np.random.default_rng((6, number))
        values = stream.normal(size=(24, 6, 15))
        if shared == "a gradient":
            values += np.linspace(0, 2, 6)[:, None] * np.linspace(-1.5, 1.5, 15)
        if shared == "a pattern of each cell":
            values += 1.5 * stream.normal(size=(24, 1, 15))
        found.append(p_value(unit(values), GROUPS, number))
    rate = np.mean(np.array(found) <= 0.05)
    assert rate <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 80)
    if shared != "a pattern of each cell":
        assert rate >= 0.01


def test_planted_groups_are_found():
    stream = np.random.default_rng(7)
    values = stream.normal(size=(24, 2, 15))[:, [0, 0, 0, 1, 1, 1]] * 0.6
    values += stream.normal(size=(24, 6, 15))
    assert p_value(unit(values), GROUPS, 1) == 0.05


def test_a_test_that_cannot_reach_its_level_says_nothing():
    assert can_tell(GROUPS, 6, draws=99, confidence=0.99)
    assert not can_tell(GROUPS, 6, draws=98, confidence=0.99)
    assert not can_tell(GROUPS[:16], 6, draws=999, confidence=0.99)
    assert not can_tell(np.arange(24), 6, draws=999, confidence=0.99)
