"""Rings of other cells: balanced, and what a cell adds to a mean has the variance of that mean."""

import numpy as np
import pytest

from nascent.explain.statistics.exchange import NOBODY, adjusted, circles_of, known_mean, rings


@pytest.mark.parametrize(("count", "exchanges"), [(9, 3), (4, 3), (4, 9), (2, 1)])
def test_every_cell_has_others_and_is_an_other_equally_often(count, exchanges):
    found = rings(count, exchanges, 1)
    assert found.shape == (min(exchanges, count - 1), count)
    assert (np.sort(found, axis=1) == np.arange(count)).all()
    for place in range(count):
        assert len({place, *found[:, place]}) == 1 + len(found)


def test_others_are_of_the_same_group_and_a_cell_alone_has_none():
    groups = np.array(["a", "b", "a", "c", "a", "b", "a"])
    found = rings(7, 2, 1, groups)
    assert found.shape == (2, 7)
    assert found[:, 3].tolist() == [NOBODY, NOBODY]
    assert found[:, [1, 5]].tolist() == [[5, 1], [NOBODY, NOBODY]]
    for place in np.flatnonzero(groups == "a"):
        assert set(groups[found[:, place]]) == {"a"}
    assert sorted(sorted(circle.tolist()) for circle in circles_of(found)) == [
        [0, 2, 4, 6],
        [1, 5],
        [3],
    ]


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_cells_have_no_others(count):
    found = rings(count, 5, 1)
    assert found.shape == (0, count)
    assert len(circles_of(found)) == count
    own = np.ones((count, 2))
    assert np.isnan(adjusted(own, np.empty((0, count, 2)), found)).all()


def test_others_follow_each_cell_on_its_circle_and_depend_on_the_seed():
    found = rings(6, 3, 5)
    (circle,) = circles_of(found)
    at = circle.tolist().index(2)
    assert found[:, 2].tolist() == np.roll(circle, -at)[1:4].tolist()
    assert (rings(6, 3, 5) == found).all()
    assert any((rings(6, 3, seed) != found).any() for seed in range(5))


def test_the_mean_is_that_of_own_less_chance_also_where_values_are_missing():
    stream = np.random.default_rng(3)
    groups = np.repeat(["a", "b", "c"], [8, 6, 1])
    others = rings(15, 4, 1, groups)
    own, chance = stream.normal(size=(15, 2)), stream.normal(size=(4, 15, 2))
    chance[np.broadcast_to((others == NOBODY)[..., None], chance.shape)] = np.nan
    own[2, 0], chance[1, 4], chance[:, 9, 1] = np.nan, np.nan, np.nan
    found = adjusted(own, chance, others)
    expected = own - known_mean(chance)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    for group in ("a", "b"):
        np.testing.assert_allclose(
            np.nanmean(found[groups == group], axis=0),
            np.nanmean(expected[groups == group], axis=0),
        )


def test_what_follows_cell_or_other_alone_adds_nothing():
    stream = np.random.default_rng(2)
    row, column, others = stream.normal(size=12), stream.normal(size=12), rings(12, 4, 1)
    found = adjusted(row + column + 3, row + column[others], others)
    np.testing.assert_allclose(found, 3, atol=0.2)
    assert found.mean() == pytest.approx(3)


@pytest.mark.parametrize(("exchanges", "most"), [(1, 20), (5, 1.5), (10, 1.25)])
def test_the_variance_is_that_of_the_mean_and_at_most_slightly_more(exchanges, most):
    """Parts that follow cell or other alone cancel; what is left is known in closed form."""
    stream, count = np.random.default_rng(4), 30
    for size in (0, 2):
        means, variances = [], []
        for seed in range(500):
            others = rings(count, exchanges, seed)
            row, column = size * stream.normal(size=(2, count))
            own = row + column + stream.normal(size=count)
            chance = row + column[others] + stream.normal(size=(exchanges, count))
            values = adjusted(own, chance, others)
            means.append(values.mean())
            variances.append(values.var(ddof=1) / count)
        true = (1 + 1 / exchanges) / count
        assert np.var(means) == pytest.approx(true, rel=0.2)
        assert 0.95 < np.mean(variances) / true < most
