from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nascent.examples import column_target
from nascent.files import read_json, read_table, write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.normalise import Normaliser
from nascent.shards.steps import Steps
from nascent.shards.write import list_shards
from nascent.train.job import TrainingData, TrainingFiles
from nascent.train.models import load_model

CHANNELS = ("00_DAPI", "15_SON", "21_NCL")
STATISTICS = pd.DataFrame(
    {
        "channel": CHANNELS,
        "background": 0.0,
        "percentile": 65535.0,
        "mean": 200.0,
        "sd": 60.0,
        "minimum": 0.0,
        "maximum": 65535.0,
        "pixels": 1,
    }
)
NORMALISER = Normaliser.from_table(STATISTICS, CHANNELS, Steps(clip=None))


DATA = ("normaliser", "targets", "removal", "target_table")


def files_in(folder: Path) -> TrainingFiles:
    """Return the files of a training under their usual names."""
    names = ("model.keras", "reader.json", "history.tsv", "card.json")
    return TrainingFiles(*(folder / name for name in names))


@dataclass(frozen=True)
class Study:
    """Tiny shards on disk, and the arguments that train a model on them."""

    folder: Path

    @property
    def manifest(self) -> Path:
        return self.folder / "shards.tsv"

    def write(
        self,
        name: str,
        cells: int,
        change: Callable | None = None,
        kept: Callable = lambda table: np.ones(len(table), bool),
    ) -> None:
        """Write a shard; the target is 2 x the first channel's mean over measured pixels - 50.

        `change` is made to its table, of which `kept` says the rows that are written.
        """
        split, number = name.split("-")
        rng = np.random.default_rng([len(split), int(number)])
        masks = rng.random((cells, 16, 16)) < 0.5
        masks[:, 8, 8] = True
        levels = rng.uniform(100, 300, (cells, 1, 1, len(CHANNELS)))
        images = rng.poisson(np.broadcast_to(levels, (*masks.shape, len(CHANNELS))))
        images = (images * masks[..., None]).astype(np.uint16)
        first = 1000 * len(split) + 100 * int(number)
        table = pd.DataFrame({"id": range(first, first + cells), "split": split})
        table["size_ratio"] = rng.uniform(0.5, 1, cells)
        table["area"] = masks.sum((1, 2)).astype(np.float64)
        table["target"] = 2 * images[..., 0].sum((1, 2)) / masks.sum((1, 2)) - 50
        path = self.folder / f"{name}.h5"
        rows = kept(table)
        with CropWriter(path, channels=CHANNELS, size=16, dtype=np.uint16) as writer:
            writer.append_crops(images[rows], masks[rows])
            table = table[rows].assign(plate="p", well="A01")
            writer.cells = change(table) if change else table
        write_table(list_shards(sorted(self.folder.glob("*.h5"))), self.manifest)

    def arguments(self, out: str = "out", **changes: Any) -> dict[str, Any]:
        """Return the arguments of train_model, with changes."""
        made = self.folder / out
        data = {
            "manifest": self.manifest,
            "normaliser": NORMALISER,
            "targets": [column_target("target")],
        } | {key: changes.pop(key) for key in DATA if key in changes}
        return {
            "data": TrainingData(**data),
            "files": files_in(made),
            "architecture": "linear",
            "seed": 7,
            "epochs": 3,
            "batch_size": 8,
            "learning_rate": 0.01,
            "huber_delta": 1.0,
            "huber_delta_unit": "raw",
            "patience": 20,
            "threads": 2,
            "state_dir": made / "state",
            "record": {"stage": "train"},
            **changes,
        }

    def cnn(self, out: str = "out", **changes: Any) -> dict[str, Any]:
        """Return the arguments that train a tiny convolutional network, with changes."""
        layers = {"widths": [4, 4], "head": [8]}
        network = {"architecture": "simple_cnn", "layers": layers, "learning_rate": 0.001}
        return self.arguments(out, **{**network, "epochs": 4, **changes})

    def history(self, out: str = "out") -> pd.DataFrame:
        return read_table(self.folder / out / "history.tsv")

    def card(self, out: str = "out") -> dict[str, Any]:
        return read_json(self.folder / out / "card.json")

    def weights(self, out: str = "out") -> list[np.ndarray]:
        return load_model(self.folder / out / "model.keras").get_weights()

    def assert_same_results(self, ours: str, theirs: str) -> None:
        for name in ("history.tsv", "card.json", "reader.json"):
            assert (self.folder / ours / name).read_text() == (
                self.folder / theirs / name
            ).read_text()
        assert_same_arrays(self.weights(ours), self.weights(theirs))


def assert_same_arrays(ours: Iterable, theirs: Iterable) -> None:
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(our, their)


@pytest.fixture
def study(tmp_path) -> Study:
    study = Study(tmp_path)
    study.write("train-00000", 14)
    study.write("train-00001", 12)
    study.write("val-00000", 9)
    return study
