"""Clusters of channels: planted groups are found, and independent channels have none."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster
from scipy.ndimage import gaussian_filter
from sklearn.metrics import adjusted_rand_score, silhouette_score

from nascent.explain.clusters.correlations import correlate
from nascent.explain.clusters.cuts import best_cut, best_cuts, mean_silhouettes, tree
from nascent.explain.clusters.groups import (
    CLUSTERS,
    DISTANCES,
    cluster_channels,
    mean_distance,
)
from nascent.explain.reading.cells import ExplainedCell

SIZE, CHANNELS = 20, 12
V, U = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
MASK = np.hypot(U, V) < 8
NAMES = [f"c{k:02d}" for k in range(CHANNELS)]
OPTIONS = {"largest": 6, "confidence": 0.95, "draws": 60, "seed": 1}


def cells(maps_of, count=16):
    made = []
    for number in range(count):
        maps = maps_of(np.random.default_rng((3, number)))
        maps = np.where(MASK[..., None], maps, 0).astype(np.float32)
        made.append(ExplainedCell(number, 0 * maps, MASK, maps, 0.0, 0.0))
    return made


def independent(stream):
    return stream.normal(size=(SIZE, SIZE, CHANNELS))


def clustered(given, **changes):
    found = correlate(iter(given), sigma=1.0)
    groups = np.array([f"w{number % 3}" for number in range(len(given))])
    return cluster_channels(found, NAMES, groups, **{**OPTIONS, **changes})


def neighbours(values):
    """Values of the pairs of neighbours in the channel list, and of all others."""
    next_to = np.abs(np.subtract.outer(np.arange(CHANNELS), np.arange(CHANNELS)))
    return values[next_to == 1], values[next_to > 1]


def as_matrix(distances, value):
    place = {name: number for number, name in enumerate(NAMES)}
    matrix = np.zeros((CHANNELS, CHANNELS))
    for row in distances.itertuples():
        matrix[place[row.channel], place[row.other]] = getattr(row, value)
    return matrix + matrix.T


def test_independent_channels_are_no_clusters_and_neighbours_in_the_list_are_not_closer():
    table, distances = clustered(cells(independent))
    assert not table["beats_null"].any()
    near, far = neighbours(as_matrix(distances, "distance"))
    # A filter that ran along the channels would put neighbours at 1 − 0.78.
    assert near.mean() == pytest.approx(1, abs=0.05)
    assert near.mean() == pytest.approx(far.mean(), abs=0.05)
    near, far = neighbours(as_matrix(distances, "together"))
    assert near.mean() < far.mean() + 0.15


def test_the_published_filter_makes_neighbours_of_independent_channels_alike():
    """The defect that this module must not have: it is seen by the same numbers."""

    def blurred(stream):
        return gaussian_filter(independent(stream), 1.0)

    table, distances = clustered(cells(blurred))
    near, far = neighbours(as_matrix(distances, "distance"))
    assert near.mean() < 0.4
    assert far.mean() > 0.8
    assert table["beats_null"].all()


def test_planted_groups_are_found_are_stable_and_beat_chance():
    groups = np.array([0, 1, 2] * 4)

    def planted(stream):
        common = stream.normal(size=(SIZE, SIZE, 3))
        return common[..., groups] + stream.normal(size=(SIZE, SIZE, CHANNELS))

    table, distances = clustered(cells(planted))
    assert list(table.columns) == list(CLUSTERS)
    assert list(distances.columns) == list(DISTANCES)
    assert adjusted_rand_score(groups, table["cluster"]) == 1
    assert (table["clusters"] == 3).all()
    assert (table["size"] == 4).all()
    assert (table["stability"] > 0.99).all()
    assert (table["held_together"] > 0.99).all()
    assert (table["null_stability"] < 0.8).all()
    assert table["beats_null"].all()
    same = distances[distances["distance"] < 0.7]
    assert len(same) == 3 * 6
    assert (same["together"] > 0.99).all()
    assert (distances["null_distance"] > 0.8).all()


def test_what_maps_share_by_the_shape_of_nuclei_alone_are_no_clusters():
    """Channels bright in the middle and at the rim are alike across cells as much as within."""
    middle = np.exp(-((np.hypot(U, V) / 4) ** 2))

    def shaped(stream):
        profile = np.stack([middle] * 6 + [-middle] * 6, axis=-1)
        return 4 * profile + stream.normal(size=(SIZE, SIZE, CHANNELS))

    table, distances = clustered(cells(shaped))
    assert not table["beats_null"].any()
    np.testing.assert_allclose(distances["distance"], distances["null_distance"], atol=0.1)


def test_the_silhouette_is_sklearns():
    stream = np.random.default_rng(3)
    points = stream.normal(size=(15, 2))
    distance = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    clusters = stream.integers(1, 5, 15)
    clusters[0] = 9  # a cluster of one
    expected = silhouette_score(distance, clusters, metric="precomputed")
    found = mean_silhouettes(distance[None], clusters[None, None])
    np.testing.assert_allclose(found, [[expected]])


def test_the_cut_is_the_best_of_those_allowed():
    blocks = np.repeat(np.arange(4), 3)
    distance = np.where(blocks[:, None] == blocks, 0.1, 1.0)
    np.fill_diagonal(distance, 0)
    clusters, score = best_cut(distance, 8)
    assert adjusted_rand_score(blocks, clusters) == 1
    assert score == pytest.approx(0.9)
    assert best_cut(distance, 3)[0].max() <= 3


@pytest.mark.parametrize("levels", [3, None], ids=["ties", "no ties"])
def test_trees_are_cut_as_scipy_cuts_them(levels):
    stream = np.random.default_rng(7)
    distances = stream.random((60, 9, 9))
    distances = np.round(distances * levels) if levels else distances
    distances = np.triu(distances, 1) + np.triu(distances, 1).swapaxes(1, 2)
    clusters, scores = best_cuts(distances, 6)
    for distance, found, score in zip(distances, clusters, scores, strict=True):
        cuts = [fcluster(tree(distance), count, "maxclust") for count in range(2, 7)]
        silhouettes = mean_silhouettes(distance[None], np.array(cuts)[None])[0]
        best = int(np.flatnonzero(silhouettes >= silhouettes.max() - 1e-9)[0])
        np.testing.assert_array_equal(found, cuts[best])
        assert score == pytest.approx(silhouettes[best])


def test_cells_without_a_channel_are_left_out_of_its_means():
    values = np.full((2, 2, 2), 0.5)
    values[1] = np.nan
    np.testing.assert_allclose(mean_distance(values), [[0, 0.5], [0.5, 0]])


def test_a_channel_without_any_map_is_in_no_cluster():
    def one_dead(stream):
        maps = independent(stream)
        maps[..., 4] = 0
        return maps

    table, distances = clustered(cells(one_dead, 6))
    assert np.isnan(table.loc[4, "cluster"])
    assert table.drop(index=4)["cluster"].notna().all()
    dead = (distances["channel"] == "c04") | (distances["other"] == "c04")
    assert distances.loc[dead, "distance"].isna().all()
    assert distances.loc[~dead, "distance"].notna().all()


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_cells_make_no_clusters(count):
    given = cells(independent, 3)
    found = correlate(iter(given[:count]), sigma=0.0)
    table, _ = cluster_channels(found, NAMES, np.array(["w"] * count), **OPTIONS)
    assert table["cluster"].isna().all()
    assert len(table) == CHANNELS


def test_nuclei_smaller_than_the_common_outline_are_grouped_and_not_tested():
    """Stretched into it they would be alike pixel by pixel: 23 of 120 null studies had p ≤ 0.1."""
    small = np.hypot(U, V) < 5
    given = [
        ExplainedCell(each.id, each.image, small, each.map * small[..., None], 0.0, 0.0)
        for each in cells(independent, 12)
    ]
    table, _ = clustered(given)
    assert table["cluster"].notna().all()
    assert table["beats_null"].isna().all()


def test_equal_seeds_give_equal_clusters():
    given = cells(independent, 8)
    first, second = clustered(given)[0], clustered(given)[0]
    assert first.equals(second)


def test_channels_that_follow_the_outline_alone_are_no_clusters():
    """Half of the channels are bright inside, half at the rim, in nuclei of all sizes."""
    made = []
    for number in range(24):
        stream = np.random.default_rng((5, number))
        level = np.minimum(3 * (1 - np.hypot(U, V) / (4 + 5 * number / 24)), 1)
        mask = level > 0
        sign = np.where(np.arange(CHANNELS) % 2, 1, -1)
        maps = level[..., None] * sign + stream.normal(0, 0.3, (SIZE, SIZE, CHANNELS))
        maps = np.where(mask[..., None], maps, 0).astype(np.float32)
        made.append(ExplainedCell(number, 0 * maps, mask, maps, 0.0, 0.0))
    table, distances = clustered(made)
    # Of two channels, a map of this cell and one of another are as alike as two of this cell.
    assert (1 - distances["distance"]).abs().mean() > 0.5
    np.testing.assert_allclose(distances["null_distance"], distances["distance"], atol=0.12)
    assert not table["beats_null"].any()


def test_a_pattern_that_all_channels_of_a_cell_share_makes_no_groups():
    def shared(stream):
        return 1.5 * stream.normal(size=(SIZE, SIZE, 1)) + independent(stream)

    table, distances = clustered(cells(shared, 24))
    assert (distances["null_distance"] - distances["distance"]).mean() > 0.3
    assert not table["beats_null"].any()


def test_what_a_group_alone_has_makes_no_groups_and_few_groups_cannot_tell():
    groups = np.array([0, 1, 2] * 4)
    of_groups = np.random.default_rng(8).normal(size=(3, SIZE, SIZE, 3))[..., groups]
    number = iter(range(24))

    def stained(stream):
        return 2 * of_groups[next(number) % 3] + independent(stream)

    given = cells(stained, 24)
    table, _ = clustered(given)
    assert not table["beats_null"].any()
    assert table["p"].between(0.05, 1).all()
    found = correlate(iter(given), sigma=1.0)
    table, _ = cluster_channels(found, NAMES, np.array(["a", "b"] * 12), **OPTIONS)
    assert table["beats_null"].isna().all()
