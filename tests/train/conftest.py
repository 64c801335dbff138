from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nascent.files import write_table
from nascent.shards.normalise import Normaliser
from nascent.shards.steps import Steps
from nascent.shards.write import list_shards
from nascent.store import StoreWriter

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


@dataclass(frozen=True)
class Study:
    """Tiny shards on disk, and the arguments that train a model on them."""

    folder: Path

    @property
    def manifest(self) -> Path:
        return self.folder / "shards.tsv"

    def write(self, name: str, cells: int, change: Callable | None = None) -> None:
        """Write a shard; the target is 2 x the first channel's mean over measured pixels - 50."""
        split, number = name.split("-")
        rng = np.random.default_rng([len(split), int(number)])
        masks = rng.random((cells, 16, 16)) < 0.5
        masks[:, 8, 8] = True
        levels = rng.uniform(100, 300, (cells, 1, 1, len(CHANNELS)))
        images = rng.poisson(np.broadcast_to(levels, (*masks.shape, len(CHANNELS))))
        images = (images * masks[..., None]).astype(np.uint16)
        first = 1000 * len(split) + 100 * int(number)
        table = pd.DataFrame({"cell_id": range(first, first + cells), "split": split})
        table["target"] = 2 * images[..., 0].sum((1, 2)) / masks.sum((1, 2)) - 50
        path = self.folder / f"{name}.h5"
        with StoreWriter(path, channels=CHANNELS, size=16, dtype=np.uint16) as writer:
            writer.append(images, masks)
            writer.cells = change(table) if change else table
        write_table(list_shards(sorted(self.folder.glob("*.h5"))), self.manifest)

    def arguments(self, out: str = "out", **changes: Any) -> dict[str, Any]:
        """Return the arguments of train_model, with changes."""
        made = self.folder / out
        return {
            "manifest": self.manifest,
            "normaliser": NORMALISER,
            "target_column": "target",
            "architecture": "linear",
            "seed": 7,
            "epochs": 3,
            "batch_size": 8,
            "learning_rate": 0.01,
            "huber_delta": 1.0,
            "patience": 20,
            "threads": 2,
            "state_dir": made / "state",
            "model_path": made / "model.keras",
            "history_path": made / "history.tsv",
            "card_path": made / "card.json",
            "record": {"stage": "train"},
            **changes,
        }


@pytest.fixture
def study(tmp_path) -> Study:
    study = Study(tmp_path)
    study.write("train-00000", 14)
    study.write("train-00001", 12)
    study.write("val-00000", 9)
    return study
