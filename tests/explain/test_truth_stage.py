"""The check `truth` of a simulated well, by models whose weights tell what must be found."""

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute.maps import open_maps
from nascent.attribute.stage import Explanation, attribute_shard
from nascent.errors import AttributionError
from nascent.examples import column_target
from nascent.explain.importance.aggregates import channel_shares, channel_totals
from nascent.explain.reading.inspection import Inspection
from nascent.explain.statistics.image_nulls import IMAGE_MAPS
from nascent.explain.statistics.sample import Sample
from nascent.explain.truth.stage import channels_used, check_truth, shown_to_be_used
from nascent.explain.truth.table import MAPS, PLANTED, TRUTH, USED
from nascent.explain.use.changes import CHANGES
from nascent.explain.use.loss import USE_CELLS
from nascent.files import read_table, write_table
from nascent.kinds.cells.crops.options import CropOptions, WellSource
from nascent.kinds.cells.crops.stage import crop_well
from nascent.kinds.cells.planted import read_planted
from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_well
from nascent.reader import Reader
from nascent.readers.image import ImageReader
from nascent.shards.normalise import Normaliser
from nascent.shards.write import write_shard
from nascent.store import open_store

CHANNELS = ["00_DAPI", "09_SRRM2", "15_SON", "21_NCL", "00_EU"]
INPUTS = CHANNELS[:-1]
READS = (0, 1, 1, 0)  # the planted channels
WELLS = [("p", "A01"), ("p", "A02")]
PARTS = [{"plate": plate, "well": well} for plate, well in WELLS]
SIZE = 24
OPTIONS = {
    "input_x_gradient": {"batch_size": 16},
    "hirescam": {"layer": "seen", "sign": "both", "batch_size": 16},
    "channel_ablation": {"to": "baseline", "baseline": "black", "batch_size": 16},
}
TARGETS = (column_target("rate"), column_target("other"))


def model_reader(folder, normaliser):
    """What the models read and predict."""
    return Reader((ImageReader.of_shard(normaliser, folder / "shard.h5"),), TARGETS)


def reader(path, of_channels):
    """Two times the mean of Σ_c w_c x_c over all pixels, behind a layer that can be cut at."""
    image = keras.Input((SIZE, SIZE, len(INPUTS)), name="image")
    mask = keras.Input((SIZE, SIZE), name="mask", dtype="bool")
    seen = keras.layers.Conv2D(1, 1, name="seen")(image)
    output = keras.layers.Dense(2, name="output")(keras.layers.GlobalAveragePooling2D()(seen))
    model = keras.Model({"image": image, "mask": mask}, output)
    model.get_layer("seen").set_weights([np.reshape(of_channels, (1, 1, -1, 1)), np.zeros(1)])
    model.get_layer("output").set_weights([np.ones((1, 2)), np.zeros(2)])
    model.save(path)
    return path


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    """Two simulated wells in one shard, and the statistics of their channels."""
    folder = tmp_path_factory.mktemp("plate")
    stores, tables = [], []
    for position, (name, well) in enumerate(WELLS):
        simulate_well(
            folder / well,
            WellPlace(name, well, position),
            Simulation(nuclei=12, channels=CHANNELS, mean_area=250, layout="numpy", seed=5),
            truth_path=folder / f"{well}.truth.h5",
            cycle_path=folder / f"{well}.cycle.csv",
        )
        stores.append(folder / f"{well}.h5")
        crop_well(
            WellSource(folder / well, name, well),
            stores[-1],
            folder / f"{well}.tsv",
            options=CropOptions("00_EU", SIZE),
        )
        with open_store(stores[-1]) as crops:
            tables.append(crops.examples.reset_index()[["id"]].assign(part=stores[-1].stem))
    cells = pd.concat(tables)
    write_shard(stores, cells, folder / "shard.h5", split="test", record={})
    with open_store(folder / "shard.h5") as shard:
        images, masks = shard.read(slice(None))
    pixels = images[masks].astype(float)
    statistics = pd.DataFrame({"channel": CHANNELS, "mean": pixels.mean(0), "sd": pixels.std(0)})
    statistics = statistics.assign(background=0.0, percentile=60_000.0)
    normaliser = Normaliser.from_table(statistics, INPUTS, {"clip": 99, "z_score": True})
    made = {}

    def explained(weights, method, target):
        """A model of such weights and its maps; equal calls share them."""
        key = (*weights, method, target)
        if key not in made:
            model = reader(folder / f"model-{len(made)}.keras", np.array(weights))
            made[key] = model, folder / f"maps-{len(made)}.h5"
            attribute_shard(
                model,
                folder / "shard.h5",
                made[key][1],
                reader=model_reader(folder, normaliser),
                how=Explanation(method, OPTIONS[method], 3, TARGETS[target].name),
                state_dir=folder / "state",
                record={},
            )
        return made[key]

    return folder, normaliser, explained


