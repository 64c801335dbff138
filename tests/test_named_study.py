"""A study of names that look like something else, from raw wells to the batches of a model."""

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nascent.config.checks import check_study
from nascent.evaluate.levels import levels
from nascent.explain.importance.stage import read_strata
from nascent.explain.reading.strata import StratumRule
from nascent.files import read_table, write_table
from nascent.kinds.cells.channels import study_channels
from nascent.kinds.cells.crops.gather import gather_wells
from nascent.kinds.cells.crops.options import CropOptions, PlateTables, WellSource
from nascent.kinds.cells.crops.stage import crop_well
from nascent.kinds.cells.crops.wells import read_well
from nascent.kinds.cells.wells_table import read_wells
from nascent.shards.batches import Batches
from nascent.shards.histograms import load, merge
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import parts_of_shards, plan_shards
from nascent.shards.statistics import channel_statistics, count_part
from nascent.shards.steps import Steps
from nascent.shards.write import list_shards, write_shard
from nascent.splits.assignment import Design, split_cells
from nascent.store import open_store

CHANNELS = ["CD3/CD4", "CD3", "NA", "01", "{x}", "α b", "=x"]
WELLS = {"01": "None", "1e3": "NA", "NA": "=x", "TRUE": "01"}
BATCHES = ["01", "1", "NA", "{x}"]
CELLS = 8


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Results of a study of four wells, eight cells each, its pixels in text."""
    folder = tmp_path_factory.mktemp("study")
    generator = np.random.default_rng(0)
    rows = ["plate\twell\tperturbation"]
    for number, (well, perturbation) in enumerate(WELLS.items()):
        rows.append(f"NA\t{well}\t{perturbation}")
        write_well(folder / "raw" / well, first=100 * number, generator=generator)
    (folder / "wells.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    phases = pd.DataFrame(
        {
            "plate_name": "NA",
            "mapobject_id": [100 * n + c for n in range(len(WELLS)) for c in range(CELLS)],
            "cell_cycle": "null",
        }
    )
    phases.to_csv(folder / "raw" / "cycle.csv", index=False)
    wells = read_wells(folder / "wells.tsv")
    crops = folder / "crops"
    for row in wells.itertuples():
        crop_well(
            WellSource(
                folder / "raw" / row.path, row.plate, row.well, perturbation=row.perturbation
            ),
            crops / f"{row.Index}.h5",
            crops / f"{row.Index}.quality.tsv",
            options=CropOptions("=x", 8, rules=[{"column": "batch", "value": "1"}]),
            tables=PlateTables(cell_cycle=folder / "raw" / "cycle.csv"),
        )
    stores = [crops / f"{name}.h5" for name in wells.index]
    gathered = gather_wells(stores, [path.with_suffix(".quality.tsv") for path in stores])
    write_table(gathered.cells, folder / "cells.tsv", index=True)
    write_table(gathered.quality, folder / "quality.tsv")
    cells = read_table(folder / "cells.tsv")
    splits = split_cells(cells, Design(seed=1, stratify=["batch", "perturbation"]))
    write_table(splits.table, folder / "splits.tsv")
    write_table(splits.balance, folder / "balance.tsv")
    plan = plan_shards(read_table(folder / "splits.tsv"), 8, 1)
    for shard, members in plan.groupby("shard"):
        split = members["split"].iloc[0]
        write_shard(stores, members, folder / "shards" / f"{shard}.h5", split=split, record={})
    return SimpleNamespace(folder=folder, wells=wells, stores=stores, plan=plan)


def write_well(place: Path, *, first: int, generator: np.random.Generator) -> None:
    """Write a raw well of square nuclei of 16 pixels, with a column of names in its metadata."""
    place.mkdir(parents=True)
    lines = "".join(f"{number},{name}\n" for number, name in enumerate(CHANNELS))
    (place / "channels.csv").write_text(lines, encoding="utf-8")
    ids = first + np.arange(CELLS)
    pd.DataFrame({"mapobject_id": ids, "batch": [*BATCHES, *BATCHES]}).to_csv(
        place / "metadata.csv"
    )
    y, x = np.divmod(np.arange(16), 4)
    counts = generator.integers(1, 999, (16 * CELLS, len(CHANNELS)))
    pixels = pd.DataFrame(counts, columns=CHANNELS).assign(
        mapobject_id=np.repeat(ids, 16), x=np.tile(x, CELLS), y=np.tile(y, CELLS)
    )
    pixels.to_csv(place / "pixels.tsv.gz", sep="\t", index=False)


def test_the_study_is_checked_and_its_channels_are_read(study):
    checked = check_study(
        {
            "study": "named",
            "data": str(study.folder / "raw"),
            "wells": str(study.folder / "wells.tsv"),
            "target": {"channel": "=x"},
        }
    )
    assert study_channels(checked, study.wells) == CHANNELS
    assert study.wells["perturbation"].tolist() == list(WELLS.values())


def test_the_cell_table_has_the_names_as_they_were_given(study):
    cells = read_table(study.folder / "cells.tsv")
    assert set(cells["plate"]) == {"NA"}
    assert dict(zip(cells["well"], cells["perturbation"], strict=True)) == WELLS
    assert set(cells["cell_cycle"]) == {"null"}
    # The rule removed the batch 1 and not the batch 01.
    assert sorted(cells["batch"].unique()) == ["01", "NA", "{x}"]
    assert [f"mean_{name}" for name in CHANNELS] == [c for c in cells if c.startswith("mean_")]
    assert levels(cells.set_index("id"), ["perturbation"])["perturbation"].tolist() == list(
        cells["perturbation"]
    )


def test_a_store_gives_names_and_means_of_its_pixels_back(study):
    for path, well in zip(study.stores, WELLS, strict=True):
        raw = read_well(study.folder / "raw" / well, plate="NA", well=well)
        with open_store(path) as store:
            assert store.channels == CHANNELS
            assert set(store.examples["well"]) == {well}
            for cell, means in store.examples[[f"mean_{name}" for name in CHANNELS]].iterrows():
                np.testing.assert_allclose(means, raw.pixels[raw.ids == cell].mean(axis=0))


def test_names_that_often_stand_for_a_missing_value_are_warned_of(study, tmp_path, caplog):
    crop_well(
        WellSource(study.folder / "raw" / "1e3", "NA", "1e3", perturbation="NA"),
        tmp_path / "a.h5",
        tmp_path / "a.tsv",
        options=CropOptions("=x", 8),
    )
    assert "'NA' is kept as the name of a perturbation" in caplog.text
    assert "cell_cycle" not in caplog.text


def test_splits_balance_and_strata_tell_the_levels_apart(study):
    splits = read_table(study.folder / "splits.tsv")
    assert set(splits["group"]) == {f"NA/{well}" for well in WELLS}
    balance = read_table(study.folder / "balance.tsv")
    of_batches = balance[(balance["variable"] == "batch") & (balance["split"] == "all")]
    assert dict(zip(of_batches["level"], of_batches["cells"], strict=True)) == {
        "01": 8,
        "NA": 8,
        "{x}": 8,
    }
    rule = StratumRule(by="column", column="batch")
    stratified, _ = read_strata(study.folder / "cells.tsv", study.folder / "splits.tsv", rule)
    assert stratified["stratum"].value_counts().to_dict() == {"01": 8, "NA": 8, "{x}": 8}


def test_shards_and_batches_have_every_channel(study):
    folder = study.folder
    assert {part for parts in parts_of_shards(study.plan).values() for part in parts} == {
        f"NA_{well}" for well in WELLS
    }
    for number, store in enumerate(study.stores):
        splits = read_table(folder / "splits.tsv")
        count_part(store, splits, folder / f"{number}.histogram.h5", record={})
    counted = merge(load(folder / f"{number}.histogram.h5") for number in range(len(WELLS)))
    write_table(channel_statistics(counted, Steps()), folder / "channels.tsv")
    write_table(list_shards(sorted(folder.glob("shards/*.h5"))), folder / "shards.tsv")
    statistics = read_table(folder / "channels.tsv")
    assert statistics["channel"].tolist() == CHANNELS
    inputs = ["CD3/CD4", "NA", "{x}"]
    batches = Batches(
        sorted(folder.glob("shards/train-*.h5")),
        Normaliser.from_table(statistics, inputs, asdict(Steps())),
        target="mean_CD3/CD4",
    )
    read = [(batch.ids, batch.targets["mean_CD3/CD4"]) for batch in batches]
    cells = read_table(folder / "cells.tsv").set_index("id")
    for ids, targets in read:
        assert targets.tolist() == cells.loc[ids, "mean_CD3/CD4"].tolist()
    assert set(batches.examples["well"]) <= set(WELLS)
