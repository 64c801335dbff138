import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nascent.evaluate.calibration import calibration
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.tables import calibration_columns
from nascent.task import task_of

CALIBRATION = calibration_columns(task_of("regression"))


def ensemble(noise, n=6000, seeds=50, seed=0, between=60.0):
    """Return seeds that scatter around the truth by 1 to 10 counts, and y by `noise` times that."""
    rng = np.random.default_rng(seed)
    sd = np.linspace(1, 10, n)
    truth = rng.normal(377, between, n)
    y = truth + noise * sd * rng.normal(size=n)
    y_hat = truth[:, None] + sd[:, None] * rng.normal(size=(n, seeds))
    levels = pd.DataFrame(index=pd.RangeIndex(n, name="id"))
    runs = tuple(("cnn", number) for number in range(seeds))
    return HeldOut("target", "example", levels, y, runs, y_hat)


@pytest.mark.parametrize("seeds", [2, 3, 5, 50])
@pytest.mark.parametrize("between", [60.0, 5.0])
def test_members_that_the_measured_value_can_be_exchanged_with_are_calibrated(seeds, between):
    # Between 5 counts cells differ less than seeds do, and chance decides most of what is sorted.
    n = 40_000
    table = calibration(ensemble(noise=1.0, n=n, seeds=seeds, between=between)).set_index("bin")
    assert list(table.reset_index()[list(CALIBRATION)].columns) == list(CALIBRATION)
    overall, bins = table.loc["all"], table.drop(index="all")
    for name, nominal in (("coverage_68", 0.68), ("coverage_95", 0.95)):
        error = np.sqrt(nominal * (1 - nominal) / n)
        assert overall[name] == pytest.approx(nominal, abs=4 * error), name
    assert overall["ratio"] == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(bins["ratio"], 1, atol=0.07)
    np.testing.assert_allclose(bins["ratio"], bins["rmse"] / bins["spread"])
    # Ten intervals of 95 %: of those of a calibrated ensemble one or two may miss 1.
    inside = (bins["ratio_low"] <= 1) & (bins["ratio_high"] >= 1)
    assert inside.sum() >= 8
    assert bins["level"].is_monotonic_increasing
    assert list(bins["n"]) == [n / 10] * 10


def test_members_of_another_law_than_the_normal_have_a_ratio_of_one_in_every_bin():
    rng = np.random.default_rng(5)
    n = 60_000
    values = rng.exponential(30, (n, 3)) + rng.exponential(30, n)[:, None]
    levels = pd.DataFrame(index=pd.RangeIndex(n, name="id"))
    runs = (("cnn", 1), ("cnn", 2))
    table = calibration(HeldOut("target", "example", levels, values[:, 0], runs, values[:, 1:]))
    np.testing.assert_allclose(table["ratio"], 1, atol=0.06)


@pytest.mark.parametrize("seeds", [2, 5])
def test_the_interval_of_the_ratio_holds_its_level(seeds):
    rows = [
        calibration(ensemble(noise=1.0, n=150, seeds=seeds, seed=seed)).iloc[-1]
        for seed in range(300)
    ]
    missed = np.mean([row["ratio_low"] > 1 or row["ratio_high"] < 1 for row in rows])
    assert missed < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize("seeds", [2, 50])
def test_an_overconfident_ensemble_covers_less_as_student_s_law_says(seeds):
    overall = calibration(ensemble(noise=2.0, seeds=seeds)).set_index("bin").loc["all"]
    # y − μ has the variance s²(4 + 1/S), and the interval is made for s²(1 + 1/S).
    wider = np.sqrt((4 + 1 / seeds) / (1 + 1 / seeds))
    expected = 2 * stats.t.cdf(stats.t.ppf(0.975, seeds - 1) / wider, seeds - 1) - 1
    assert overall["coverage_95"] == pytest.approx(expected, abs=0.02)
    assert overall["ratio"] == pytest.approx(wider, rel=0.05)
    assert overall["ratio_low"] > 1


def test_the_rank_correlation_is_that_of_spread_and_error():
    held = ensemble(noise=1.0, n=200)
    overall = calibration(held).set_index("bin").loc["all"]
    error = pd.Series(np.abs(held.y - held.y_hat.mean(axis=1)))
    spread = pd.Series(held.y_hat.std(axis=1, ddof=1))
    assert overall["spearman"] == pytest.approx(error.rank().corr(spread.rank()))


def test_one_seed_has_no_spread_and_equal_seeds_no_rank():
    held = ensemble(noise=1.0, n=30, seeds=1)
    assert calibration(held).empty
    assert list(calibration(held).columns) == list(CALIBRATION)
    same = HeldOut(
        "target", "example", held.levels, held.y, (("cnn", 1), ("cnn", 2)), held.y_hat[:, [0, 0]]
    )
    overall = calibration(same).set_index("bin").loc["all"]
    assert np.isnan(overall["spearman"])
    assert np.isnan(overall["ratio"])
    assert overall["spread"] == overall["coverage_95"] == 0


@pytest.mark.parametrize(("n", "bins"), [(1, 1), (19, 1), (20, 2), (95, 9), (400, 10)])
def test_few_cells_make_few_bins(n, bins):
    table = calibration(ensemble(noise=1.0, n=n))
    assert len(table) == bins + 1
    assert table["n"].iloc[:-1].sum() == n
