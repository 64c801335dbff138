"""The example in the figure of the truth: its planted pixels, and the maps that were made of it."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.attribute.maps import open_maps
from nascent.explain.truth.planted import Planted
from nascent.explain.truth.table import PLANTED, TRAINED
from nascent.figures import method_rows
from nascent.figures.gather import read_examples
from nascent.store import open_store


@dataclass(frozen=True)
class Example:
    """One cell with the maps that were made of it.

    Attributes
    ----------
    id
    image
        (S, S), the mean of the planted channels, each in units of its SD.
    mask, causal
        (S, S) bool, measured and planted pixels.
    maps
        (model, method) → Σ over channels of |map|, (S, S).
    pixel_size
        Edge of a pixel, µm; None: not known.
    """

    id: int | str
    image: np.ndarray
    mask: np.ndarray
    causal: np.ndarray
    maps: Mapping[method_rows.Key, np.ndarray]
    pixel_size: float | None = None


def read_example(
    example_id: int | str,
    map_paths: Mapping[method_rows.Key, Sequence[str | Path]],
    shard_paths: Sequence[str | Path],
    planted: Planted,
    pixel_size: float | None = None,
) -> Example:
    """Read one cell with its maps.

    Parameters
    ----------
    example_id
        Of the shards; see `typical_cell`.
    map_paths
        (model, method) → its map files. Maps without pixels are left out.
    shard_paths
        The shards they were made from.
    planted
        What was planted in these cells.
    pixel_size
        As in `Example`.
    """
    with ExitStack() as stack:
        shards = [stack.enter_context(open_store(path)) for path in shard_paths]
        channels = [name for name in planted.causal_channels if name in shards[0].channels]
        found = read_examples(shards, [example_id], channels)
    image, mask = found.images[0].astype(float), found.masks[0]
    spread = image[mask].std(axis=0)
    maps = {}
    for key, paths in map_paths.items():
        for path in paths:
            with open_maps(path) as opened:
                if opened.axes != "feature" and example_id in opened.cells.index:
                    values = opened[opened.ids.index(example_id)]
                    maps[key] = np.abs(values).sum(axis=2)
    return Example(
        id=example_id,
        image=(image / np.where(spread > 0, spread, 1)).mean(axis=2),
        mask=mask,
        causal=planted.mask(example_id, mask),
        maps=maps,
        pixel_size=pixel_size,
    )


def typical_cell(cells: pd.DataFrame) -> int | str | None:
    """Return the cell whose average precision of pixels is nearest to the median; None without one.

    Parameters
    ----------
    cells
        As `nascent.explain.truth.table.cell_table` gives it, of one model and method.
    """
    own = cells[(cells["map"] == TRAINED) & (cells["truth"] == PLANTED)]
    found = own.set_index("id")["pixel_precision"].dropna()
    if found.empty:
        return None
    return (found - found.median()).abs().sort_values(kind="stable").index[0]
