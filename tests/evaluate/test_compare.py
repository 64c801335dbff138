from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nascent.evaluate.compare import best_floor, comparison, pairs, verdict
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.intervals import intervals
from nascent.evaluate.resampled import Limits, resample
from nascent.evaluate.tables import INTERVALS, PAIRS, comparison_columns
from nascent.task import task_of
from nascent.tasks._number_metrics import metrics

FLOORS = ("mean", "ols")


def held(errors, groups=8, n=240, seed=0):
    """Return test cells for which run (model, seed) errs by `errors[model, seed]` (a SD)."""
    rng = np.random.default_rng(seed)
    y = rng.normal(377, 60, n)
    names = [f"W{number}" for number in range(groups)]
    levels = pd.DataFrame(
        {"group": np.resize(names, n), "plate": "P", "perturbation": "x", "cell_cycle": "G1"},
        index=pd.RangeIndex(n, name="id"),
    )
    y_hat = [y - rng.normal(0, sd, n) for sd in errors.values()]
    return HeldOut("target", "example", levels, y, tuple(errors), np.column_stack(y_hat), 60.0)


def tables(record, floors=FLOORS, **options):
    resampled = resample(record, draws=options.pop("draws", 800), seed=options.pop("seed", 1))
    compared = comparison(record, resampled, floors=floors, confidence=0.95)
    return resampled, compared.set_index("model")


THREE = {("mean", 0): 60, ("ols", 0): 45, ("cnn", 1): 30, ("cnn", 2): 30, ("cnn", 3): 30}


def test_a_model_with_much_smaller_errors_beats_the_best_floor():
    _, table = tables(held(THREE))
    assert list(
        table.reset_index()[list(comparison_columns(task_of("regression")))].columns
    ) == list(comparison_columns(task_of("regression")))
    assert table.loc["cnn", "best_floor"] == "ols"
    assert table.loc["cnn", "verdict"] == "beats the best floor"
    assert table.loc["cnn", "difference"] == pytest.approx(
        table.loc["cnn", "mae"] - table.loc["ols", "mae"]
    )
    assert table.loc["cnn", "difference_high"] < 0


def test_a_worse_model_does_not_beat_it_and_an_equal_one_cannot_be_told():
    record = held({("ols", 0): 30, ("bad", 1): 60, ("alike", 1): 30.2})
    _, table = tables(record)
    assert table.loc["bad", "verdict"] == "does not beat it"
    assert table.loc["alike", "verdict"] == "cannot tell"


def test_a_copy_of_the_floor_does_not_beat_it():
    record = held({("ols", 0): 30, ("copy", 1): 30})
    record.y_hat[:, 1] = record.y_hat[:, 0]
    _, table = tables(record)
    row = table.loc["copy"]
    assert row["difference"] == row["difference_low"] == row["difference_high"] == 0
    assert row["verdict"] == "does not beat it"


def test_a_gain_of_one_group_alone_is_not_claimed():
    # Better in the cells of one large group of six, a little worse in the others.
    rng = np.random.default_rng(2)
    record = held({("ols", 0): 40, ("cnn", 1): 40}, groups=6, n=600)
    error = rng.normal(0, 40, 600)
    one = (record.levels["group"] == "W0").to_numpy()
    record.y_hat[:, 0] = record.y - error
    record.y_hat[:, 1] = record.y - np.where(one, 0.2 * error, 1.02 * error)
    _, table = tables(record)
    assert table.loc["cnn", "difference_high"] < 0 < table.loc["cnn", "difference_high_groups"]
    assert table.loc["cnn", "verdict"] == "cannot tell"


limit = st.one_of(st.floats(-5, 5), st.just(float("nan")))


@given(st.tuples(limit, limit), st.tuples(limit, limit), st.integers(3, 12))
def test_a_verdict_needs_every_interval_on_one_side(cells, groups, number):
    difference = Limits(0.0, min(cells), max(cells), min(groups), max(groups))
    got = verdict(difference, number)
    below = difference.high < 0 and difference.high_groups < 0
    above = difference.low >= 0 and difference.low_groups >= 0
    words = {(True, False): "beats the best floor", (False, True): "does not beat it"}
    assert got == words.get((below, above), "cannot tell")


