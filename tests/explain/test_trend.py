"""Trends: planted slopes are found, groups and chance are not taken for them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nascent.explain.trend.slopes import TREND, false_discovery_rates, trend_table

OPTIONS = {"confidence": 0.95, "draws": 400, "seed": 1}


def cells(shares, target, groups):
    index = [f"c{i}" for i in range(len(target))]
    names = [f"ch{k}" for k in range(np.shape(shares)[1])]
    return (
        pd.DataFrame(shares, index=index, columns=names),
        pd.Series(target, index=index),
        pd.Series(groups, index=index),
    )


def planted(stream, slopes=(0.01, -0.01, 0.0), groups=4, each=30, noise=0.01):
    """Shares that change by `slopes` with one SD of a target of SD 50."""
    target = stream.normal(400, 50, groups * each)
    change = np.outer((target - 400) / 50, slopes)
    shares = 0.3 + change + stream.normal(0, noise, change.shape)
    return cells(shares, target, np.repeat([f"w{i}" for i in range(groups)], each))


def test_planted_slopes_are_found_with_their_sign_and_size():
    table = trend_table(*planted(np.random.default_rng(0)), **OPTIONS)
    assert list(table.columns) == list(TREND)
    assert table["trend"].tolist() == ["rises", "falls", "none"]
    # A slope of 0.01 in noise of 0.01 over 120 cells has a standard error of 0.0009.
    np.testing.assert_allclose(table["slope"], [0.01, -0.01, 0.0], atol=0.003)
    assert (table["low"] < table["within_groups"]).all()
    assert (table["within_groups"] < table["high"]).all()
    assert (table["interval"] == "groups").all()
    assert table["p"][0] == pytest.approx(1 / 401)
    assert table["null_low"][0] < 0 < table["null_high"][0] < table["within_groups"][0]


def test_within_one_group_it_is_spearmans_correlation():
    stream = np.random.default_rng(1)
    table = trend_table(*planted(stream, groups=1, noise=0.05), **OPTIONS)
    np.testing.assert_allclose(table["within_groups"], table["spearman"], rtol=1e-12)
    assert (table["interval"] == "").all()
    assert table[["low", "high"]].isna().all(axis=None)


def test_the_correlation_over_all_cells_is_scipys():
    shares, target, groups = planted(np.random.default_rng(2))
    table = trend_table(shares, target, groups, **OPTIONS)
    for name, found in zip(shares, table["spearman"], strict=True):
        assert found == pytest.approx(stats.spearmanr(shares[name], target).statistic)


def test_what_differs_between_groups_alone_is_no_trend():
    stream = np.random.default_rng(3)
    groups = np.repeat(np.arange(6), 20)
    target = 100.0 * groups + stream.normal(size=120)
    shares = 0.1 * groups[:, None] + stream.normal(0, 0.01, (120, 2))
    table = trend_table(*cells(shares, target, groups), **OPTIONS)
    assert (table["spearman"] > 0.9).all()
    assert (table["trend"] == "none").all()


def test_without_any_trend_few_are_told_of():
    """Under the null, telling of any channel at all happens in at most 5 % of the studies."""
    stream = np.random.default_rng(4)
    told = 0
    for trial in range(60):
        table = trend_table(
            *planted(stream, slopes=np.zeros(10), groups=3, each=12),
            **{**OPTIONS, "draws": 400, "seed": trial},
        )
        told += (table["trend"] != "none").any()
    # Binomial SD of 5 % of 60 is 1.7.
    assert told <= 8


def test_p_is_uniform_without_a_trend():
    stream = np.random.default_rng(5)
    found = [
        trend_table(
            *planted(stream, slopes=np.zeros(20), groups=2, each=15),
            **{**OPTIONS, "draws": 200, "seed": trial},
        )["p"]
        for trial in range(15)
    ]
    assert stats.kstest(np.concatenate(found), "uniform").pvalue > 0.001


def test_q_is_that_of_benjamini_and_hochberg():
    p = np.array([0.01, 0.04, np.nan, 0.03, 0.5])
    # Sorted 0.01, 0.03, 0.04, 0.5 of four: 0.04, 0.06, 0.0533, 0.5; made monotone from above.
    expected = [0.04, 0.16 / 3, np.nan, 0.16 / 3, 0.5]
    np.testing.assert_allclose(false_discovery_rates(p), expected)


def test_cells_of_groups_too_small_to_rank_are_left_out():
    stream = np.random.default_rng(6)
    shares, target, groups = planted(stream, groups=2, each=10)
    groups.iloc[:2] = "few"
    table = trend_table(shares, target, groups, **OPTIONS)
    assert (table["cells"] == 18).all()
    assert (table["groups"] == 2).all()


def test_cells_without_shares_are_counted():
    shares, target, groups = planted(np.random.default_rng(7))
    shares.iloc[[3, 5]] = np.nan
    table = trend_table(shares, target, groups, **OPTIONS)
    assert (table["undefined"] == 2).all()
    assert (table["cells"] == 118).all()


def test_a_channel_that_never_changes_has_no_trend():
    shares, target, groups = planted(np.random.default_rng(8))
    shares["ch1"] = 0.0
    table = trend_table(shares, target, groups, **OPTIONS).set_index("channel")
    assert np.isnan(table.loc["ch1", ["within_groups", "p", "q"]].astype(float)).all()
    assert table.loc["ch1", "trend"] == "none"
    assert table.loc["ch0", "trend"] == "rises"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_cells_have_no_trend(count):
    shares, target, groups = planted(np.random.default_rng(9))
    table = trend_table(shares[:count], target[:count], groups[:count], **OPTIONS)
    assert (table["trend"] == "none").all()
    assert table["within_groups"].isna().all()


def test_too_few_permutations_for_the_correction_are_said(caplog):
    stream = np.random.default_rng(9)
    shares, target, groups = planted(stream)
    few = trend_table(shares, target, groups, **{**OPTIONS, "draws": 58})
    # One of three channels needs p ≤ 0.05 / 3: 58 permutations give 1/59, 59 are enough.
    assert few["trend"].tolist() == ["rises", "falls", "cannot tell"]
    assert "explain.bootstrap: 60 is enough" in caplog.text
    caplog.clear()
    enough = trend_table(shares, target, groups, **{**OPTIONS, "draws": 59})
    assert "cannot tell" not in enough["trend"].tolist()
    assert not caplog.text


def test_equal_seeds_give_equal_tables():
    given = planted(np.random.default_rng(10))
    first = trend_table(*given, **OPTIONS)
    pd.testing.assert_frame_equal(first, trend_table(*given, **OPTIONS))
    other = trend_table(*given, **{**OPTIONS, "seed": 2})
    assert not first["null_low"].equals(other["null_low"])


def test_targets_are_dealt_within_groups_alone():
    """Two groups of three cells in perfect order: of 36 pairs of orders two are as extreme.

    Dealt over both groups it would be 16 of 720 orders.
    """
    shares = np.array([0.1, 0.2, 0.3, 0.15, 0.25, 0.35])[:, None]
    target, groups = np.array([1.0, 2, 3, 101, 102, 103]), list("aaabbb")
    table = trend_table(*cells(shares, target, groups), **{**OPTIONS, "draws": 4000})
    assert table["within_groups"][0] == pytest.approx(1)
    # Binomial SD 0.0036.
    assert table["p"][0] == pytest.approx(2 / 36, abs=0.015)


def test_a_change_of_one_group_alone_is_left_open():
    stream = np.random.default_rng(12)
    shares, target, groups = planted(stream, slopes=(0.0, 0.01), groups=4)
    one = (groups == "w0").to_numpy()
    shares.loc[one, "ch0"] += 0.05 * (target[one] - 400) / 50
    table = trend_table(shares, target, groups, **OPTIONS)
    assert (table["q"] <= 0.05).all()
    assert table["trend"].tolist() == ["cannot tell", "rises"]


def test_two_groups_say_of_no_channel_that_it_changes():
    table = trend_table(*planted(np.random.default_rng(13), groups=2), **OPTIONS)
    assert table["trend"].tolist() == ["cannot tell", "cannot tell", "none"]
