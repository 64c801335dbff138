"""The read-outs on disk: from maps, shards and shares to tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nascent.errors import AttributionError, StoreError
from nascent.explain.clusters.groups import CLUSTERS, DISTANCES
from nascent.explain.clusters.stage import write_clusters
from nascent.explain.importance.shares import Resampling
from nascent.explain.importance.stage import MapSet, ShareTables, explain_maps
from nascent.explain.reading.readouts import Sources
from nascent.explain.reading.strata import StratumRule
from nascent.explain.regions.shares import ALL, REGIONS, RegionRule
from nascent.explain.regions.stage import write_regions
from nascent.explain.similarity.stage import write_similarity
from nascent.explain.similarity.table import SIMILARITY
from nascent.explain.trend.slopes import TREND
from nascent.explain.trend.stage import write_trend
from nascent.files import read_table, write_table
from nascent.readers.image import ImageReader
from nascent.shards.normalise import Normaliser

CHANNELS = ["00_DAPI", "15_SON"]
OPTIONS = {"split": "test", "confidence": 0.95, "seed": 1}
RULES = {"speckles": RegionRule("15_SON", 80.0)}


def sources(checked, folder, method, model=None):
    """Maps of a model of the first channel alone, unless told otherwise, and their shares."""
    weights = np.zeros(checked.shape, np.float32)
    weights[..., 0] = 0.5
    study = checked.study(folder, model or checked.linear(weights), method)
    table = read_table(study.cells)
    count = len(table)
    table = table.assign(target=np.arange(count) + 100.0, split="test")
    table.loc[:3, "split"] = "train"
    write_table(table, study.cells)
    write_table(table[["id", "group", "plate", "split"]], folder / "splits.tsv")
    explain_maps(
        MapSet(study.maps, study.cells, folder / "splits.tsv"),
        ShareTables(*(folder / f"{name}.tsv" for name in ("importance", "shares", "joint"))),
        labels=("m", 1, method),
        rule=StratumRule(),
        aggregate="absolute",
        resampling=Resampling(0.95, 50, 1),
    )
    statistics = {"background": 0.0, "percentile": 400.0, "mean": 200.0, "sd": 100.0}
    normaliser = Normaliser.from_table(
        pd.DataFrame({"channel": CHANNELS, **statistics}), CHANNELS, {"clip": 98, "z_score": True}
    )
    return Sources(study.maps, study.shards, folder / "shares.tsv", normaliser)


def written(given, folder):
    """Write every read-out and return the tables by name."""
    write_similarity(given, folder / "similarity.tsv", exchanges=2, bins=4, **OPTIONS)
    paths = folder / "clusters.tsv", folder / "distances.tsv"
    write_clusters(given, *paths, smoothing=0.0, largest=3, draws=50, **OPTIONS)
    write_regions(given, folder / "regions.tsv", rules=RULES, **OPTIONS)
    write_trend(given.cells, CHANNELS, folder / "trend.tsv", draws=50, **OPTIONS)
    names = ("similarity", "clusters", "distances", "regions", "trend")
    return {name: read_table(folder / f"{name}.tsv") for name in names}


COLUMNS = {
    "similarity": SIMILARITY,
    "clusters": CLUSTERS,
    "distances": DISTANCES,
    "regions": REGIONS,
    "trend": TREND,
}


@pytest.fixture(scope="module")
def of_pixels(checked, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pixels")
    given = sources(checked, folder, "input_x_gradient")
    return given, folder, written(given, folder)


@pytest.mark.parametrize("name", COLUMNS)
def test_tables_say_their_split_and_have_the_columns_they_should(of_pixels, name):
    table = of_pixels[2][name]
    assert list(table.columns) == ["split", *COLUMNS[name]]
    assert (table["split"] == "test").all()


def test_a_map_of_one_channel_looks_like_that_channel(of_pixels):
    table = of_pixels[2]["similarity"]
    rows = table[(table["stratum"] == "all") & (table["measure"] == "pearson")]
    rows = rows.set_index(["map_channel", "image_channel"])
    # w x of a linear model is the image itself, and the other channel's map is zero.
    assert rows.loc[("00_DAPI", "00_DAPI"), "similarity"] == pytest.approx(1, abs=1e-3)
    assert rows.loc[("00_DAPI", "00_DAPI"), "wins"] == 1
    assert rows.loc[("15_SON", "00_DAPI"), "undefined"] == 12


def test_regions_are_told_by_raw_channels(of_pixels):
    table = of_pixels[2]["regions"].set_index(["stratum", "channel"])
    assert table.loc[(ALL, ALL), "cells"] == 12
    assert 0.1 < table.loc[(ALL, ALL), "area"] < 0.25
    # Speckles are bright in the second channel, and the map is that of the first.
    assert table.loc[(ALL, "00_DAPI"), "enrichment"] == pytest.approx(1, abs=0.3)
    assert table.loc[(ALL, "15_SON"), "zero_cells"] == 12


def test_trends_are_of_the_split_alone(of_pixels):
    assert (of_pixels[2]["trend"]["cells"] + of_pixels[2]["trend"]["undefined"] <= 8).all()


def test_the_same_files_give_the_same_bytes(of_pixels):
    given, folder, _ = of_pixels
    paths = [folder / f"{name}.tsv" for name in COLUMNS]
    before = [path.read_bytes() for path in paths]
    written(given, folder)
    assert [path.read_bytes() for path in paths] == before


def test_maps_of_places_have_images_and_regions_but_no_channels(checked, tmp_path):
    given = sources(checked, tmp_path, "grad_cam", checked.network())
    tables = written(given, tmp_path)
    assert tables["similarity"]["map_channel"].unique().tolist() == ["all"]
    assert tables["regions"]["channel"].unique().tolist() == [ALL]
    assert tables["clusters"].empty
    assert tables["trend"].empty
    for name, table in tables.items():
        assert list(table.columns) == ["split", *COLUMNS[name]]


def test_numbers_of_channels_have_trends_but_no_places(checked, tmp_path):
    given = sources(checked, tmp_path, "channel_ablation", checked.network())
    tables = written(given, tmp_path)
    assert tables["trend"]["channel"].tolist() == CHANNELS
    for name in ("similarity", "clusters", "distances", "regions"):
        assert tables[name].empty
        assert list(tables[name].columns) == ["split", *COLUMNS[name]]


def test_a_region_of_a_channel_that_is_not_there_names_the_nearest(of_pixels, tmp_path):
    rules = {"speckles": RegionRule("15_SOM", 90.0)}
    with pytest.raises(StoreError, match="Did you mean '15_SON'"):
        write_regions(of_pixels[0], tmp_path / "regions.tsv", rules=rules, **OPTIONS)


def test_maps_of_another_shard_are_refused(of_pixels, tmp_path):
    given = of_pixels[0]
    other = Sources(given.maps, given.shards[::-1], given.cells, given.inputs)
    with pytest.raises(AttributionError, match="another shard"):
        write_similarity(other, tmp_path / "out.tsv", exchanges=1, bins=4, **OPTIONS)


def test_maps_are_read_out_with_the_reader_of_their_own_model(of_pixels, tmp_path):
    given = of_pixels[0]
    own = ImageReader.of_shard(given.inputs, given.shards[0])
    narrow = replace(own.spec, shape=(7, *own.spec.shape[1:]))
    other = replace(given, inputs=replace(own, spec=narrow))
    with pytest.raises(StoreError, match=r"shape \(8, 8, 2\), and the model .* \(7, 8, 2\)"):
        write_similarity(other, tmp_path / "out.tsv", exchanges=1, bins=4, **OPTIONS)
    with pytest.raises(StoreError, match=r"shape \(8, 8, 2\), and the model .* \(7, 8, 2\)"):
        next(other.read())
