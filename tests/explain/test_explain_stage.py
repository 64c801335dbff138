"""The explain stage, from map files to the study's table."""

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError
from nascent.explain.importance.aggregates import AGGREGATES
from nascent.explain.importance.shares import IMPORTANCE, Resampling
from nascent.explain.importance.stage import (
    MapSet,
    ShareTables,
    explain_maps,
    gather,
    write_strata,
)
from nascent.explain.reading.strata import StratumRule
from nascent.files import read_table, write_table

# Share of the first of two channels, by cell; cells 0–19 train, 20–29 test.
FIRST = np.linspace(0.1, 0.9, 30)


def source(model="m"):
    return MapSource(("a", "b"), "vargrad", {"steps": 2}, 1, model, "s")


def write_cells(path, ids, made_from=None, as_text=False):
    maps = np.zeros((len(ids), 2, 2, 2), np.float32)
    maps[:, 0, 0, 0], maps[:, 0, 0, 1] = FIRST[ids], FIRST[ids] - 1  # magnitudes sum to 1
    masks = np.zeros((len(ids), 2, 2), bool)
    masks[:, 0, 0] = True
    write_maps(
        path,
        Attributions(
            maps,
            *np.tile(np.asarray(ids, float), (3, 1)),
            steps=np.full(len(ids), 2),
            converged=np.ones(len(ids), bool),
        ),
        ids=[f"p/{i}" for i in ids] if as_text else list(ids),
        masks=masks,
        source=made_from or source(),
    )
    return path


@pytest.fixture(params=[False, True], ids=["numbers", "text"])
def study(request, tmp_path):
    ids = [f"p/{i}" if request.param else i for i in range(30)]
    write_table(pd.DataFrame({"id": ids, "target": np.arange(30.0)}), tmp_path / "cells.tsv")
    write_table(
        pd.DataFrame(
            {
                "id": ids,
                "group": ["A01", "A02", "A03"] * 10,
                "split": ["train"] * 20 + ["test"] * 10,
            }
        ),
        tmp_path / "splits.tsv",
    )
    maps = [
        write_cells(tmp_path / "test-00000.h5", np.arange(20, 26), as_text=request.param),
        write_cells(tmp_path / "test-00001.h5", np.arange(26, 30), as_text=request.param),
        write_cells(tmp_path / "train-00000.h5", np.arange(20), as_text=request.param),
    ]
    return tmp_path, maps


def explain(folder, maps, *, null=None, name="vargrad", **changes):
    explain_maps(
        MapSet(maps, folder / "cells.tsv", folder / "splits.tsv", null),
        ShareTables(*(folder / f"{name}.{of}tsv" for of in ("", "cells.", "joint."))),
        **{
            "labels": ("linear", 2, "vargrad"),
            "aggregate": "absolute",
            "rule": StratumRule(),
            "resampling": Resampling(0.9, 100, 5),
            **changes,
        },
    )


def test_importance_comes_by_split_and_stratum_with_intervals(study):
    folder, maps = study
    explain(folder, maps)
    table = read_table(folder / "vargrad.tsv")
    assert list(table.columns) == [
        *("model", "seed", "method", "split"),
        *IMPORTANCE,
    ]
    assert (table["aggregate"].value_counts() == 12).all()
    rows = table[table["aggregate"] == "absolute"].set_index(["split", "stratum", "channel"])
    # Training targets 0…19: mean 9.5, SD √35 = 5.92, so low is 0…3 and high is 16…19, and every
    # test cell (20…29) is high.
    assert rows.loc[("train", "low", "a"), "importance"] == pytest.approx(FIRST[:4].mean())
    assert rows.loc[("train", "medium", "a"), "cells"] == 12
    assert rows.loc[("train", "high", "b"), "importance"] == pytest.approx(1 - FIRST[16:20].mean())
    assert rows.loc[("test", "high", "a"), "importance"] == pytest.approx(FIRST[20:].mean())
    assert rows.loc[("test", "low", "a"), "cells"] == 0
    row = rows.loc[("train", "medium", "a")]
    assert row["low"] < row["importance"] < row["high"]
    assert (table["model"] == "linear").all()
    assert (table["seed"] == 2).all()


def test_the_table_of_cells_has_each_cells_shares(study):
    folder, maps = study
    explain(folder, maps)
    cells = read_table(folder / "vargrad.cells.tsv")
    assert list(cells.columns) == [
        *("id", "split", "stratum", "group", "target", "prediction", "prediction_baseline"),
        *("completeness_gap", "steps", "converged", "total", "a", "b"),
    ]
    cells = cells.sort_values("target")
    np.testing.assert_allclose(cells["a"], FIRST, rtol=1e-6)
    np.testing.assert_allclose(cells["total"], 1, rtol=1e-6)
    np.testing.assert_array_equal(cells["prediction"], cells["target"])