def test_two_groups_tell_nothing_of_others():
    nan = float("nan")
    assert verdict(Limits(-1.0, -2.0, -0.5, nan, nan), 2) == "cannot tell (2 wells)"
    assert verdict(Limits(1.0, 0.5, 2.0, nan, nan), 1) == "cannot tell (1 well)"
    _, table = tables(held(THREE, groups=2))
    assert table.loc["cnn", "difference_high"] < 0
    assert np.isnan(table.loc["cnn", "difference_high_groups"])
    assert table.loc["cnn", "verdict"] == "cannot tell (2 wells)"


def test_seeds_that_differ_widen_the_interval_of_their_mean_and_of_its_difference():
    """Three seeds of unlike error: no fewer than Student's interval of their mean."""
    apart = held({("ols", 0): 45, ("cnn", 1): 20, ("cnn", 2): 30, ("cnn", 3): 40}, n=2000)
    resampled, table = tables(apart)
    mae = resampled.value["mae"][1:4]
    half = stats.t.ppf(0.975, 2) * stats.sem(mae)
    row = table.loc["cnn"]
    for low, high in (("low", "high"), ("low_groups", "high_groups")):
        assert row[f"mae_{high}"] - row[f"mae_{low}"] > 1.99 * half
        assert row[f"difference_{high}"] - row[f"difference_{low}"] > 1.99 * half
    assert row["verdict"] == "cannot tell"


def test_without_a_floor_nothing_is_told():
    _, table = tables(held({("cnn", 1): 30, ("cnn", 2): 30}))
    assert table.loc["cnn", "best_floor"] == ""
    assert np.isnan(table.loc["cnn", "difference"])
    assert table.loc["cnn", "verdict"] == "cannot tell"


def test_floors_have_intervals_and_no_verdict():
    _, table = tables(held(THREE))
    row = table.loc["mean"]
    assert row["floor"]
    assert row["mae_low"] < row["mae"] < row["mae_high"]
    assert (row["verdict"], row["best_floor"]) == ("", "")
    assert np.isnan(row["difference"])
    assert np.isnan(row["mae_seed_sd"])
    assert np.isnan(row["ensemble_mae"])


def test_means_spread_and_ensemble_are_those_of_the_runs():
    record = held(THREE)
    _, table = tables(record)
    runs = [metrics(record.y, record.y_hat[:, column], 60.0) for column in (2, 3, 4)]
    mean_prediction = metrics(record.y, record.y_hat[:, 2:].mean(axis=1), 60.0)
    for name in ("mae", "r2"):
        of_runs = [run[name] for run in runs]
        assert table.loc["cnn", name] == pytest.approx(np.mean(of_runs))
        assert table.loc["cnn", f"{name}_seed_sd"] == pytest.approx(np.std(of_runs, ddof=1))
        assert table.loc["cnn", f"ensemble_{name}"] == pytest.approx(mean_prediction[name])
    assert table.loc["cnn", "seeds"] == 3
    assert (table.loc["cnn", "n"], table.loc["cnn", "groups"]) == (240, 8)


def test_the_best_floor_is_the_one_with_the_least_mae():
    record = held({("mean", 0): 30, ("ols", 0): 45, ("cnn", 1): 20})
    resampled, _ = tables(record)
    assert best_floor(record, resampled, FLOORS) == "mean"


def test_the_paired_interval_is_that_of_the_difference_cell_by_cell():
    record = held({("ols", 0): 45, ("cnn", 1): 40})
    _, table = tables(record, draws=8000)
    gain = np.abs(record.y - record.y_hat[:, 1]) - np.abs(record.y - record.y_hat[:, 0])
    # Central limit: mean ± t s / √n over 240 cells.
    half = 1.97 * gain.std(ddof=1) / np.sqrt(len(gain))
    row = table.loc["cnn"]
    assert row["difference_low"] == pytest.approx(gain.mean() - half, abs=0.08 * half)
    assert row["difference_high"] == pytest.approx(gain.mean() + half, abs=0.08 * half)


