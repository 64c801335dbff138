"""Transcription strata: limits from the training cells, borders, counts."""

import numpy as np
import pandas as pd
import pytest

from nascent.errors import SplitError
from nascent.explain.reading.strata import (
    StratumRule,
    assign_strata,
    ordered,
    strata_table,
    stratum_limits,
    study_strata,
)


def test_limits_are_the_mean_and_the_sample_sd():
    limits = stratum_limits(pd.Series([1.0, 2.0, 3.0, 6.0]), StratumRule(width=2.0))
    # Mean 3; squares 4 + 1 + 0 + 9 = 14 over 4 − 1.
    assert limits.mean == 3
    assert limits.sd == pytest.approx(np.sqrt(14 / 3))
    assert (limits.low, limits.high) == pytest.approx((3 - 2 * limits.sd, 3 + 2 * limits.sd))


def test_cells_on_a_limit_belong_outside():
    limits = stratum_limits([0.0, 2.0], StratumRule(width=0.5 / np.sqrt(2)))  # limits 0.5 and 1.5
    targets = pd.Series([0.5, 0.51, 1.49, 1.5], index=list("abcd"))
    strata = assign_strata(targets, limits)
    assert strata.to_dict() == {"a": "low", "b": "medium", "c": "medium", "d": "high"}


def tables():
    cells = pd.DataFrame({"id": [4, 3, 2, 1, 9], "target": [8.0, 9.0, 11.0, 12.0, 5.0]})
    splits = pd.DataFrame({"id": [1, 2, 3, 4], "split": ["train", "train", "train", "test"]})
    return cells, splits


def test_only_training_cells_shape_the_limits():
    cells, splits = tables()
    stratified, limits = study_strata(cells, splits)
    assert limits.mean == pytest.approx((9 + 11 + 12) / 3)
    moved = cells.assign(target=cells["target"].where(cells["id"] != 4, -1e6))
    assert study_strata(moved, splits)[1] == limits
    assert stratified["stratum"].to_dict() == {1: "medium", 2: "medium", 3: "low", 4: "low"}
    assert stratified["split"].to_dict() == {1: "train", 2: "train", 3: "train", 4: "test"}


def test_the_table_counts_every_stratum_of_every_split():
    table = strata_table(*study_strata(*tables()))
    assert table[["split", "stratum", "cells"]].to_numpy().tolist() == [
        ["train", "low", 1],
        ["train", "medium", 2],
        ["train", "high", 0],
        ["test", "low", 1],
        ["test", "medium", 0],
        ["test", "high", 0],
    ]
    assert table.groupby("split")["share"].sum().tolist() == pytest.approx([1, 1])
    assert table["low"].nunique() == 1


def test_a_cell_without_a_target_is_named():
    cells, splits = tables()
    with pytest.raises(SplitError, match="the first is 3"):
        study_strata(cells[cells["id"] != 3], splits)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([1.0], "at least two"),
        ([1.0, np.nan], "1 of them missing"),
        ([1.0, np.inf, 2.0], "missing"),
        ([2.0, 2.0], "same target"),
    ],
)
def test_targets_that_give_no_limits_are_refused(targets, message):
    with pytest.raises(SplitError, match=message):
        stratum_limits(targets)


def test_limits_by_quantiles_are_those_of_the_training_cells():
    cells, splits = tables()
    rule = StratumRule(by="quantiles", quantiles=(0.25, 0.75))
    stratified, limits = study_strata(cells, splits, rule)
    # Training targets 12, 11, 9: quartiles 10 and 11.5.
    assert (limits.low, limits.high) == (10, 11.5)
    assert stratified["stratum"].to_dict() == {1: "high", 2: "medium", 3: "low", 4: "low"}


def test_a_cell_without_a_target_is_of_no_stratum():
    cells, splits = tables()
    cells["target"] = cells["target"].astype(float)
    whole, limits = study_strata(cells[cells["id"] != 2], splits[splits["id"] != 2])
    cells.loc[cells["id"] == 2, "target"] = np.nan
    stratified, some = study_strata(cells, splits)
    assert some == limits
    assert stratified["stratum"].to_dict() == whole["stratum"].to_dict() | {2: "unknown"}
    assert ordered(stratified["stratum"]) == ["low", "medium", "high", "unknown"]
    assert ordered(pd.Series(["unknown"])) == ["unknown"]


def test_strata_by_quantiles_hold_those_shares():
    targets = np.random.default_rng(0).gamma(2, 50, 1000)
    limits = stratum_limits(targets, StratumRule(by="quantiles", quantiles=(0.1, 0.6)))
    shares = assign_strata(pd.Series(targets), limits).value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx({"low": 0.1, "medium": 0.5, "high": 0.4})


def test_strata_may_be_levels_of_a_column():
    cells, splits = tables()
    cells["cell_cycle"] = ["G1", None, "S", "G1", "S"]
    stratified, limits = study_strata(cells, splits, StratumRule(by="column", column="cell_cycle"))
    assert stratified["stratum"].to_dict() == {1: "G1", 2: "S", 3: "unknown", 4: "G1"}
    assert np.isnan([limits.low, limits.high]).all()
    table = strata_table(stratified, limits)
    assert table["stratum"].unique().tolist() == ["G1", "S", "unknown"]
    assert table.set_index(["split", "stratum"])["cells"]["test", "G1"] == 1


def test_a_column_that_is_not_there_is_named():
    cells, splits = tables()
    cells["cell_cycle"] = "G1"
    with pytest.raises(SplitError, match="Did you mean 'cell_cycle'"):
        study_strata(cells, splits, StratumRule(by="column", column="cel_cycle"))


def test_groups_are_those_of_the_splits():
    cells, splits = tables()
    splits["group"] = ["p/A01", "q/A01", "p/A01", "q/A01"]
    stratified, limits = study_strata(cells, splits)
    assert stratified["group"].tolist() == ["p/A01", "q/A01", "p/A01", "q/A01"]
    table = strata_table(stratified, limits).set_index(["split", "stratum"])
    assert table["groups"]["train", "medium"] == 2


@pytest.mark.parametrize(
    ("present", "order"),
    [
        (["high", "low"], ["low", "medium", "high"]),
        (["S", "unknown", "G1"], ["G1", "S", "unknown"]),
    ],
)
def test_strata_come_in_reading_order(present, order):
    assert ordered(pd.Series(present)) == order