def test_the_same_seed_makes_the_same_table(study):
    folder, maps = study
    explain(folder, maps)
    first = (folder / "vargrad.tsv").read_bytes()
    explain(folder, maps)
    assert (folder / "vargrad.tsv").read_bytes() == first


def test_a_gathered_table_holds_every_model(study):
    folder, maps = study
    explain(folder, maps)
    explain(folder, maps, labels=("cnn", 2, "vargrad"), name="cnn")
    gather([folder / "vargrad.tsv", folder / "cnn.tsv"], folder / "channel_importance.tsv")
    table = read_table(folder / "channel_importance.tsv")
    assert table["model"].value_counts().to_dict() == {"linear": 60, "cnn": 60}


def test_stratum_counts_are_written(study):
    folder, _ = study
    write_strata(
        folder / "cells.tsv", folder / "splits.tsv", folder / "strata.tsv", rule=StratumRule()
    )
    table = read_table(folder / "strata.tsv").set_index(["split", "stratum"])
    assert table["cells"].to_dict() == {
        ("train", "low"): 4,
        ("train", "medium"): 12,
        ("train", "high"): 4,
        ("test", "low"): 0,
        ("test", "medium"): 0,
        ("test", "high"): 10,
    }


def test_maps_of_two_models_are_not_mixed(tmp_path, study):
    folder, maps = study
    other = write_cells(tmp_path / "other.h5", np.arange(5), made_from=source("another"))
    with pytest.raises(AttributionError, match="differ in model_sha256"):
        explain(folder, [*maps[:2], other])


def test_a_cell_that_comes_twice_is_named(study):
    folder, maps = study
    with pytest.raises(AttributionError, match="20 has maps in two files"):
        explain(folder, [maps[0], maps[0]])


def test_a_cell_that_is_in_no_split_is_named(study):
    folder, maps = study
    splits = read_table(folder / "splits.tsv")
    write_table(splits.drop(index=21), folder / "splits.tsv")
    with pytest.raises(AttributionError, match="21"):
        explain(folder, maps)


def test_a_study_that_explains_nothing_has_an_empty_table(tmp_path, study):
    folder, maps = study
    explain(folder, maps)
    gather([folder / "vargrad.tsv"], folder / "all.tsv")
    gather([], folder / "none.tsv")
    none = read_table(folder / "none.tsv")
    assert none.empty
    assert list(none.columns) == list(read_table(folder / "all.tsv").columns)


def test_shares_by_random_weights_come_beside(study):
    folder, maps = study
    explain(folder, maps)
    cells = read_table(folder / "vargrad.cells.tsv")
    null = [
        cells[["id"]]
        .assign(copy=copy, aggregate=aggregate, joint=False, input="image")
        .assign(a=level, b=1 - level)
        for copy, level in ((1, 0.48), (2, 0.52), (3, 0.5))
        for aggregate in AGGREGATES
    ]
    write_table(pd.concat(null), folder / "null.tsv")
    explain(folder, maps, null=folder / "null.tsv")
    table = read_table(folder / "vargrad.tsv")
    rows = table[table["cells"] > 1].set_index(["aggregate", "split", "stratum", "channel"])
    np.testing.assert_allclose(rows["null"], 0.5)
    # Shares of the test cells are 0.65 to 0.9.
    assert rows.loc[("absolute", "test", "high", "a"), "beats_null"] in (True, "True")
    assert rows.loc[("absolute", "test", "high", "b"), "beats_null"] in (False, "False")


def test_maps_of_places_alone_have_no_importance(tmp_path, study):
    folder, _ = study
    ids = np.arange(20, 30)
    masks = np.zeros((10, 2, 2), bool)
    masks[:, 0] = True
    write_maps(
        tmp_path / "cam.h5",
        Attributions(
            np.full((10, 2, 2, 1), 0.5, np.float32),
            *np.zeros((3, 10)),
            steps=np.zeros(10, int),
            converged=np.ones(10, bool),
        ),
        ids=read_table(folder / "cells.tsv")["id"].iloc[ids].tolist(),
        masks=masks,
        source=MapSource(("a", "b"), "grad_cam", {}, 1, "m", "s", "place"),
    )
    explain(folder, [tmp_path / "cam.h5"])
    table = read_table(folder / "vargrad.tsv")
    assert table.empty
    assert list(table.columns) == ["model", "seed", "method", "split", *IMPORTANCE]
    cells = read_table(folder / "vargrad.cells.tsv")
    assert "a" not in cells.columns
    np.testing.assert_allclose(cells["total"], 1.0)
