import numpy as np
import pytest
from scipy import stats

from nascent.statistics import bootstrap
from nascent.statistics.bootstrap import counts, interval


def test_counts_are_draws_with_replacement_and_blocks_change_none(monkeypatch):
    whole = np.vstack(list(counts(7, 4000, np.random.default_rng(2))))
    assert (whole.sum(axis=1) == 7).all()
    # Multinomial: mean 1, variance 1 − 1/7, within five standard errors of 28,000 counts.
    assert whole.mean(axis=0) == pytest.approx(1, abs=0.08)
    assert whole.var() == pytest.approx(6 / 7, abs=0.05)
    monkeypatch.setattr(bootstrap, "COUNTS_AT_A_TIME", 50)
    blocks = list(counts(7, 4000, np.random.default_rng(2)))
    assert max(map(len, blocks)) == 7
    np.testing.assert_array_equal(np.vstack(blocks), whole)


def resampled_means(values, draws=2000, seed=3):
    held = np.vstack(list(counts(len(values), draws, np.random.default_rng(seed))))
    return held @ values / len(values)


def test_without_skewness_it_is_students_interval():
    values = stats.norm.ppf(np.linspace(0.025, 0.975, 20))
    low, high = interval(resampled_means(values, 20_000), units=20, confidence=0.95)
    half = stats.t.ppf(0.975, 19) * values.std(ddof=1) / np.sqrt(20)
    assert (low, high) == pytest.approx((-half, half), rel=0.03)


def test_limits_have_the_level_where_the_transformed_t_says_so():
    """The limits solve g(T) = ∓ t, g(T) = T + aT² + a²T³/3 + a/2 (Hall 1992, equation 2.2)."""
    values = np.random.default_rng(4).exponential(size=1000) ** 1.5
    means = resampled_means(values, 4000)
    low, high = interval(means, units=1000, confidence=0.99)
    a = bootstrap._full_skewness(stats.skew(means) * np.sqrt(1000), 1000) / (3 * np.sqrt(1000))
    told = (means.mean() - np.array([high, low])) / (means.std() * np.sqrt(1000 / 999))
    transformed = told + a * told**2 + a**2 * told**3 / 3 + a / 2
    t = stats.t.ppf(0.995, 999)
    assert transformed == pytest.approx([-t, t], rel=1e-6)
    # Long on the side of the long tail.
    assert high - means.mean() > 1.05 * (means.mean() - low)


@pytest.mark.parametrize(("cells", "at_most"), [(20, 2.2), (64, 1.6)])
def test_skewed_cells_lie_outside_about_as_often_as_stated(cells, at_most):
    """Percentiles leave 6 and 3 times the stated share of exponential means above the interval."""
    values = np.random.default_rng(5).exponential(size=(cells, 6000))
    low, high = interval(resampled_means(values, 1000), units=cells, confidence=0.99)
    assert np.mean(high < 1) < at_most * 0.005
    assert np.mean(low > 1) < at_most * 0.005


def test_resamples_that_are_all_alike_are_the_interval():
    low, high = interval(np.full((50, 2), [0.1, 0.0]), units=9, confidence=0.99)
    np.testing.assert_allclose(low, [0.1, 0], rtol=1e-12)
    np.testing.assert_allclose(high, [0.1, 0], rtol=1e-12)


def test_fewer_than_two_units_have_no_interval():
    low, high = interval(np.zeros((100, 3)), units=1, confidence=0.95)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_draws_that_leave_a_metric_open_are_left_out():
    given = np.random.default_rng(6).normal(50, 10, 101)
    values = np.column_stack([given, np.full(101, np.nan), given])
    values[::2, 2] = np.nan
    low, high = interval(values, units=40, confidence=0.95)
    expected = interval(given[1::2, None], units=40, confidence=0.95)
    assert np.isnan([low[1], high[1]]).all()
    np.testing.assert_allclose([low[2], high[2]], np.ravel(expected))
    np.testing.assert_allclose(
        [low[0], high[0]], np.ravel(interval(given, units=40, confidence=0.95))
    )
