import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nascent.evaluate import bootstrap
from nascent.evaluate.bootstrap import (
    RESAMPLED,
    counts,
    expanded_tail,
    interval,
    metrics_of_sums,
    resampled_metrics,
    seed_weights,
    sums_of_cells,
    sums_of_wells,
)
from nascent.evaluate.metrics import metrics


def cells(n, runs, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    y = rng.normal(377, 60, n)
    return y, y[:, None] + scale * rng.normal(5, 40, (n, runs))


def resampled(y, y_hat, draws=500, seed=0, wells=None):
    sums = sums_of_cells(y, y_hat, 1.0)
    if wells is not None:
        sums = sums_of_wells(sums, wells)
    return resampled_metrics(sums, (y[:, None] - y_hat).mean(axis=0), draws, (seed,))


@settings(max_examples=40)
@given(
    n=st.integers(2, 60),
    runs=st.integers(1, 4),
    seed=st.integers(0, 10**6),
    scale=st.sampled_from([0.0, 1e-3, 1.0]),
    data=st.data(),
)
def test_metrics_of_counts_equal_a_plain_loop_over_the_drawn_cells(n, runs, seed, scale, data):
    y, y_hat = cells(n, runs, seed, scale)
    drawn = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n)))
    held = np.bincount(drawn, minlength=n)[None].astype(float)
    bias = (y[:, None] - y_hat).mean(axis=0)
    got = metrics_of_sums(held @ sums_of_cells(y, y_hat, 1.0), bias)
    for run in range(runs):
        expected = metrics(y[drawn], y_hat[drawn, run])
        for name in RESAMPLED:
            assert got[name][0, run] == pytest.approx(
                expected[name], rel=1e-6, abs=1e-6, nan_ok=True
            ), name


def test_a_constant_prediction_has_no_correlation_and_a_perfect_one_r2_one():
    y, _ = cells(30, 1, 3)
    got = resampled(y, np.column_stack([np.full(30, 0.1), y]))
    assert np.isnan(got["pearson2"][:, 0]).all()
    assert (got["r2"][:, 1] == 1).all()
    assert (got["mse"][:, 1] == 0).all()


def test_wells_are_drawn_whole():
    y, y_hat = cells(60, 1, 5)
    wells = np.repeat(["A1", "A2", "B1"], [10, 20, 30])
    # Three wells have ten multisets: every draw must be one of them.
    error = {name: (y - y_hat[:, 0])[wells == name] for name in ("A1", "A2", "B1")}
    possible = [
        np.abs(np.concatenate([error[a], error[b], error[c]])).mean()
        for a in error
        for b in error
        for c in error
    ]
    got = resampled(y, y_hat, wells=wells)["mae"][:, 0]
    nearest = np.abs(got[:, None] - possible).min(axis=1)
    assert nearest.max() < 1e-9
    assert len(np.unique(got.round(9))) == 10


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


def test_the_bootstrap_agrees_with_that_of_scipy():
    y, y_hat = cells(50, 1, 11)
    error = y - y_hat[:, 0]
    got = resampled(y, y_hat, draws=20_000)
    tail = expanded_tail(50, 0.95)

    def r2(rows):
        return metrics(y[rows], y_hat[rows, 0])["r2"]

    for name, statistic, data in (
        ("bias", np.mean, error),
        ("mae", lambda e: np.abs(e).mean(), error),
        ("sd", lambda e: e.std(ddof=1), error),
        ("r2", r2, np.arange(50)),
    ):
        other = stats.bootstrap(
            (data,),
            statistic,
            vectorized=False,
            n_resamples=4000,
            confidence_level=1 - 2 * tail,
            method="percentile",
            rng=np.random.default_rng(1),
        )
        low, high = interval(got[name][:, 0], units=50, confidence=0.95)
        width = other.confidence_interval.high - other.confidence_interval.low
        assert low == pytest.approx(other.confidence_interval.low, abs=0.08 * width), name
        assert high == pytest.approx(other.confidence_interval.high, abs=0.08 * width), name


def test_the_interval_of_the_bias_covers_the_truth_in_95_of_100_sets_of_cells():
    rng = np.random.default_rng(6)
    n, sets = 200, 1500
    y = rng.normal(377, 60, n)
    # One run a simulated set: their errors are independent, the truth is a bias of 3 counts.
    y_hat = y[:, None] - rng.normal(3, 40, (n, sets))
    low, high = interval(resampled(y, y_hat, draws=1500)["bias"], units=n, confidence=0.95)
    covered = np.mean((low < 3) & (high > 3))
    # Three standard errors of a share of 1,500.
    assert covered == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / sets))


def test_with_a_well_effect_the_interval_over_wells_covers_and_that_over_cells_does_not():
    rng = np.random.default_rng(8)
    wells, of_each, sets = 8, 30, 1500
    y = rng.normal(377, 60, wells * of_each)
    effect = np.repeat(rng.normal(0, 20, (wells, sets)), of_each, axis=0)
    y_hat = y[:, None] - effect - rng.normal(0, 30, (wells * of_each, sets))
    names = np.repeat(np.arange(wells), of_each)
    by_cells = interval(resampled(y, y_hat)["bias"], units=len(y), confidence=0.95)
    by_wells = interval(
        resampled(y, y_hat, draws=2000, wells=names)["bias"], units=wells, confidence=0.95
    )
    covers_cells, covers_wells = (
        np.mean((low < 0) & (high > 0)) for low, high in (by_cells, by_wells)
    )
    assert covers_cells < 0.6
    assert 0.92 < covers_wells < 0.98
    assert np.mean(by_wells[1] - by_wells[0]) > 2 * np.mean(by_cells[1] - by_cells[0])


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


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_redrawn_seeds_have_the_variance_of_a_mean_over_seeds(seeds):
    mae = np.random.default_rng(seeds).normal(33, 1, seeds)
    weights = seed_weights("simple_cnn", seeds, 200_000, (0,))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    means = weights @ mae
    assert means.mean() == pytest.approx(mae.mean(), abs=0.01)
    assert means.var() == pytest.approx(mae.var(ddof=1) / seeds, rel=0.02)


def test_each_model_draws_its_seeds_apart_from_others():
    one, other = (seed_weights(name, 5, 1000, (3, 2)) for name in ("linear", "simple_cnn"))
    assert abs(np.corrcoef(one[:, 0], other[:, 0])[0, 1]) < 0.1
    np.testing.assert_array_equal(one, seed_weights("linear", 5, 1000, (3, 2)))
