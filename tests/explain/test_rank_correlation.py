import numpy as np
import pytest
from scipy import stats

from nascent.explain.statistics.rank_correlation import average_ranks, rank_correlation


@pytest.fixture(params=[np.float32, np.float64])
def values(request):
    """A third zeros, as a map behind a rectifier has, and values that come several times."""
    stream = np.random.default_rng(3)
    drawn = stream.integers(0, 40, (2, 500)) / 7
    drawn[stream.random(drawn.shape) < 1 / 3] = 0
    return drawn.astype(request.param)


def test_equal_values_share_the_mean_of_their_ranks(values):
    np.testing.assert_array_equal(average_ranks(values[0]), stats.rankdata(values[0]))
    np.testing.assert_array_equal(average_ranks(np.array([3.0, 1.0, 3.0])), [2.5, 1, 2.5])


def test_the_correlation_is_scipys(values):
    expected = stats.spearmanr(values[0], values[1] + values[0]).statistic
    assert rank_correlation(values[0], values[1] + values[0]) == pytest.approx(expected, abs=1e-12)


def test_only_the_order_counts():
    values = np.random.default_rng(0).normal(size=100)
    assert rank_correlation(values, np.exp(values)) == pytest.approx(1)
    assert rank_correlation(values, -(values**3)) == pytest.approx(-1)


@pytest.mark.parametrize("nothing", [np.zeros(5), np.full(5, 2.0)])
def test_what_is_constant_has_no_correlation(nothing):
    assert np.isnan(rank_correlation(nothing, np.arange(5.0)))


@pytest.mark.parametrize("size", [0, 1])
def test_fewer_than_two_values_have_no_correlation(size):
    assert np.isnan(rank_correlation(np.arange(float(size)), np.arange(float(size))))
