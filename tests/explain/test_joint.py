"""Joint shares: signed sums before magnitudes, counted as one unit; and the tables of them."""

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import Attributions
from nascent.explain.importance.aggregates import (
    AGGREGATES,
    aggregated,
    channel_shares,
    totals_table,
)
from nascent.explain.importance.joint import JOINT, joined, joint_totals, shares_apart, units_of
from nascent.explain.importance.shares import Resampling
from nascent.explain.importance.stage import MapSet, ShareTables, explain_maps
from nascent.explain.reading.strata import StratumRule
from nascent.files import read_table, write_table

CHANNELS = ["dna_1", "protein", "dna_2", "dna_3"]
GROUPS = {"DNA": ["dna_1", "dna_2", "dna_3"]}
MASK = np.zeros((8, 8), bool)
MASK[1:7, 1:7] = True


def maps(seed=0):
    """The stain's copies carry +a, +a and −a, the protein carries b of the same size."""
    stream = np.random.default_rng(seed)
    a, b = np.where(MASK, stream.normal(size=(2, 8, 8)), 0)
    return a, b, np.stack([a, b, a, -a], axis=-1)


def test_three_copies_that_carry_plus_plus_and_minus_a_are_a():
    a, b, scores = maps()
    units = units_of(CHANNELS, GROUPS)
    assert list(units) == ["DNA", "protein"]
    together = joined(scores, CHANNELS, GROUPS)
    np.testing.assert_allclose(together, np.stack([a, b], axis=-1), atol=1e-12)
    found = joint_totals(scores, MASK, CHANNELS, GROUPS)
    expected = aggregated(np.stack([a, b], axis=-1), MASK)
    for name in AGGREGATES:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-12)
    # Apart they count three times.
    assert found["absolute"][0] == pytest.approx(aggregated(scores, MASK)["absolute"][0])


@pytest.mark.parametrize("seed", range(5))
def test_joint_shares_sum_to_1_and_so_do_those_apart(seed):
    scores = np.random.default_rng(seed).normal(size=(8, 8, 4))
    units = units_of(CHANNELS, GROUPS)
    index = pd.Index([0], name="id")
    joint = totals_table([joint_totals(scores, MASK, CHANNELS, GROUPS)], index, list(units))
    single = totals_table([aggregated(scores, MASK)], index, CHANNELS)
    apart = shares_apart(single, units)
    for name in set(AGGREGATES) - {"signed"}:
        assert channel_shares(joint, name).sum(axis=1)[0] == pytest.approx(1)
        assert apart[name].sum(axis=1)[0] == pytest.approx(1)
        alone = channel_shares(single, name)
        assert apart[name]["DNA"][0] == pytest.approx(alone[GROUPS["DNA"]].sum(axis=1)[0])


def test_without_groups_every_channel_is_a_unit():
    assert units_of(CHANNELS, {}) == {name: [name] for name in CHANNELS}
    scores = maps()[2]
    np.testing.assert_array_equal(joined(scores, CHANNELS, {}), scores)


def explained(folder, *, axes="entry", groups=GROUPS, null=None):
    ids = list(range(6))
    write_table(pd.DataFrame({"id": ids, "target": [1.0, 2, 3, 4, 5, 6]}), folder / "c.tsv")
    write_table(
        pd.DataFrame({"id": ids, "group": "A01", "split": ["train"] * 3 + ["test"] * 3}),
        folder / "splits.tsv",
    )
    scores = np.stack([maps(number)[2] for number in ids]).astype(np.float32)
    if axes == "feature":
        scores = scores.sum(axis=(1, 2), keepdims=True)
    made = Attributions(scores, *np.zeros((3, 6)), np.zeros(6, int), np.ones(6, bool))
    source = MapSource(tuple(CHANNELS), "gradient", {}, 0, "m", "s", axes)
    masks = np.repeat(MASK[None], 6, axis=0)
    write_maps(folder / "maps.h5", made, ids=ids, masks=masks, source=source)
    rows = [(name, channel) for name, members in groups.items() for channel in members]
    write_table(pd.DataFrame(rows, columns=["group", "channel"]), folder / "groups.tsv")
    explain_maps(
        MapSet(
            [folder / "maps.h5"],
            folder / "c.tsv",
            folder / "splits.tsv",
            null,
            folder / "groups.tsv",
        ),
        ShareTables(*(folder / f"{name}.tsv" for name in ("importance", "cells", "joint"))),
        labels=("cnn", 1, "ig"),
        aggregate="absolute",
        rule=StratumRule(),
        resampling=Resampling(0.9, 50, 1),
    )
    return read_table(folder / "importance.tsv"), read_table(folder / "joint.tsv")


def test_the_stage_writes_channels_and_units_to_tables_of_their_own(tmp_path):
    single, joint = explained(tmp_path)
    assert list(joint.columns) == ["model", "seed", "method", "split", *JOINT]
    assert set(single["channel"]) == set(CHANNELS)
    assert set(joint["unit"]) == {"DNA", "protein"}
    for table in (single, joint):
        known = table[(table["cells"] > 0) & (table["aggregate"] != "signed")]
        sums = known.groupby(["split", "aggregate", "stratum"])["importance"].sum()
        np.testing.assert_allclose(sums, 1)
    rows = joint[(joint["aggregate"] == "absolute") & (joint["cells"] > 0)].set_index("unit")
    assert (rows.loc["DNA", "channels"] == 3).all() and (rows["uniform"] == 0.5).all()
    # Per cell the copies have 3 A of 3 A + B alone, and A of A + B together.
    assert (rows.loc["DNA", "apart"] > rows.loc["DNA", "importance"] + 0.15).all()
    together = rows.loc["DNA", "importance"].to_numpy()
    assert (abs(together - 0.5) < 0.1).all()


def test_joint_shares_are_held_against_those_of_random_weights(tmp_path):
    rows = [
        {"copy": copy, "aggregate": name, "joint": joint, "input": "image", "id": cell, **shares}
        for copy in (1, 2, 3)
        for name in AGGREGATES
        for cell in range(6)
        for joint, shares in (
            (False, dict.fromkeys(CHANNELS, 0.25)),
            (True, {"DNA": 0.3 + 0.01 * copy, "protein": 0.7 - 0.01 * copy}),
        )
    ]
    write_table(pd.DataFrame(rows), tmp_path / "null.tsv")
    single, joint = explained(tmp_path, null=tmp_path / "null.tsv")
    known = joint[(joint["cells"] > 0) & (joint["aggregate"] == "absolute")].set_index("unit")
    np.testing.assert_allclose(known.loc["DNA", "null"], 0.32)
    assert (single.loc[single["cells"] > 0, "null"].round(9) == 0.25).all()


@pytest.mark.parametrize(("axes", "groups"), [("feature", GROUPS), ("entry", {})])
def test_there_is_nothing_to_join_without_groups_or_where_channels_were_left_out(
    tmp_path, axes, groups
):
    single, joint = explained(tmp_path, axes=axes, groups=groups)
    assert len(single) and joint.empty and list(joint.columns)[4:] == list(JOINT)
