"""Stores of version 1: images with one mask and a table of cells, read as version 2.

Version 1 had `images` (n, S, S, C), `masks` (n, S, S) and the table `cells`. Its mask is both the
measured pixels and the object; the group of a cell is its well.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import pandas as pd

from nascent.errors import StoreError
from nascent.examples import GROUP, ID, TargetSpec
from nascent.names import hdf5_key
from nascent.store_layout import Layout, image_layout, input_path, mask_path
from nascent.store_tables import read_column, refuse_lost_columns

FORMAT_1 = "nascent-crops"

DATASETS: Mapping[str, str] = {input_path("image"): "images", mask_path("image"): "masks"}
"""Path of an array → its dataset in version 1."""

_WELL = ("plate", "well")
_TARGET = "target"


class CellsTable:
    """The table of cells of a store of version 1, as version 2 has it.

    A column of the metadata that is called like one of version 2 is told apart by `_metadata`.

    Attributes
    ----------
    names
        Columns beside `id`, in order.

    Raises
    ------
    StoreError
        Where it lacks what version 2 needs.
    KeyError
        Where the file lacks a column that it lists.
    """

    def __init__(self, group: h5py.Group) -> None:
        self._group = group
        listed: list[str] = json.loads(group.attrs["columns"])
        # Some stores were made before names were encoded, and have them as they are.
        encoded = set(group)
        keys = {name: key if (key := hdf5_key(name)) in encoded else name for name in listed}
        refuse_lost_columns(group, ["cell_id", *keys.values()])
        if missing := [name for name in _WELL if name not in listed]:
            raise StoreError(
                f"this store of version 1 has no column {' and no column '.join(missing)}, and"
                " version 2 needs the group of each example: its plate and well",
                where=group.file.filename,
                mend="Make it again from the raw data: `snakemake -f` with its name.",
            )
        self._keys = {
            f"{name}_metadata" if name in (ID, GROUP) else name: key for name, key in keys.items()
        }
        self.names = [GROUP, *self._keys]

    def read(self, names: Sequence[str]) -> pd.DataFrame:
        """Return some columns; the index is `id`."""
        columns = {ID: read_column(self._group["cell_id"])}
        for name in names:
            columns[name] = self._groups() if name == GROUP else self._column(name)
        return pd.DataFrame(columns).set_index(ID)

    def _column(self, name: str) -> pd.Series:
        return read_column(self._group[self._keys[name]])

    def _groups(self) -> pd.Series:
        return group_of_wells(*map(self._column, _WELL))


def group_of_wells(plates: pd.Series, wells: pd.Series) -> pd.Series:
    """Return the group of each cell: the well with its plate."""
    return plates.astype(str) + "/" + wells.astype(str)


def layout_of(file: h5py.File, attributes: Mapping[str, Any], columns: Sequence[str]) -> Layout:
    """Return the layout of a store of version 1."""
    images = file["images"]
    targets = [target_of_crops(attributes.get("target", _TARGET))] if _TARGET in columns else []
    channels = json.loads(attributes["channels"])
    return image_layout(channels, images.shape[1], images.dtype, region="cell", targets=targets)


def target_of_crops(channel: str) -> TargetSpec:
    """Return the target that crops have: the mean of a channel over the object's pixels."""
    return TargetSpec(_TARGET, "regression", channel, "counts", _TARGET)
