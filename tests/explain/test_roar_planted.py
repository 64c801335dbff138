"""Information planted in known pixels: maps that name them cost a retrained model all it knew."""

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import without_path
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames
from nascent.examples import column_target
from nascent.explain.roar.curves import NONE, roar_table
from nascent.explain.roar.orders import Degradation, remove_at_random, remove_by_maps
from nascent.files import write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.provenance import file_digest
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import shards_of
from nascent.shards.statistics import COLUMNS
from nascent.shards.steps import Steps
from nascent.shards.write import list_shards
from nascent.train.job import TrainingData, TrainingFiles
from nascent.train.models import load_model
from nascent.train.stage import train_model

SIZE, CHANNELS = 8, ("a", "b")
CELLS = {"train": 400, "val": 80, "test": 160}
# Half of these pixels rise and half fall with the target: the mean of the channel says nothing.
UP, DOWN = [(1, 2), (3, 4), (5, 1), (6, 6)], [(2, 5), (4, 2), (4, 6), (6, 3)]
PLANTED = len(UP + DOWN) / (SIZE * SIZE * len(CHANNELS))


@pytest.fixture
def planted(tmp_path):
    """Shards in whose first channel eight pixels tell the target, and maps that name just them."""
    rng = np.random.default_rng(1)
    named = np.zeros((SIZE, SIZE, 2), np.float32)
    for y, x in UP:
        named[y, x, 0] = 1
    for y, x in DOWN:
        named[y, x, 0] = -1
    (tmp_path / "model.keras").write_text("any")
    for number, (split, count) in enumerate(CELLS.items()):
        told = rng.normal(size=count)
        images = 500 + 60 * rng.normal(size=(count, SIZE, SIZE, 2))
        images += 80 * told[:, None, None, None] * named
        ids, masks = 1000 * number + np.arange(count), np.ones((count, SIZE, SIZE), bool)
        path = tmp_path / f"{split}-00000.h5"
        with CropWriter(path, channels=CHANNELS, size=SIZE, dtype=np.uint16) as writer:
            writer.append_crops(images.round().clip(1, 60000).astype(np.uint16), masks)
            writer.cells = pd.DataFrame(
                {"id": ids, "split": split, "target": 300 + 40 * told, "plate": "p"}
            ).assign(group=[f"A{cell % 6}" for cell in ids])
        # Any score, so that they come first: a method need not be right about the sign.
        maps = np.abs(named) + 0.01 * rng.random((count, SIZE, SIZE, 2)).astype(np.float32)
        digests = [file_digest(tmp_path / "model.keras"), file_digest(path)]
        write_maps(
            tmp_path / f"maps.{split}.h5",
            without_path(maps, np.zeros(count)),
            ids=ids,
            masks=masks,
            source=MapSource(CHANNELS, "gradient", {}, 1, *digests),
        )
    write_table(
        list_shards([tmp_path / f"{split}-00000.h5" for split in CELLS]), tmp_path / "shards.tsv"
    )
    rows = [(name, 0.0, 6e4, 500.0, 70.0, 0, 6e4, 10**4) for name in CHANNELS]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return tmp_path, Normaliser.from_table(table, CHANNELS, Steps(clip=None))


@pytest.mark.slow
def test_what_the_map_names_costs_all_and_as_much_at_random_next_to_nothing(planted):
    folder, normaliser = planted
    how = {"degradation": Degradation("entries", PLANTED, (1, 1)), "record": {}}
    files = {NONE: None, "map": folder / "map.h5", "random": folder / "random.h5"}
    remove_by_maps(
        [folder / f"maps.{split}.h5" for split in CELLS],
        files["map"],
        model_path=folder / "model.keras",
        order="map",
        **how,
    )
    remove_at_random(folder / "shards.tsv", files["random"], channels=CHANNELS, **how)
    tables = []
    for order, removal in files.items():
        train_model(
            data=TrainingData(
                folder / "shards.tsv", normaliser, [column_target("target")], removal=removal
            ),
            files=TrainingFiles(
                *(folder / f"{order}.{name}" for name in ("keras", "reader", "history", "card"))
            ),
            seed=1,
            threads=1,
            state_dir=folder / "state",
            record={},
            architecture="linear",
            layers={"pooling": "flatten"},
            epochs=25,
            batch_size=40,
            learning_rate=0.02,
        )
        found = predict(
            load_model(folder / f"{order}.keras"),
            {"test": shards_of(folder / "shards.tsv", "test")},
            normaliser,
            answers=Answers(["target"]),
            run=RunNames("example", "example", "linear", 1),
            batch_size=80,
            removal=removal,
        )
        fraction = 0.0 if removal is None else PLANTED
        tables.append(found.assign(order=order, fraction=fraction, zero_cells=0))
    cells = pd.DataFrame({"id": 2000 + np.arange(CELLS["test"]), "plate": "p"})
    cells = cells.assign(group=[f"A{cell % 6}" for cell in cells["id"]]).set_index("id")
    table = roar_table(pd.concat(tables), cells, rank="entries", confidence=0.99, draws=500, seed=1)
    skill = table[table["fraction"] != "all"].set_index("order")["skill"]
    # Eight pixels of noise 60 around ±80 t: least squares would reach 8·80² / (8·80² + 60²) = 0.93.
    assert skill["none"] > 0.85
    assert skill["random"] > 0.8
    assert skill["attribution"] < 0.05
    verdicts = table.loc[table["order"] == "attribution", "verdict"]
    assert set(verdicts) == {"removes more than random"}
