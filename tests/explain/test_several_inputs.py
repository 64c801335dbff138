"""Read-outs of a model with a sequence and plain columns: features of both, as linear as it is."""

from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute.stage import Explanation, attribute_shard
from nascent.examples import InputSpec
from nascent.explain.duplicates.stage import write_duplicates
from nascent.explain.exports.h5ad import read_h5ad, write_h5ad
from nascent.explain.exports.scores import channel_scores
from nascent.explain.exports.scores_table import tidy
from nascent.explain.importance.shares import Resampling
from nascent.explain.importance.stage import MapSet, ShareTables, explain_maps
from nascent.explain.importance.untrained import write_untrained
from nascent.explain.reading.inspection import open_inspection, open_inspections
from nascent.explain.reading.strata import StratumRule
from nascent.explain.use.chosen import chosen_cells
from nascent.explain.use.predictions import predictions_of
from nascent.explain.use.stage import gather_use, write_use_cells
from nascent.files import read_table, write_table
from nascent.input_names import features_of, flat, wholes
from nascent.reader import fitted_reader, write_reader
from nascent.store_layout import Layout, input_path
from nascent.store_writer import StoreWriter

# A feature of each input has the name A.
SEQUENCE = InputSpec("sequence", "pb", (6, 4), tuple("ACGT"))
COLUMNS = InputSpec("columns", "f", (3,), ("A", "half_life", "twice"))
NAMES = ["sequence.A", "C", "G", "T", "columns.A", "half_life", "twice"]
WEIGHTS = {
    "sequence": np.array([1.0, 0, 0, -2.0]) * np.ones((6, 1)),
    "columns": np.array([0.5, 3.0, 0.0]),
}
COUNT = 24


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A linear model of two inputs, its maps by input × gradient, and its tables."""
    folder, rng = tmp_path_factory.mktemp("study"), np.random.default_rng(5)
    letters = rng.integers(0, 4, (COUNT, 6))
    columns = rng.normal(3, 2, (COUNT, 3))
    columns[:, 2] = 2 * columns[:, 1] + 0.01 * rng.normal(size=COUNT)
    table = pd.DataFrame({"id": range(10, 10 + COUNT), "group": [*"abcd"] * (COUNT // 4)})
    layout = Layout((SEQUENCE, COLUMNS), {"sequence": np.uint8, "columns": np.float64})
    reader = None
    with StoreWriter(folder / "a.h5", layout) as writer:
        for row, beside in zip(letters, columns, strict=True):
            one = {input_path("sequence"): np.eye(4, dtype=np.uint8)[row]}
            writer.append(one | {input_path("columns"): beside})
        z = (columns - columns.mean(axis=0)) / columns.std(axis=0)
        values = {"sequence": np.eye(4)[letters], "columns": z}
        y = sum((values[name] * WEIGHTS[name]).reshape(COUNT, -1).sum(axis=1) for name in WEIGHTS)
        writer.examples = table.assign(target=y)
    reader = fitted_reader([folder / "a.h5"])
    inputs = {one.name: keras.Input(one.shape, name=one.name) for one in (SEQUENCE, COLUMNS)}
    tensors = [keras.layers.Flatten()(tensor) for tensor in inputs.values()]
    joined = keras.layers.Concatenate(name="joined")(tensors)
    model = keras.Model(inputs, keras.layers.Dense(1, name="output")(joined))
    kernel = np.concatenate([values.ravel() for values in WEIGHTS.values()])
    model.get_layer("output").set_weights([kernel[:, None], np.zeros(1)])
    model.save(folder / "model.keras")
    write_reader(reader.inputs, folder / "reader.json")
    attribute_shard(
        folder / "model.keras",
        folder / "a.h5",
        folder / "maps.h5",
        reader=reader,
        how=Explanation("input_x_gradient", {"batch_size": 8}, 1, precision="float32"),
        state_dir=folder / "state",
        record={},
    )
    cells = table.assign(target=y, phase="S")
    write_table(cells, folder / "cells.tsv")
    write_table(cells.assign(split="test")[["id", "group", "split"]], folder / "splits.tsv")
    sums = {name: np.abs(values[name] * WEIGHTS[name]) for name in WEIGHTS}
    sums["sequence"] = sums["sequence"].sum(axis=1)
    return folder, model, reader, np.concatenate(list(sums.values()), axis=1)


RULE = StratumRule(by="column", column="phase")


def shares_of(study, null=None, groups=None):
    folder, *_ = study
    # Strata need training examples.
    splits = read_table(folder / "splits.tsv")
    splits.loc[:3, "split"] = "train"
    write_table(splits, folder / "splits.tsv")
    explain_maps(
        MapSet([folder / "maps.h5"], folder / "cells.tsv", folder / "splits.tsv", null, groups),
        ShareTables(*(folder / f"shares.{name}tsv" for name in ("", "cells.", "joint."))),
        labels=("linear", 1, "ixg"),
        aggregate="absolute",
        rule=RULE,
        resampling=Resampling(0.9, 50, 1),
    )
    return [read_table(folder / f"shares.{name}tsv") for name in ("", "cells.", "joint.")]


def test_features_that_share_a_name_are_called_after_their_input():
    assert flat(features_of([SEQUENCE, COLUMNS])) == NAMES
    assert features_of([SEQUENCE]) == {"sequence": ("A", "C", "G", "T")}
    assert list(wholes({"image": ["a"]})) == ["image"]


def test_shares_are_of_all_inputs_and_within_each(study):
    sums = study[-1]
    table, cells, joint = shares_of(study)
    np.testing.assert_allclose(cells[NAMES], sums / sums.sum(axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(cells["total"], sums.sum(axis=1), rtol=1e-6)
    rows = table[(table["aggregate"] == "absolute") & (table["split"] == "test")]
    assert rows.groupby("input", sort=False)["channel"].apply(list).to_dict() == {
        "all": NAMES, "sequence": NAMES[:4], "columns": NAMES[4:],
    }  # fmt: skip
    for name, own in (("all", sums), ("sequence", sums[:, :4]), ("columns", sums[:, 4:])):
        expected = (own / own.sum(axis=1, keepdims=True))[4:].mean(axis=0)
        found = rows[rows["input"] == name]
        np.testing.assert_allclose(found["importance"], expected, atol=1e-6)
        np.testing.assert_allclose(found["uniform"], 1 / own.shape[1])
    assert joint.empty


def described(folder, **more):
    files = {"model": folder / "model.keras", "reader": folder / "reader.json", "training": []}
    files |= {"maps": [folder / "maps.h5"], "shards": [folder / "a.h5"]}
    return SimpleNamespace(input=SimpleNamespace(**files), **more)


def test_checks_that_are_parts_of_one_job_load_a_model_once(study):
    folder, *_ = study
    parts = described(folder, shared={})
    first, *others = open_inspections(parts)
    assert open_inspection(parts) is first
    assert {one.explained.model for one in others} == {first.explained.model}
    assert first.method() is open_inspections(parts)[0].method()
    assert open_inspection(described(folder)) is not first


def test_random_weights_are_drawn_for_the_features_of_all_inputs(study):
    folder, *_ = study
    shares_of(study)
    inspections = open_inspections(described(folder))
    tables = folder / "cells.tsv", folder / "splits.tsv", folder / "null.tsv"
    write_untrained(inspections, *tables, rule=RULE, models=3, cells=2, seed=1)
    null = read_table(folder / "null.tsv")
    of = {name: null[(null["input"] == name) & (null["aggregate"] == "absolute")] for name in
          ("all", "sequence", "columns")}  # fmt: skip
    np.testing.assert_allclose(of["all"][NAMES].sum(axis=1), 1)
    np.testing.assert_allclose(of["sequence"][NAMES[:4]].sum(axis=1), 1)
    assert of["sequence"][NAMES[4:]].isna().all(axis=None)
    ratio = of["all"][NAMES[4:]].div(of["all"][NAMES[4:]].sum(axis=1), axis=0)
    np.testing.assert_allclose(ratio, of["columns"][NAMES[4:]])
    table, *_ = shares_of(study, null=folder / "null.tsv")
    assert table.loc[table["split"] == "test", "null"].notna().all()


def test_repeated_columns_are_found_within_their_input_and_have_a_joint_share(study):
    folder, _, reader, sums = study
    out = folder / "correlations.tsv", folder / "groups.tsv"
    how = {"bound": 0.9, "groups": "found", "cells": 100, "seed": 1}
    write_duplicates([folder / "a.h5"], reader, *out, **how)
    pairs, groups = map(read_table, out)
    assert pairs.groupby("input", sort=False).size().to_dict() == {"sequence": 6, "columns": 3}
    alike = pairs[pairs["duplicates"]]
    assert alike[["input", "channel", "other"]].values.tolist() == [
        ["columns", "half_life", "twice"]
    ]
    assert groups["group"].tolist() == ["half_life+twice"] * 2
    *_, joint = shares_of(study, groups=out[1])
    rows = joint[(joint["aggregate"] == "absolute") & (joint["split"] == "test")]
    rows = rows.set_index(["input", "unit"])
    # The copy has no weight: the joint share is that of the column alone.
    expected = (sums[:, 5] / sums.sum(axis=1))[4:].mean()
    assert rows.loc[("all", "half_life+twice"), "importance"] == pytest.approx(expected, abs=1e-6)
    assert rows.loc[("columns", "half_life+twice"), "channels"] == 2


def test_use_exchanges_the_features_of_every_input(study):
    folder, model, reader, _ = study
    cells = chosen_cells([folder / "a.h5"], reader, target="target", cells=100, seed=1)
    write_use_cells(
        predictions_of(model, reader.specs), cells, {}, folder / "use.tsv", repeats=2, seed=1
    )
    groups = pd.DataFrame(columns=["group", "channel"])
    write_table(groups, folder / "none.tsv")
    gather_use(
        {"linear": {1: folder / "use.tsv"}}, folder / "none.tsv", folder / "of.tsv",
        confidence=0.9, draws=50, seed=1,
    )  # fmt: skip
    table = read_table(folder / "of.tsv").astype({"seed": str})
    rows = table[table["seed"] == "1"].set_index(["channel", "change"])
    inputs = rows["input"].groupby("channel").first()
    assert inputs[NAMES].tolist() == ["sequence"] * 4 + ["columns"] * 3
    assert rows.loc[("half_life", "permuted"), "verdict"] == "is used"
    for idle in ("C", "G", "twice"):
        assert rows.loc[(idle, "permuted"), "use"] == pytest.approx(0, abs=1e-6)
    # To the mean of the column: the error is its square times the weight's.
    errors = read_table(folder / "use.tsv")
    own = errors[errors["channel"] == "half_life"]
    z = study[-1][:, 5]
    np.testing.assert_allclose(own["ablated"], z**2, atol=1e-3)
    # Only an image has an intensity, and one value is level as it is.
    assert errors[["intensity", "structure"]].isna().all(axis=None)
    assert own["levelled"].isna().all()
    letters = errors[errors["input"] == "sequence"]
    assert letters[["permuted", "levelled", "ablated"]].notna().all(axis=None)


def test_exports_name_the_input_of_each_feature(study):
    folder, *_, sums = study
    shares_of(study)
    scores = channel_scores(
        [folder / "maps.h5"], folder / "cells.tsv", folder / "shares.cells.tsv",
        model="linear", seed=1, method="ixg",
    )  # fmt: skip
    assert scores.channels == tuple(NAMES)
    assert scores.inputs == ("sequence",) * 4 + ("columns",) * 3
    np.testing.assert_allclose(scores.values["absolute"], sums, rtol=1e-5)
    write_h5ad(scores, folder / "scores.h5ad")
    back = read_h5ad(folder / "scores.h5ad")
    assert (back.channels, back.inputs) == (scores.channels, scores.inputs)
    rows = tidy(back)
    assert set(rows.filter(rows["input"] == "columns")["channel"]) == set(NAMES[4:])
