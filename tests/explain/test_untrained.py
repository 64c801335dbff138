"""Shares by models of random weights: on disk, and told apart from what a model has learnt."""

import numpy as np
import pandas as pd
import pytest

from nascent.explain.importance.aggregates import AGGREGATES
from nascent.explain.importance.shares import Resampling
from nascent.explain.importance.stage import MapSet, ShareTables, explain_maps
from nascent.explain.importance.untrained import sampled, write_untrained
from nascent.explain.reading.strata import StratumRule
from nascent.files import read_table, write_table

CHANNELS = ["00_DAPI", "15_SON"]
RULE = StratumRule(by="column", column="phase")


@pytest.fixture(scope="module")
def of_one_channel(checked, tmp_path_factory):
    """A model that looks at the second channel alone."""
    folder = tmp_path_factory.mktemp("untrained")
    weights = np.zeros(checked.shape, np.float32)
    weights[..., 1] = 0.5
    return with_tables(checked.study(folder, checked.linear(weights), "input_x_gradient"))


def with_tables(study):
    cells = read_table(study.cells)
    told = cells.assign(
        target=np.arange(len(cells), dtype=float),
        phase=np.where(np.arange(len(cells)) % 2, "S", "G1"),
        split=["train"] * 4 + ["test"] * (len(cells) - 4),
    )
    write_table(told, study.cells)
    write_table(told[["id", "group", "plate", "split"]], study.folder / "splits.tsv")
    return study


def untrained(study, out="null.tsv", **changes):
    options = {"rule": RULE, "models": 6, "cells": 2, "seed": 5, **changes}
    path = study.folder / out
    write_untrained([study.inspection()], study.cells, study.folder / "splits.tsv", path, **options)
    return path


def test_every_copy_explains_cells_of_every_stratum_and_split(of_one_channel):
    table = read_table(untrained(of_one_channel))
    assert list(table.columns) == ["copy", "aggregate", "joint", "input", "id", *CHANNELS]
    # Two strata in two splits, two cells of each.
    assert len(table) == 6 * len(AGGREGATES) * 8
    assert table.groupby("copy")["id"].nunique().tolist() == [8] * 6
    shares = table[table["aggregate"] != "signed"][CHANNELS].sum(axis=1)
    np.testing.assert_allclose(shares, 1)
    assert (table[table["aggregate"] == "signed"][CHANNELS].abs() <= 1).all(axis=None)
    assert set(table["aggregate"]) == set(AGGREGATES)


def test_copies_tell_the_joint_shares_of_groups_too(of_one_channel):
    groups = of_one_channel.folder / "groups.tsv"
    write_table(pd.DataFrame({"group": "pair", "channel": CHANNELS[:2]}), groups)
    table = read_table(untrained(of_one_channel, groups_path=groups))
    units = ["pair", *CHANNELS[2:]]
    known = table[table["joint"] & (table["aggregate"] != "signed")]
    assert len(table) == 2 * 6 * len(AGGREGATES) * 8
    np.testing.assert_allclose(known[units].sum(axis=1), 1)
    assert known[CHANNELS[:2]].isna().all(axis=None)
    alone = table[~table["joint"]]
    assert alone["pair"].isna().all() and alone[CHANNELS].notna().all(axis=None)


def test_a_channel_that_a_model_has_learnt_beats_random_weights(of_one_channel):
    study = of_one_channel
    explain_maps(
        MapSet(study.maps, study.cells, study.folder / "splits.tsv", untrained(study)),
        ShareTables(*(study.folder / f"shares.{name}tsv" for name in ("", "cells.", "joint."))),
        labels=("linear", 1, "gradient"),
        aggregate="absolute",
        rule=RULE,
        resampling=Resampling(0.95, 200, 1),
    )
    table = read_table(study.folder / "shares.tsv")
    rows = table[(table["aggregate"] == "absolute") & (table["cells"] > 1)]
    rows = rows.set_index(["split", "stratum", "channel"])
    learnt = rows.loc[("test", "S", "15_SON")]
    assert learnt["importance"] == pytest.approx(1)
    # Random weights look at both channels alike.
    assert learnt["null"] == pytest.approx(0.5, abs=0.1)
    assert learnt["beats_null"] in (True, "True")
    assert rows.loc[("test", "S", "00_DAPI"), "beats_null"] in (False, "False")


def test_the_model_has_its_own_weights_again(of_one_channel):
    inspection = of_one_channel.inspection()
    before = inspection.explained.model.get_weights()
    paths = of_one_channel.cells, of_one_channel.folder / "splits.tsv"
    out = of_one_channel.folder / "again.tsv"
    write_untrained([inspection], *paths, out, rule=RULE, models=2, cells=1, seed=1)
    for first, second in zip(before, inspection.explained.model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_equal_seeds_give_equal_bytes(of_one_channel):
    first = untrained(of_one_channel, models=2).read_bytes()
    assert untrained(of_one_channel, models=2).read_bytes() == first
    assert untrained(of_one_channel, models=2, seed=6).read_bytes() != first


def test_maps_of_places_alone_give_no_rows(checked, tmp_path):
    study = with_tables(checked.study(tmp_path, checked.network(), "grad_cam"))
    table = read_table(untrained(study))
    assert table.empty
    assert list(table.columns) == ["copy", "aggregate", "joint", "input", "id", *CHANNELS]


def test_a_number_a_channel_has_shares(checked, tmp_path):
    study = with_tables(checked.study(tmp_path, checked.network(), "channel_ablation"))
    table = read_table(untrained(study, models=2, cells=1))
    np.testing.assert_allclose(table[table["aggregate"] == "absolute"][CHANNELS].sum(axis=1), 1)


def test_samples_keep_the_order_of_the_cells():
    stratified = pd.DataFrame(
        {"split": ["a"] * 6 + ["b"] * 2, "stratum": ["low", "high"] * 4}, index=list("hgfedcba")
    )
    chosen = sampled(stratified, 2, seed=1)
    assert chosen == [name for name in stratified.index if name in chosen]
    sizes = stratified.loc[chosen].groupby(["split", "stratum"]).size()
    assert sizes.to_dict() == {("a", "low"): 2, ("a", "high"): 2, ("b", "low"): 1, ("b", "high"): 1}
