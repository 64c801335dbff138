import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nascent.statistics.bootstrap import counts, interval
from nascent.statistics.jackknife import limits
from nascent.task import task_of
from nascent.tasks._number_metrics import metrics

TASK = task_of("regression")


def cells(n, runs, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    y = rng.normal(377, 60, n)
    return y, y[:, None] + scale * rng.normal(5, 40, (n, runs))


def resampled(y, y_hat, draws=500, seed=0):
    drawn = counts(len(y), draws, np.random.default_rng((seed,)))
    return TASK.resampled(y, y_hat, drawn, scale=1.0)


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
    got = TASK.resampled(y, y_hat, [held], scale=1.0)
    for run in range(runs):
        expected = metrics(y[drawn], y_hat[drawn, run], 1.0)
        for name in TASK.metrics:
            assert got[name][0, run] == pytest.approx(
                expected[name], rel=1e-6, abs=1e-6, nan_ok=True
            ), name


def test_a_constant_prediction_has_no_correlation_and_a_perfect_one_r2_one():
    y, _ = cells(30, 1, 3)
    got = resampled(y, np.column_stack([np.full(30, 0.1), y]))
    assert np.isnan(got["pearson2"][:, 0]).all()
    assert (got["r2"][:, 1] == 1).all()
    assert (got["mse"][:, 1] == 0).all()


def test_the_bootstrap_agrees_with_that_of_scipy():
    y, y_hat = cells(50, 1, 11)
    error = y - y_hat[:, 0]
    got = resampled(y, y_hat, draws=20_000)

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
            method="percentile",
            rng=np.random.default_rng(1),
        )
        low, high = np.quantile(got[name][:, 0], [0.025, 0.975])
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


def test_metrics_without_a_well_are_those_of_the_other_cells():
    y, y_hat = cells(60, 2, 5)
    wells = np.repeat(["A1", "A2", "B1"], [10, 20, 30])
    got = TASK.left_out(y, y_hat, wells, scale=1.0)
    for place, well in enumerate(["A1", "A2", "B1"]):
        for run in range(2):
            expected = metrics(y[wells != well], y_hat[wells != well, run], 1.0)
            for name in TASK.metrics:
                assert got[name][place, run] == pytest.approx(expected[name], rel=1e-9), name


def test_with_a_well_effect_the_interval_over_wells_covers_and_that_over_cells_does_not():
    rng = np.random.default_rng(8)
    wells, of_each, sets = 4, 30, 1500
    y = rng.normal(377, 60, wells * of_each)
    effect = np.repeat(rng.normal(0, 20, (wells, sets)), of_each, axis=0)
    y_hat = y[:, None] - effect - rng.normal(0, 30, (wells * of_each, sets))
    by_cells = interval(resampled(y, y_hat)["bias"], units=len(y), confidence=0.95)
    left_out = TASK.left_out(y, y_hat, np.repeat(np.arange(wells), of_each))["bias"]
    bias = TASK.values(y, y_hat)["bias"]
    by_wells = limits(bias, left_out, np.full(wells, of_each), confidence=0.95)
    covers_cells, covers_wells = (
        np.mean((low < 0) & (high > 0)) for low, high in (by_cells, by_wells)
    )
    assert covers_cells < 0.6
    # Wells of equal size: exact, within three standard errors of a share of 1,500.
    assert covers_wells == pytest.approx(0.95, abs=0.017)