def test_seeds_that_differ_widen_the_interval_of_their_mean():
    alike = held({("cnn", 1): 30, ("cnn", 2): 30, ("cnn", 3): 30})
    apart = held({("cnn", 1): 20, ("cnn", 2): 30, ("cnn", 3): 40})
    widths = []
    for record in (alike, apart):
        _, table = tables(record)
        widths.append(table.loc["cnn", "mae_high"] - table.loc["cnn", "mae_low"])
    assert widths[1] > 2 * widths[0]


def test_pairs_hold_every_two_once_with_the_difference_of_means():
    record = held(THREE)
    resampled, table = tables(record)
    compared = pairs(record, resampled, confidence=0.95)
    assert list(compared.columns) == list(PAIRS)
    assert [tuple(row) for row in compared[["model", "other", "metric"]].to_numpy()] == [
        (*pair, metric)
        for pair in (("mean", "ols"), ("mean", "cnn"), ("ols", "cnn"))
        for metric in ("mae", "r2")
    ]
    last = compared.iloc[-2]
    assert last["difference"] == pytest.approx(-table.loc["cnn", "difference"])
    # The same draws, seen from the other side.
    assert last["low"] == pytest.approx(-table.loc["cnn", "difference_high"])
    assert last["high_groups"] == pytest.approx(-table.loc["cnn", "difference_low_groups"])


def test_one_model_more_changes_no_interval_of_the_others():
    record = held(THREE)
    fewer = replace(record, runs=record.runs[1:], y_hat=record.y_hat[:, 1:])
    both = []
    for some in (record, fewer):
        resampled = resample(some, draws=300, seed=4)
        table = intervals(some, resampled, confidence=0.95)
        both.append(table[table["model"] == "cnn"].reset_index(drop=True))
    pd.testing.assert_frame_equal(*both)


def test_intervals_have_rows_for_each_seed_their_mean_and_the_ensemble():
    record = held(THREE)
    table = intervals(record, resample(record, draws=300, seed=4), confidence=0.95)
    assert list(table.columns) == list(INTERVALS)
    seeds = table.groupby("model", sort=False)["seed"].unique()
    assert set(seeds["cnn"]) == {"1", "2", "3", "each", "ensemble"}
    assert set(seeds["ols"]) == {"0", "each"}
    assert set(table["metric"]) == {"bias", "sd", "r2", "pearson2", "mae", "mse", "huber"}
    rows = table.set_index(["model", "seed", "metric"])
    assert rows.loc[("cnn", "2", "sd"), "value"] == pytest.approx(
        np.std(record.y - record.y_hat[:, 3], ddof=1)
    )
    inside = (table["low"] <= table["value"]) & (table["value"] <= table["high"])
    assert inside.all()
    # A floor has one seed: nothing to draw, and "each" is that seed.
    one, each = (rows.loc["ols"].loc[seed] for seed in ("0", "each"))
    pd.testing.assert_frame_equal(one, each)


def test_one_group_has_no_interval_over_groups_and_one_cell_none_at_all():
    for n, column in ((40, "low_groups"), (1, "low")):
        record = held({("ols", 0): 30, ("cnn", 1): 20, ("cnn", 2): 20}, groups=1, n=n)
        table = intervals(record, resample(record, draws=50, seed=4), confidence=0.95)
        assert table[column].isna().all()
        assert set(table["groups"]) == {1}


def test_equal_measurements_leave_r2_open_and_nothing_else():
    record = held({("ols", 0): 30, ("cnn", 1): 20})
    record.y[:] = 377.0
    resampled = resample(record, draws=50, seed=4)
    table = intervals(record, resampled, confidence=0.95).set_index("metric")
    assert table.loc["r2", ["value", "low", "high_groups"]].isna().all(axis=None)
    assert table.loc["mae", ["value", "low", "high_groups"]].notna().all(axis=None)
