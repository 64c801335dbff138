import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nascent.evaluate.calibration import calibration
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.tables import CALIBRATION


def ensemble(noise, n=6000, seeds=50, seed=0):
    """Return seeds that scatter around the truth by 1 to 10 counts, and y by `noise` times that."""
    rng = np.random.default_rng(seed)
    sd = np.linspace(1, 10, n)
    truth = rng.normal(377, 60, n)
    y = truth + noise * sd * rng.normal(size=n)
    y_hat = truth[:, None] + sd[:, None] * rng.normal(size=(n, seeds))
    levels = pd.DataFrame(index=pd.RangeIndex(n, name="cell_id"))
    runs = tuple(("cnn", number) for number in range(seeds))
    return HeldOut("target", "cell", levels, y, runs, y_hat)


def test_a_spread_that_is_the_error_covers_what_it_says_and_lies_on_the_diagonal():
    table = calibration(ensemble(noise=1.0)).set_index("bin")
    assert list(table.reset_index()[list(CALIBRATION)].columns) == list(CALIBRATION)
    overall = table.loc["all"]
    # Of y − μ the variance is s²(1 + 1/50): coverage within sampling error of 68 and 95 %.
    assert overall["coverage_68"] == pytest.approx(0.68, abs=0.02)
    assert overall["coverage_95"] == pytest.approx(0.95, abs=0.01)
    bins = table.drop(index="all")
    np.testing.assert_allclose(bins["rmse"], bins["spread"], rtol=0.12)
    assert bins["spread"].is_monotonic_increasing
    assert list(bins["n"]) == [600] * 10


def test_an_overconfident_ensemble_covers_less_as_the_normal_law_says():
    overall = calibration(ensemble(noise=2.0)).set_index("bin").loc["all"]
    # ± z s around μ, while y has SD 2 s.
    expected = 2 * stats.norm.cdf(stats.norm.ppf(0.975) / np.sqrt(4 + 1 / 50)) - 1
    assert overall["coverage_95"] == pytest.approx(expected, abs=0.02)
    assert overall["rmse"] == pytest.approx(2 * overall["spread"], rel=0.05)


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
        "target", "cell", held.levels, held.y, (("cnn", 1), ("cnn", 2)), held.y_hat[:, [0, 0]]
    )
    overall = calibration(same).set_index("bin").loc["all"]
    assert np.isnan(overall["spearman"])
    assert overall["spread"] == overall["coverage_95"] == 0


@pytest.mark.parametrize(("n", "bins"), [(1, 1), (19, 1), (20, 2), (95, 9), (400, 10)])
def test_few_cells_make_few_bins(n, bins):
    table = calibration(ensemble(noise=1.0, n=n))
    assert len(table) == bins + 1
    assert table["n"].iloc[:-1].sum() == n
