"""A tiny study of one model on disk, for the checks that ask the model again."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute.stage import Explanation, attribute_shard
from nascent.explain.reading.inspection import Inspection
from nascent.files import write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.normalise import Normaliser

CHANNELS = ["00_DAPI", "15_SON"]
SIZE = 8
OPTIONS = {
    "gradient": {"batch_size": 16},
    "input_x_gradient": {"batch_size": 16},
    "integrated_gradients": {
        "steps": 6,
        "rule": "trapezoid",
        "tolerance": None,
        "baseline": "black",
        "batch_size": 16,
    },
    "grad_cam": {"layer": "features", "sign": "both", "batch_size": 16},
    "channel_ablation": {"to": "baseline", "baseline": "black", "batch_size": 16},
}


def normaliser() -> Normaliser:
    statistics = {"background": 0.0, "percentile": 400.0, "mean": 200.0, "sd": 100.0}
    table = pd.DataFrame({"channel": CHANNELS, **statistics})
    return Normaliser.from_table(table, CHANNELS, {"clip": 98, "z_score": True})


def network(seed: int = 1) -> keras.Model:
    """A network whose weights are far from those that it began with."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((SIZE, SIZE, len(CHANNELS)), name="image")
    mask = keras.Input((SIZE, SIZE), name="mask", dtype="bool")
    features = keras.layers.Conv2D(8, 3, padding="same", name="features")(image)
    features = keras.layers.BatchNormalization(name="norm")(features)
    features = keras.layers.ReLU(name="relu")(features)
    hidden = keras.layers.Dense(6, activation="gelu", name="hidden")(
        keras.layers.GlobalAveragePooling2D()(features)
    )
    model = keras.Model(
        {"image": image, "mask": mask}, keras.layers.Dense(1, name="output")(hidden)
    )
    stream = np.random.default_rng(seed)
    model.set_weights(
        [
            np.abs(values) + 0.5
            if "variance" in weight.name
            else values + stream.normal(0, 0.5, values.shape)
            for weight, values in zip(model.weights, model.get_weights(), strict=True)
        ]
    )
    return model


def linear(weights: np.ndarray) -> keras.Model:
    """f(x) = Σ w x with weights (SIZE, SIZE, channels)."""
    image = keras.Input((SIZE, SIZE, len(CHANNELS)), name="image")
    mask = keras.Input((SIZE, SIZE), name="mask", dtype="bool")
    output = keras.layers.Dense(1, name="output")(keras.layers.Flatten()(image))
    model = keras.Model({"image": image, "mask": mask}, output)
    model.get_layer("output").set_weights([weights.reshape(-1, 1), np.zeros(1)])
    return model


@dataclass(frozen=True)
class Study:
    """The files of a study of one model and method."""

    folder: Path
    model: Path
    maps: list[Path]
    shards: list[Path]

    @property
    def cells(self) -> Path:
        """The cell table."""
        return self.folder / "cells.tsv"

    def inspection(self) -> Inspection:
        """Open the explanation."""
        return Inspection(self.model, self.maps, self.shards, normaliser())


def study(folder: Path, model: keras.Model, method: str, cells: int = 12) -> Study:
    """Write a study of `cells` nuclei from three groups, in two shards."""
    stream = np.random.default_rng(4)
    masks = np.zeros((cells, SIZE, SIZE), bool)
    masks[:, 1:-1, 1:-1] = stream.random((cells, SIZE - 2, SIZE - 2)) < 0.9
    images = stream.integers(1, 500, (cells, SIZE, SIZE, len(CHANNELS))).astype(np.uint16)
    ids = np.arange(100, 100 + cells)
    groups = np.array(["A01", "A02", "A03"])[np.arange(cells) % 3]
    table = pd.DataFrame({"id": ids, "plate": "p", "group": groups})
    write_table(table, folder / "cells.tsv")
    path = folder / "model.keras"
    model.save(path)
    maps, shards = [], []
    for number, part in enumerate(np.array_split(np.arange(cells), 2)):
        shards.append(folder / f"shard-{number}.h5")
        with CropWriter(shards[-1], channels=CHANNELS, size=SIZE, dtype=np.uint16) as store:
            store.append_crops(images[part] * masks[part][..., None], masks[part])
            store.cells = table.iloc[part].set_index("id")
        maps.append(folder / f"maps-{number}.h5")
        attribute_shard(
            path,
            shards[-1],
            maps[-1],
            reader=normaliser(),
            how=Explanation(method, OPTIONS[method], 3),
            state_dir=folder / "state",
            record={},
        )
    return Study(folder, path, maps, shards)


@pytest.fixture(scope="session")
def checked() -> SimpleNamespace:
    """What makes a tiny study."""
    return SimpleNamespace(study=study, network=network, linear=linear, shape=(SIZE, SIZE, 2))
