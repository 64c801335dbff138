"""Channel importance: shares of known maps, intervals, and what random weights would give."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nascent.errors import AttributionError
from nascent.explain.importance.shares import (
    IMPORTANCE,
    Resampling,
    beats_chance,
    chance_interval,
    channel_importance,
)
from nascent.explain.statistics.intervals import Interval

RESAMPLING = Resampling(0.99, 2000, 1)


def test_an_even_map_has_the_uniform_share():
    shares = pd.DataFrame(0.5, index=pd.Index([7, 8], name="id"), columns=["a", "b"])
    table = channel_importance(shares, pd.Series("low", index=[7, 8]), resampling=RESAMPLING)
    low = table[table["stratum"] == "low"]
    assert (low["importance"] == low["uniform"]).all()
    assert low["uniform"].tolist() == [0.5, 0.5]


def shares_and_strata():
    shares = pd.DataFrame(
        {"a": [0.2, 0.4, 0.9, np.nan], "b": [0.8, 0.6, 0.1, np.nan]}, index=[1, 2, 3, 4]
    )
    return shares, pd.Series({4: "low", 3: "medium", 2: "low", 1: "low", 99: "high"})


def rows_of(*given, resampling=RESAMPLING, **options):
    table = channel_importance(*given, resampling=resampling, **options)
    assert list(table.columns) == list(IMPORTANCE)
    return table.set_index(["stratum", "channel"])


def test_importance_is_the_mean_share_of_the_cells_of_a_stratum():
    table = rows_of(*shares_and_strata())
    assert table.loc[("low", "a"), "importance"] == pytest.approx(0.3)
    assert table.loc[("low", "b"), "importance"] == pytest.approx(0.7)
    assert table.loc[("low", "a"), ["cells", "zero_cells"]].tolist() == [2, 1]
    assert table["uniform"].unique().tolist() == [0.5]


def test_few_cells_have_no_interval_and_none_have_no_importance():
    table = rows_of(*shares_and_strata())
    assert table.loc[("medium", "a"), "importance"] == 0.9
    assert table.loc[("medium", "a"), ["low", "high"]].isna().all()
    assert table.loc[("high", "a"), "cells"] == 0
    assert table.loc[("high", "a"), ["importance", "low", "high"]].isna().all()


def test_a_cell_in_no_stratum_is_named():
    shares, strata = shares_and_strata()
    with pytest.raises(AttributionError, match="the first is 3"):
        channel_importance(shares, strata.drop(3), resampling=RESAMPLING)


def test_signed_shares_have_no_uniform_share():
    assert rows_of(*shares_and_strata(), aggregate="signed")["uniform"].isna().all()


def drawn(count=60, groups=3, seed=0):
    stream = np.random.default_rng(seed)
    first = stream.normal(0.6, 0.02, count)
    shares = pd.DataFrame({"a": first, "b": 1 - first})
    return shares, pd.Series("low", index=shares.index), shares.index.to_series() % groups


def test_the_interval_is_over_groups_and_says_so():
    shares, strata, groups = drawn()
    table = rows_of(shares, strata, groups)
    assert table.loc[("low", "a"), ["interval", "groups"]].tolist() == ["groups", 3]
    alone = rows_of(shares, strata, 0 * groups)
    assert alone.loc[("low", "a"), ["interval", "groups"]].tolist() == ["", 1]
    for name in ("low", "high"):
        assert np.isnan(alone.loc[("low", "a"), name])
        ends = [each.loc[("low", "a"), f"{name}_cells"] for each in (alone, table)]
        assert ends[0] == ends[1]


def null_shares(levels, cells=4):
    rows = [
        {"copy": copy, "id": cell, "a": level, "b": 1 - level}
        for copy, level in enumerate(levels)
        for cell in range(cells)
    ]
    return pd.DataFrame(rows).set_index("id")


def test_the_null_is_the_mean_over_copies_with_its_prediction_interval():
    levels = [0.4, 0.5, 0.45]
    table = rows_of(
        *drawn(), null=null_shares(levels), resampling=replace(RESAMPLING, confidence=0.9)
    )
    row = table.loc[("low", "a")]
    half = stats.t.ppf(0.95, 2) * np.std(levels, ddof=1) * np.sqrt(4 / 3)
    assert row["null"] == pytest.approx(0.45)
    assert (row["null_low"], row["null_high"]) == pytest.approx((0.45 - half, 0.45 + half))
    assert table.loc[("low", "b"), "null"] == pytest.approx(0.55)


def test_a_share_above_that_of_random_weights_beats_it_and_no_other():
    table = rows_of(*drawn(), null=null_shares([0.50, 0.51, 0.49, 0.5]))
    assert table.loc[("low", "a"), "beats_null"] is True
    assert table.loc[("low", "b"), "beats_null"] is False
    unclear = rows_of(*drawn(), null=null_shares([0.60, 0.62, 0.58, 0.6]))
    assert unclear.loc[("low", "a"), "beats_null"] is False
    # The null ends within the interval of the importance: its lower end lies below.
    inside = rows_of(*drawn(), null=null_shares([0.6, 0.6001, 0.5999, 0.6]))
    row = inside.loc[("low", "a")]
    assert row["low"] < row["null_high"] < row["high"]
    assert row["beats_null"] is False


def test_signed_shares_beat_random_weights_on_either_side():
    shares, strata, groups = drawn()
    centred = shares - 0.5  # 0.1 and −0.1
    null = null_shares([0.0] * 4)
    null["a"] = null["b"] = np.repeat([0.01, -0.01, 0.0, 0.005], 4)
    table = rows_of(centred, strata, groups, aggregate="signed", null=null)
    assert table.loc[("low", "a"), "beats_null"] is True
    assert table.loc[("low", "b"), "beats_null"] is True


def test_the_null_of_signed_shares_reaches_below_zero_though_no_copy_does():
    """The next copy may well be negative: 0 is no bound of a share with a sign."""
    shares, strata, groups = drawn()
    below = shares - shares.to_numpy().max(axis=0) - 0.01
    null = null_shares([0.0] * 4)
    null["a"] = null["b"] = np.repeat([0.001, 0.3, 0.1, 0.2], 4)
    table = rows_of(below, strata, groups, aggregate="signed", null=null)
    assert (table.loc["low", "null_low"] < -0.1).all()
    # Inside of it, but it is so wide that it denies nothing.
    assert table.loc[("low", "a"), "beats_null"] is None
    assert rows_of(shares, strata, groups, null=null)["null_low"].min() == 0


def test_a_null_too_wide_to_deny_anything_denies_nothing_and_may_still_be_beaten():
    """Shares of 0.6 and 0.4 of two channels; the limit of the half width is 1/2."""
    narrow, wide = [0.55, 0.65, 0.60, 0.62], [0.40, 0.80, 0.55, 0.70]
    for levels, beaten in ((narrow, False), (wide, None)):
        row = rows_of(*drawn(), null=null_shares(levels)).loc[("low", "a")]
        half = stats.t.ppf(0.995, 3) * np.std(levels, ddof=1) * np.sqrt(5 / 4)
        assert row["null_half"] == pytest.approx(half)
        assert row["copies"] == 4
        assert (half > 0.5) == (beaten is None)
        assert row["beats_null"] is beaten
    # With as many copies as are the default the same spread denies again.
    many = rows_of(*drawn(), null=null_shares(np.resize(wide, 16))).loc[("low", "a")]
    assert many["null_half"] < 0.5 and many["beats_null"] is False
    low = np.array([0.0, 0.1, 0.2, 0.3])
    found = chance_interval(np.column_stack([low, 1 - low]) / 4, 0.99)
    above = Interval(np.array([0.9, 0.1]), np.array([0.95, 0.2]), "groups")
    wider = replace(found, half=np.array([0.6, 0.6]))
    assert beats_chance(above, wider, "absolute").tolist() == [True, None]


def test_without_copies_nothing_is_said_of_the_null():
    table = rows_of(*drawn())
    assert table["null"].isna().all()
    assert table["beats_null"].isna().all()


def test_the_null_of_a_stratum_is_of_its_own_cells():
    shares, strata, groups = drawn()
    strata = strata.where(strata.index != 0, "high")
    null = null_shares([0.4, 0.5])
    null.loc[0, "a"] = 0.9
    table = rows_of(shares, strata, groups, null=null)
    assert table.loc[("high", "a"), "null"] == pytest.approx(0.9)
    assert table.loc[("low", "a"), "null"] == pytest.approx(0.45)


def test_the_next_copy_lies_in_the_interval_as_often_as_it_says():
    stream = np.random.default_rng(5)
    values = stream.normal(0.5, 0.03, (4000, 9))
    inside = [
        found.low[0] <= row[8] <= found.high[0]
        for row in values
        for found in [chance_interval(row[:8, None], 0.9)]
    ]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.02)


def test_equal_seeds_give_equal_tables():
    given = drawn()
    assert rows_of(*given).equals(rows_of(*given))
    assert not rows_of(*given).equals(rows_of(*given, resampling=replace(RESAMPLING, seed=2)))
