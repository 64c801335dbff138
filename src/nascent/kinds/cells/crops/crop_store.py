"""Writing the crops of a well as a store of examples: one image, one mask, one table of cells."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike

from nascent.errors import StoreError
from nascent.examples import GROUP, ID, TargetSpec
from nascent.store_layout import image_layout, input_path, mask_path
from nascent.store_v1 import group_of_wells
from nascent.store_writer import Packed, StoreWriter

_IMAGE, _MASK = input_path("image"), mask_path("image")


class CropWriter(StoreWriter):
    """Write crops cell by cell, see `nascent.store_writer.StoreWriter`.

    Parameters
    ----------
    path
        The final name.
    channels
        Channel names in the order of the last image axis.
    size
        Edge S of a crop, in pixels.
    dtype
        Of the images, as measured.
    targets
        Columns of the cell table that models predict.
    codec, record, attributes
        See `StoreWriter`.

    Attributes
    ----------
    cells : pandas.DataFrame or None
        The cell table, to be set before the block ends: index or column `id`, columns plate
        and well, others.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        channels: Sequence[str],
        size: int,
        dtype: DTypeLike,
        targets: Sequence[TargetSpec] = (),
        codec: str = "blosc",
        record: Mapping[str, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        layout = image_layout(channels, size, dtype, region="cell", targets=targets)
        super().__init__(path, layout, codec=codec, record=record, attributes=attributes)

    def append_crops(self, images: np.ndarray, masks: np.ndarray) -> None:
        """Add cells: images (n, S, S, C) in the store's dtype, masks (n, S, S) bool."""
        for image, mask in zip(images, masks, strict=True):
            self.append_packed(self.pack_crop(image, mask))

    def pack_crop(self, image: np.ndarray, mask: np.ndarray) -> Packed:
        """Make one cell ready to be appended: image (S, S, C), mask (S, S) bool; see `pack`."""
        return self.pack({_IMAGE: image, _MASK: mask})

    @property
    def cells(self) -> pd.DataFrame | None:
        """The cell table; the index is `id`."""
        return self.examples

    @cells.setter
    def cells(self, cells: pd.DataFrame) -> None:
        self.examples = examples_of_cells(cells)


def examples_of_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Return a cell table as a table of examples: index `id`, and `group`.

    Without groups of its own, that of a cell is its well with its plate.

    Raises
    ------
    StoreError
        Where it has neither groups nor plate and well.
    """
    if cells.index.name != ID:
        cells = cells.set_index(ID)
    if GROUP in cells:
        return cells
    for name in ("plate", "well"):
        if name not in cells:
            raise StoreError(f"the cell table has no column {name!r}")
    examples = cells.copy()
    examples.insert(0, GROUP, group_of_wells(cells["plate"], cells["well"]))
    return examples