def check(plate, folder, weights, method="input_x_gradient", target=0, *, truth=PLANTED, **changes):
    place, normaliser, explained = plate
    model, maps = explained(weights, method, target)
    settings = {"cells": 8, "confidence": 0.9, "draws": 100, "seed": 7} | changes
    names = ("cells", "confidence", "draws", "seed")
    sample = Sample(*(settings.pop(name) for name in names))
    truths = settings.pop("truths", [place / f"{well}.truth.h5" for _, well in WELLS])
    shards = [place / "shard.h5"]
    check_truth(
        Inspection(model, [maps], shards, model_reader(place, normaliser)),
        lambda: read_planted(truths, PARTS, shards),
        out=folder / "truth.tsv",
        cells_out=folder / "truth.cells.tsv",
        sample=sample,
        **settings,
    )
    table = read_table(folder / "truth.tsv")
    cells = read_table(folder / "truth.cells.tsv")
    assert list(table.columns) == list(TRUTH)
    table, cells = (each[each["truth"] == truth] for each in (table, cells))
    return table[table["channel"].isna()].set_index(["map", "what"]), cells


def test_a_model_that_reads_the_planted_channels_finds_them(plate, tmp_path):
    table, cells = check(plate, tmp_path, READS)
    own = table.loc["trained"]
    for what in ("channel_share", "top_channels", "all_top_channels", "top_channel"):
        assert own.loc[what, "value"] == 1, what
    assert own.loc["rank", "value"] == 1.5
    assert own.loc["channel_share", "chance"] == 0.5
    # What it reads is the image, so that is where its map lies: on the bright structures.
    assert own.loc["pixel_precision", "lift"] > 1.5
    # Two wells tell nothing of others.
    assert own[["interval", "beats_chance"]].isna().all(axis=None)
    assert (cells["map"] == "trained").sum() == own.loc["rank", "cells"]
    assert set(cells["group"]) == {"p/A01", "p/A02"}


def test_random_weights_and_the_image_alone_have_rows_of_the_same_cells(plate, tmp_path):
    table, cells = check(plate, tmp_path, READS)
    chosen = {name: set(cells.loc[cells["map"] == name, "id"]) for name in table.index.levels[0]}
    assert set(chosen) == set(MAPS)
    for name in IMAGE_MAPS:
        assert chosen["randomised"] == chosen[name] < chosen["trained"]
    assert table.loc["randomised", "cells"].tolist() == [8] * 9
    redrawn = table.loc[("randomised", "channel_share")]
    assert redrawn["value"] < 0.9
    assert redrawn["trained_above"] == pytest.approx(1 - redrawn["value"])
    # The weights are drawn several times: not all cells put the same channel first.
    drawn = cells[cells["map"] == "randomised"]
    assert drawn["rank_15_SON"].nunique() > 1
    # The map of a linear model is image x weights: with weights of 1 its magnitude is |z|.
    ones, _ = check(plate, tmp_path, (1, 1, 1, 1))
    for what in ("channel_share", "entry_precision", "pixel_share"):
        found = ones.loc[("magnitude", what), "trained_above"]
        assert found == pytest.approx(0, abs=1e-3), what


def test_a_model_that_reads_another_channel_is_below_chance(plate, tmp_path):
    table, _ = check(plate, tmp_path, (0, 0, 0, 1))
    own = table.loc["trained"]
    assert own.loc["channel_share", ["value", "lift"]].tolist() == [0, 0]
    assert own.loc["top_channel", "value"] == 0


@pytest.mark.parametrize(
    ("method", "there"),
    [
        ("hirescam", {"pixel_share", "pixel_precision"}),
        ("channel_ablation", {"channel_share", "top_channel", "top_channels"}),
    ],
)
def test_maps_without_channels_or_pixels_have_the_rows_they_can(plate, tmp_path, method, there):
    table, _ = check(plate, tmp_path, READS, method)
    rows = set(table.loc["trained"].index)
    assert there <= rows
    assert not {"entry_share", "entry_precision"} & rows
    assert set(table.index.get_level_values("map")) == set(MAPS)


