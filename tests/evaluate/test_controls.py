import shutil

import h5py
import keras
import numpy as np
import pandas as pd
import pytest

from nascent.evaluate.controls import (
    level_of_nothing,
    linear_per_cell,
    model_controls,
    standardised,
)
from nascent.evaluate.floor_predictions import FloorChoice, predict_floors
from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames, controls_columns
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import channel_statistics, count_pixels
from nascent.shards.steps import Steps
from nascent.store import open_store
from nascent.task import task_of
from nascent.tasks._number_metrics import metrics

CHANNELS = ["00_DAPI", "15_SON", "21_NCL"]
STEPS = Steps(clip=None)
COUNTS = {"train": 300, "test": 150}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Return shards in which the mean of a nucleus alone says its target, statistics and cells."""
    rng = np.random.default_rng(12)
    folder, shards, tables, first = tmp_path_factory.mktemp("shards"), {}, [], 1
    row, column = np.indices((16, 16)) - 7.5
    for split, n in COUNTS.items():
        radius = rng.uniform(4, 7.5, n)
        masks = np.hypot(row, column) < radius[:, None, None]
        level = rng.uniform(300, 900, (n, 3))
        texture = rng.normal(1, 0.2, (n, 16, 16, 3))
        images = (level[:, None, None] * texture).clip(0).astype(np.uint16) * masks[..., None]
        means = np.array([i[m].mean(axis=0) for i, m in zip(images, masks, strict=True)])
        cells = pd.DataFrame(means, columns=[f"mean_{channel}" for channel in CHANNELS])
        cells = cells.assign(
            id=np.arange(first, first + n),
            split=split,
            area=masks.sum(axis=(1, 2)),
            group="p/A01",
            target=50 + means @ [0.5, -0.3, 0.1],
        )
        path = folder / f"{split}-00000.h5"
        with CropWriter(path, channels=CHANNELS, size=16, dtype=np.uint16) as writer:
            writer.append_crops(images.astype(np.uint16), masks)
            writer.cells = cells
        shards[split], first = [path], first + n
        tables.append(cells.set_index("id"))
    with open_store(shards["train"][0]) as store:
        statistics = channel_statistics(count_pixels(store, store.examples.index), STEPS)
    return shards, statistics, pd.concat(tables)


def masked_mean_model(statistics):
    """Return a network of the masked means that knows the planted line."""
    image, mask = keras.Input((16, 16, 3), name="image"), keras.Input((16, 16), name="mask")
    measured = keras.ops.expand_dims(keras.ops.cast(mask, "float32"), -1)
    means = keras.ops.sum(image * measured, (1, 2)) / keras.ops.sum(measured, (1, 2))
    dense = keras.layers.Dense(1)
    model = keras.Model({"image": image, "mask": mask}, dense(means))
    weights = np.array([0.5, -0.3, 0.1])
    dense.kernel.assign((weights * statistics["sd"].to_numpy())[:, None])
    dense.bias.assign([50 + weights @ statistics["mean"]])
    return model


def normaliser(statistics):
    return Normaliser.from_table(statistics, CHANNELS, STEPS)


RUN = {"targets": ["target"], "design": "group", "fold": "group", "batch_size": 64}


def test_standardised_crops_keep_no_mean_and_an_sd_of_one(study):
    shards, statistics, _ = study
    for batch in Batches(shards["test"], standardised(normaliser(statistics))):
        for image, mask in zip(batch.inputs["image"], batch.inputs["mask"], strict=True):
            np.testing.assert_allclose(image[mask].mean(axis=0), 0, atol=1e-5)
            np.testing.assert_allclose(image[mask].std(axis=0), 1, atol=1e-4)


def test_least_squares_on_means_finds_the_target_and_on_standardised_crops_the_mean(study):
    shards, statistics, cells = study
    floors = predict_floors(
        *(cells, cells["split"], FloorChoice(CHANNELS, [1.0], names=["ols"])),
        design="group",
        fold="group",
    )
    test = floors[floors["split"] == "test"]
    assert metrics(test["y"], test["y_hat"])["r2"] == pytest.approx(1, abs=1e-9)

    table = linear_per_cell(shards, normaliser(statistics), **RUN)
    assert list(table.columns) == list(controls_columns(task_of("regression")))
    assert set(table["model"]) == {"ols_per_cell"}
    assert set(table["control"]) == {"per_cell"}
    r2 = table.set_index("split")["r2"]
    assert abs(r2["test"]) <= 0.05
    assert list(table.set_index("split")["n"].loc[["train", "test"]]) == list(COUNTS.values())


def test_the_level_of_the_mean_is_that_of_each_fold(study):
    _, _, cells = study
    floors = predict_floors(
        *(cells, cells["split"], FloorChoice(CHANNELS, [1.0], names=["mean", "ols"])),
        design="group",
        fold="group",
    )
    table = level_of_nothing(floors)
    assert list(table.columns) == list(controls_columns(task_of("regression")))
    assert list(table["split"]) == ["train", "test"]
    assert set(table["model"]) == {"mean"} and set(table["control"]) == {"as_trained"}
    y = cells["target"].groupby(cells["split"])
    off = y.mean()["train"] - y.mean()["test"]
    r2 = table.set_index("split")["r2"]
    assert r2["train"] == pytest.approx(0, abs=1e-12)
    assert r2["test"] == pytest.approx(-(off**2) / y.var(ddof=0)["test"], rel=1e-9)


def test_a_model_of_intensity_falls_to_a_constant_on_standardised_crops(study):
    shards, statistics, _ = study
    model = masked_mean_model(statistics)
    test = {"test": shards["test"]}
    reads = normaliser(statistics)
    run = RunNames("group", "group", "line", 3)
    as_trained = predict(model, shards, reads, answers=Answers(["target"]), run=run, batch_size=64)
    table = model_controls(model, test, reads, as_trained=as_trained, batch_size=64)
    assert list(table.columns) == list(controls_columns(task_of("regression")))
    assert list(table["control"]) == ["as_trained", "per_cell"]
    assert set(table["split"]) == {"test"}
    assert set(table["seed"]) == {3}
    before, after = table.set_index("control").loc[["as_trained", "per_cell"], "r2"]
    assert before == pytest.approx(1, abs=1e-4)
    assert after <= 0.05
    # As trained, it is what the predictions already say.
    expected = metrics_table(as_trained).set_index("split").loc["test", "mae"]
    assert table["mae"].iloc[0] == pytest.approx(expected, rel=1e-12)


def test_cells_without_a_target_are_in_no_linear_fit(study, tmp_path):
    shards, statistics, _ = study
    shards = {
        split: [shutil.copy(path, tmp_path / path.name) for path in paths]
        for split, paths in shards.items()
    }
    every = linear_per_cell(shards, normaliser(statistics), **RUN)
    for path in shards["train"]:
        with h5py.File(path, "r+") as file:
            values = file["examples/target"][:]
            values[::3] = np.nan
            file["examples/target"][:] = values
    some = linear_per_cell(shards, normaliser(statistics), **RUN)
    assert some["n"].iloc[0] == every["n"].iloc[0] - len(values[::3])
    assert np.isfinite(some["mae"]).all()


def test_several_targets_have_rows_of_their_own(study):
    shards, statistics, _ = study
    table = linear_per_cell(
        shards, normaliser(statistics), **(RUN | {"targets": ["target", "area"]})
    )
    assert list(table["target"]) == ["target", "target", "area", "area"]
