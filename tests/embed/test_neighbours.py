import numpy as np
import pandas as pd
import pytest

from nascent.embed.layout import FEWEST, PCA, UMAP, layout
from nascent.embed.neighbours import how_many, nearest, nearest_of_others, standardised
from nascent.embed.scores import SCORES, neighbour_scores

HOW = {"draws": 60, "confidence": 0.99, "seed": 3}


def clusters(groups_are_clusters=False):
    """Return vectors of two far clusters, and examples whose target is that of their cluster."""
    rng = np.random.default_rng(0)
    cluster = np.repeat([0, 1], 20)
    vectors = rng.normal(0, 1, (40, 5)) + 12 * cluster[:, None]
    group = np.where(cluster, "B01", "A01") if groups_are_clusters else np.tile(["A01", "B01"], 20)
    error = rng.normal(0, 1, 40)
    known = pd.DataFrame({"group": group, "measured": 100.0 + 50 * cluster, "error": error})
    return standardised(vectors), known


def scores(vectors, known, k=5, **how):
    return neighbour_scores(vectors, known, k=k, **HOW | how).set_index("of")


def test_neighbours_are_the_nearest_others_and_never_oneself():
    vectors = np.array([[0.0], [1.0], [3.0], [7.0]])
    found = nearest(vectors, 2)
    assert found.places.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert found.distances[0].tolist() == [1.0, 3.0]
    groups = np.array(["a", "a", "b", "b"])
    assert nearest_of_others(vectors, groups, 1).tolist() == [[2], [2], [1], [1]]
    assert nearest_of_others(vectors, np.array(["a", "a", "a", "b"]), 2) is None


def test_two_clusters_with_their_own_targets_are_told_beside_chance():
    found = scores(*clusters())
    assert found.loc["target", "value"] == pytest.approx(1)
    assert found.loc["target_other_groups", "value"] == pytest.approx(1)
    assert found.loc["target", ["examples", "groups", "neighbours"]].tolist() == [40, 2, 5]
    beats = found["beats_chance"]
    assert beats.to_dict() == {
        "target": True,
        "target_other_groups": True,
        "error": False,
        "group": False,
    }
    assert found.loc["group", "chance"] == pytest.approx(19 / 39, abs=0.05)


def test_a_network_that_sees_groups_alone_is_found_out():
    found = scores(*clusters(groups_are_clusters=True))
    assert found.loc["group", "value"] == 1
    assert found.loc["group", "beats_chance"]
    # Within a group the target is one number: in other groups no neighbour knows it.
    assert found.loc["target", "value"] == pytest.approx(1)
    assert found.loc["target_other_groups", "value"] < 0


def test_classes_have_shares_missing_answers_no_part_and_few_examples_no_scores():
    vectors, known = clusters()
    known["measured"] = np.where(known["measured"] > 120, "drug", "none")
    known.loc[:1, "measured"] = None
    found = scores(vectors, known)
    assert found.loc["target", ["score", "examples"]].tolist() == ["share", 38]
    assert found.loc["target", "value"] == 1
    none = neighbour_scores(vectors[:2], known[:2], k=how_many(2, 15), **HOW)
    assert list(none.columns) == list(SCORES)
    assert none.empty


@pytest.mark.parametrize(
    ("examples", "most", "k"), [(0, 15, 0), (3, 15, 0), (10, 15, 3), (900, 15, 15)]
)
def test_neighbours_fit_the_number_of_examples(examples, most, k):
    assert how_many(examples, most) == k


def test_few_examples_are_laid_out_by_principal_components_whatever_there_is():
    rng = np.random.default_rng(1)
    for n in (1, 2, FEWEST - 1):
        places, how = layout(standardised(rng.normal(size=(n, 4))), None, min_dist=0.1, seed=1)
        assert (how, places.shape) == (PCA, (n, 2))
        assert np.isfinite(places).all()
    line = standardised(np.linspace(0, 1, 9)[:, None] * [1.0, 2.0, 0.0])
    places, _ = layout(line, None, min_dist=0.1, seed=1)
    assert np.abs(np.diff(places[:, 0])).min() > 0.1
    assert places[:, 1] == pytest.approx(0, abs=1e-5)
    same = np.zeros((20, 3))
    assert layout(same, nearest(same, 4), min_dist=0.1, seed=1)[1] == PCA


def test_clusters_stay_apart_in_umap_and_equal_vectors_lie_in_equal_places():
    vectors, known = clusters()
    neighbours = nearest(vectors, 6)
    places, how = layout(vectors, neighbours, min_dist=0.1, seed=1)
    assert how == UMAP
    assert np.array_equal(places, layout(vectors, neighbours, min_dist=0.1, seed=1)[0])
    first = known["measured"].to_numpy() < 120
    centres = places[first].mean(axis=0), places[~first].mean(axis=0)
    nearer = np.linalg.norm(places - centres[0], axis=1) < np.linalg.norm(
        places - centres[1], axis=1
    )
    assert np.array_equal(nearer, first)
