"""The simulated nuclei that more than one benchmark reads."""

from pathlib import Path

import numpy as np
import pandas as pd

from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.kinds.cells.crops.placement import size_ratio
from nascent.store import open_store

COVERED = 0.27
"""Measured part of a crop, of the published study."""
DISTINCT = 32
"""Nuclei that are simulated; the shard repeats them."""
BACKGROUND = 107
"""Counts."""
TARGET_SD = 60.0


def write_nuclei(path: Path, cells: int, size: int, channels: int) -> None:
    """Write a shard of elliptic nuclei, with counts above a background that differ in every pixel.

    Its cell table has `target` and `size_ratio`.
    """
    generator = np.random.default_rng(1)
    brightness = generator.uniform(5, 250, channels)
    row, column = np.mgrid[:size, :size] - size / 2
    area = COVERED * size**2
    names = [f"channel_{number:02d}" for number in range(channels)]
    store = {"channels": names, "size": size, "dtype": np.uint16}
    distinct, ratios = path.with_name("distinct.h5"), []
    with CropWriter(distinct, **store) as writer:
        for _ in range(DISTINCT):
            long = np.sqrt(area / np.pi) * generator.uniform(1, 1.3)
            short = area / np.pi / long
            mask = (row / long) ** 2 + (column / short) ** 2 < 1
            image = np.zeros((size, size, channels), np.uint16)
            image[mask] = BACKGROUND + generator.gamma(4, brightness / 4, (mask.sum(), channels))
            writer.append_crops(image[None], mask[None])
            ratios.append(size_ratio(mask))
        writer.cells = pd.DataFrame({"id": range(DISTINCT), "plate": "p", "well": "A01"})
    with open_store(distinct) as source, CropWriter(path, **store) as writer:
        for cell in range(cells):
            writer.copy_from(source, cell % DISTINCT)
        writer.cells = pd.DataFrame(
            {
                "id": range(cells),
                "plate": "p",
                "well": "A01",
                "target": generator.normal(377, TARGET_SD, cells),
                "size_ratio": np.resize(ratios, cells),
            }
        )