def test_a_model_that_ignores_what_is_planted_is_precise_in_what_it_uses(plate, tmp_path):
    """It reads one of two planted channels: half of the planted ones are not its own to find."""
    planted, _ = check(plate, tmp_path, (0, 1, 0, 0), used=["09_SRRM2", "21_NCL"])
    used, cells = check(plate, tmp_path, (0, 1, 0, 0), used=["09_SRRM2", "21_NCL"], truth=USED)
    assert planted.loc[("trained", "top_channels"), "value"] == 0.5
    assert used.loc[("trained", "top_channels"), "value"] == 1
    assert used.loc[("trained", "channel_share"), "chance"] == 0.25
    assert used.loc[("trained", "rank"), ["value", "ceiling"]].tolist() == [1, 1]
    # Both channels show the same speckles.
    np.testing.assert_allclose(
        used.loc[("trained", "pixel_precision"), "value"],
        planted.loc[("trained", "pixel_precision"), "value"],
    )
    assert "rank_15_SON" not in cells.dropna(axis=1, how="all")


def test_a_model_that_uses_nothing_of_the_truth_has_nothing_to_find(plate, tmp_path):
    used, _ = check(plate, tmp_path, (0, 0, 0, 1), used=["21_NCL"], truth=USED)
    assert (used["cells"] == 0).all()
    none, _ = check(plate, tmp_path, (0, 0, 0, 1), truth=USED)
    assert none.empty


def test_channels_are_used_where_the_table_of_use_says_so():
    verdicts = {"a": "is used", "b": "not shown to be used", "c": "is used"}
    use = pd.DataFrame(
        [
            (unit, channel, change, verdict)
            for unit in ("channel", "group")
            for channel, verdict in verdicts.items()
            for change in ("permuted", "structure")
        ],
        columns=["unit", "channel", "change", "verdict"],
    )
    assert shown_to_be_used(use) == ["a", "c"]
    assert shown_to_be_used(use.assign(verdict="not shown to be used")) == []
    assert shown_to_be_used(use.assign(verdict="cannot tell (2 wells)")) is None


def test_what_cells_say_of_use_tells_which_channels_are_used(tmp_path):
    """Errors rise by about a SD of the target where `a` is exchanged, and not where `b` is."""
    rng = np.random.default_rng(1)
    cells = pd.DataFrame({"id": range(80), "group": [*"ABCD"] * 20})
    cells = cells.assign(y=rng.normal(size=80), squared_error=0.1)
    parts = []
    for channel, lost in (("a", 1.0), ("b", 0.0)):
        made = {change: rng.normal(lost, 0.1, 80) for change in CHANGES}
        parts.append(cells.assign(input="image", unit="channel", channel=channel, **made))
    write_table(pd.concat(parts)[list(USE_CELLS)], tmp_path / "use.tsv")
    write_table(pd.DataFrame(columns=["group", "channel"]), tmp_path / "groups.tsv")
    options = {"confidence": 0.95, "draws": 200, "seed": 1}
    assert channels_used(tmp_path / "use.tsv", tmp_path / "groups.tsv", **options) == ["a"]
    write_table(pd.DataFrame(columns=list(USE_CELLS)), tmp_path / "none.tsv")
    assert channels_used(tmp_path / "none.tsv", tmp_path / "groups.tsv", **options) is None


def test_the_same_seed_makes_the_same_bytes_and_another_does_not(plate, tmp_path):
    made = []
    for seed in (7, 7, 8):
        check(plate, tmp_path, READS, seed=seed)
        made.append((tmp_path / "truth.cells.tsv").read_bytes())
    assert made[0] == made[1] != made[2]


def test_a_truth_of_other_wells_is_refused(plate, tmp_path):
    place, *_ = plate
    swapped = [place / "A02.truth.h5", place / "A01.truth.h5"]
    with pytest.raises(AttributionError, match="does not know cell"):
        check(plate, tmp_path, (1, 1, 1, 1), truths=swapped)


def test_a_target_that_was_not_planted_has_no_rows(plate, tmp_path):
    table, cells = check(plate, tmp_path, (1, 1, 1, 1), target=1)
    assert table.empty
    assert cells.empty


@pytest.mark.parametrize("aggregate", ["absolute", "squared", "net", "smoothed"])
def test_channels_are_summed_as_the_study_says(plate, tmp_path, aggregate):
    weights = (1.0, 1.0, 2.0, -1.0)
    table, _ = check(plate, tmp_path, weights, aggregate=aggregate)
    _, path = plate[2](weights, "input_x_gradient", 0)
    with open_maps(path) as maps:
        shares = channel_shares(channel_totals(maps), aggregate)
    expected = shares[["09_SRRM2", "15_SON"]].sum(axis=1).mean()
    assert table.loc[("trained", "channel_share"), "value"] == pytest.approx(expected)
