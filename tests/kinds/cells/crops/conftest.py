"""Small raw wells with known pixels, written in any layout."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

CHANNELS = ("00_DAPI", "07_H2B", "00_EU")


@dataclass
class Pixels:
    """The pixels of a well, unsorted, and its metadata."""

    ids: np.ndarray
    x: np.ndarray
    y: np.ndarray
    counts: np.ndarray
    metadata: dict[str, Sequence[Any]] = field(default_factory=dict)
    channels: Sequence[str] = CHANNELS


def ellipses(
    sizes: Mapping[int, tuple[int, int]], *, seed: int = 0, channels: Sequence[str] = CHANNELS
) -> Pixels:
    """Nuclei {mapobject_id: (height, width)}, elliptic, touching their whole bounding box."""
    rng = np.random.default_rng(seed)
    ids, x, y = [], [], []
    for number, (nucleus, (height, width)) in enumerate(sizes.items()):
        v, u = np.mgrid[:height, :width]
        inside = ((2 * v + 1) / height - 1) ** 2 + ((2 * u + 1) / width - 1) ** 2 <= 1
        # An ellipse drawn on pixels may miss the ends of its axes.
        inside[height // 2, :] = inside[:, width // 2] = True
        rows, columns = np.nonzero(inside)
        ids.append(np.full(len(rows), nucleus))
        x.append(columns + 7 * number + 3)
        y.append(rows + 11 * number + 5)
    whole = [np.concatenate(parts) if parts else np.empty(0, int) for parts in (ids, x, y)]
    shuffled = rng.permutation(len(whole[0]))
    ids, x, y = (part[shuffled] for part in whole)
    counts = rng.integers(0, 1 << 16, (len(ids), len(channels))).astype(np.uint16)
    metadata = {
        "mapobject_id": list(sizes),
        "plate_name": ["plate01"] * len(sizes),
        "well_name": ["A01"] * len(sizes),
        "mapobject_id_cell": [nucleus - 30 for nucleus in sizes],
        "is_border": [0] * len(sizes),
    }
    return Pixels(
        ids.astype(np.uint32), x.astype(np.uint16), y.astype(np.uint16), counts, metadata, channels
    )


def write_well(folder: Path, pixels: Pixels, layout: str = "numpy") -> Path:
    """Write a raw well; `layout` is text, numpy or campa."""
    folder.mkdir(parents=True, exist_ok=True)
    names = "".join(f"{number},{name}\n" for number, name in enumerate(pixels.channels))
    (folder / "channels.csv").write_text(names)
    # As in the raw data, the index is a first column without a name.
    pd.DataFrame(pixels.metadata).to_csv(folder / "metadata.csv")
    if layout == "text":
        table = {"mapobject_id": pixels.ids, "x": pixels.x, "y": pixels.y}
        counts = {name: pixels.counts[:, c] for c, name in enumerate(pixels.channels)}
        pd.DataFrame(table | counts).to_csv(folder / "pixels.csv", index=False)
        return folder
    ids = {"numpy": "mapobject_ids.npy", "campa": "obj_ids.npy"}[layout]
    arrays = {ids: pixels.ids, "x.npy": pixels.x, "y.npy": pixels.y, "mpp.npy": pixels.counts}
    for name, array in arrays.items():
        np.save(folder / name, array)
    return folder


@pytest.fixture
def pixels() -> Pixels:
    """Five nuclei of different sizes, three channels, 16-bit counts."""
    return ellipses({101: (21, 30), 104: (32, 32), 107: (17, 9), 110: (5, 5), 113: (28, 11)})


def fields_of(record: type) -> set[str]:
    """Return the names of the fields of a dataclass."""
    return {field.name for field in fields(record)}


@pytest.fixture
def crop(tmp_path: Path) -> Callable[..., Path]:
    """Run the stage on one well with crops of 32 px; returns the path of the store."""
    from nascent.kinds.cells.crops.options import CropOptions, PlateTables, WellSource
    from nascent.kinds.cells.crops.stage import crop_well

    def run(path: Path, *, plate: str = "plate01", well: str = "A01", **options: Any) -> Path:
        store = tmp_path / "out" / f"{plate}_{well}.h5"
        parts = [
            {name: options.pop(name) for name in list(options) if name in fields_of(record)}
            for record in (WellSource, PlateTables, CropOptions)
        ]
        crop_well(
            WellSource(path, plate, well, **parts[0]),
            store,
            store.with_suffix(".quality.tsv"),
            options=CropOptions(**{"target": "00_EU", "size": 32} | parts[2]),
            tables=PlateTables(**parts[1]),
            **options,
        )
        return store

    return run


@pytest.fixture
def make() -> Callable[..., Pixels]:
    """The function that draws wells; see `ellipses`."""
    return ellipses


@pytest.fixture
def write() -> Callable[..., Path]:
    """The function that writes wells; see `write_well`."""
    return write_well
