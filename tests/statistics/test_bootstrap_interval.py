import numpy as np
import pytest
from scipy import stats

from nascent.statistics import bootstrap
from nascent.statistics.bootstrap import counts, expanded_tail, interval


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


def test_the_tail_is_that_of_students_law_with_the_bootstraps_missing_factor():
    # t with 5 degrees of freedom at 97.5 %: 2.5706 in every table.
    assert expanded_tail(6, 0.95) == pytest.approx(
        stats.norm.cdf(-2.5706 * np.sqrt(6 / 5)), rel=1e-3
    )
    assert expanded_tail(10**6, 0.95) == pytest.approx(0.025, rel=1e-4)
    assert expanded_tail(371, 0.95) == pytest.approx(0.0245, abs=2e-4)


def test_fewer_than_two_units_have_no_interval():
    low, high = interval(np.zeros((100, 3)), units=1, confidence=0.95)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_draws_that_leave_a_metric_open_are_left_out():
    values = np.column_stack([np.arange(101.0), np.full(101, np.nan), np.arange(101.0)])
    values[::2, 2] = np.nan
    low, high = interval(values, units=10**6, confidence=0.5)
    np.testing.assert_allclose(low, [25, np.nan, 25], atol=0.6)
    np.testing.assert_allclose(high, [75, np.nan, 75], atol=0.6)
