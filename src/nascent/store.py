"""Examples on disk: one HDF5 format for the examples of a part and for the shards made of them.

Layout: one dataset an array of an example, one chunk an example: `inputs/<name>`,
`masks/<input>/measured`, `masks/<input>/<region>`, `targets/<name>`, `weights/<target>`; single
numbers an example lie together. Group `examples` has one dataset a column of the table, `id` and
`group` among them. The attributes say format, version, specifications, codec and provenance.
Values are stored as measured, zero where they were not: background, clipping and scaling are
applied when they are read (`nascent.shards.normalise`). Version 1 is still read.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
import pandas as pd

from nascent import store_v1
from nascent.errors import StoreError, did_you_mean
from nascent.examples import InputSpec, TargetSpec
from nascent.hdf5 import Hdf5Reader
from nascent.store_images import Images
from nascent.store_layout import (
    EXAMPLES,
    FORMAT,
    VERSION,
    Layout,
    input_path,
    mask_path,
    target_path,
    weight_path,
)
from nascent.store_tables import ExamplesTable


def open_store(path: str | Path) -> "Store":
    """Open a store or shard for reading; use it in a `with` statement or `close()` it.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, or not a store.
    """
    return Store(path)


class Store(Hdf5Reader, Images):
    """Examples with their inputs, masks, targets and table.

    Attributes
    ----------
    path : Path
    layout : Layout
        What each example holds.
    examples : pandas.DataFrame
        One row an example in the order of the arrays; the index is `id`.
    attributes : dict
        What the file says of itself: format, version, codec, provenance and what its stage added.
    """

    noun = "store"
    formats: ClassVar = {FORMAT: VERSION, store_v1.FORMAT_1: 1}

    def read_parts(self, file: h5py.File) -> None:
        """Find table, layout and datasets."""
        if self.attributes["format"] == FORMAT:
            self._table = ExamplesTable(file[EXAMPLES])
            self.layout = _layout_of(file, self.attributes)
            datasets: Mapping[str, str] = {}
        else:
            self._table = store_v1.CellsTable(file["cells"])
            self.layout = store_v1.layout_of(file, self.attributes, self._table.names)
            datasets = store_v1.DATASETS
        self._datasets: dict[str, h5py.Dataset] = {
            path: file[datasets.get(path, path)] for path in self.layout.forms
        }
        self._datasets |= {mask: self._datasets[other] for mask, other in self.layout.same.items()}
        self._refuse_other_shapes()

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """The inputs of an example, in order."""
        return self.layout.inputs

    @property
    def targets(self) -> tuple[TargetSpec, ...]:
        """The targets of an example, in order."""
        return self.layout.targets

    @property
    def column_names(self) -> list[str]:
        """Columns of the table beside `id`, in order."""
        return self._table.names

    @cached_property
    def examples(self) -> pd.DataFrame:
        """The table, read when it is first asked for; the store has to be open then."""
        return self.columns(self.column_names)

    def columns(self, names: Sequence[str]) -> pd.DataFrame:
        """Return some columns of the table alone; the index is `id`.

        Raises
        ------
        StoreError
            Where there is no such column; the nearest is named.
        """
        for name in names:
            if name not in self._table.names:
                raise StoreError(
                    f"the table has no column {name!r}",
                    where=self.path,
                    mend=did_you_mean(name, self._table.names),
                )
        return self._table.read(names)

    def __len__(self) -> int:
        return len(next(iter(self._datasets.values())))

    def array(self, path: str, index: int) -> np.ndarray:
        """Return one array of an example, by a path of its layout."""
        dataset = self._dataset(path)
        if not -len(self) <= index < len(self):
            raise IndexError(f"example {index} of a store of {len(self)}")
        index %= len(self)
        return self._numbers(path)[index] if dataset.ndim == 1 else dataset[index]

    def array_into(self, path: str, index: int, out: np.ndarray) -> None:
        """Read one array of an example into memory at hand, of the same shape and type."""
        # A whole contiguous array, which HDF5 fills in one run; a selection in a larger one it
        # walks line by line, several times slower.
        self._dataset(path).read_direct(out, np.s_[index])

    def example(self, index: int) -> dict[str, np.ndarray]:
        """Return all arrays of an example: path → array; masks that are links are left out."""
        return {path: self.array(path, index) for path in self.layout.forms}

    def measured(self, index: int, name: str | None = None) -> np.ndarray | None:
        """Return where the values of an input were measured, bool; None where everywhere.

        Parameters
        ----------
        index
            Of the example.
        name
            Of the input; None for the first.
        """
        spec = self.input(name)
        return self.array(mask_path(spec.name), index) if spec.measured else None

    def input(self, name: str | None = None) -> InputSpec:
        """Return an input by its name, the first where none is given.

        Raises
        ------
        StoreError
            Where there is no such input; the nearest is named.
        """
        named = {one.name: one for one in self.inputs}
        if name is None:
            return self.inputs[0]
        if name not in named:
            raise StoreError(
                f"there is no input {name!r}", where=self.path, mend=did_you_mean(name, named)
            )
        return named[name]

    def compressed(self, path: str, index: int) -> tuple[int, bytes]:
        """Return the chunk of an example's array, as (filters left out, stored bytes).

        HDF5 leaves the compression of a chunk out where it would not make it smaller, and says so
        in a bit mask that belongs to the bytes.
        """
        dataset = self._dataset(path)
        return dataset.id.read_direct_chunk((index, *[0] * (dataset.ndim - 1)))

    def _dataset(self, path: str) -> h5py.Dataset:
        try:
            return self._datasets[path]
        except KeyError:
            raise StoreError(
                f"an example has no {path}",
                where=self.path,
                mend=did_you_mean(path, self._datasets),
            ) from None

    def _numbers(self, path: str) -> np.ndarray:
        if path not in self._read_numbers:
            self._read_numbers[path] = self._datasets[path][:]
        return self._read_numbers[path]

    @cached_property
    def _read_numbers(self) -> dict[str, np.ndarray]:
        return {}

    def _refuse_other_shapes(self) -> None:
        for path, form in self.layout.forms.items():
            shape = self._datasets[path].shape
            if shape != (len(self), *form.shape):
                raise StoreError(
                    f"{path} has shape {shape}, and the specification says"
                    f" {(len(self), *form.shape)}",
                    where=self.path,
                    mend="Make the store again.",
                )


def _layout_of(file: h5py.File, attributes: Mapping[str, Any]) -> Layout:
    inputs = tuple(InputSpec.from_plain(one) for one in json.loads(attributes["inputs"]))
    targets = tuple(TargetSpec.from_plain(one) for one in json.loads(attributes["targets"]))
    arrays = [target.name for target in targets if target.column is None]
    masks = [mask_path(one.name, mask) for one in inputs for mask in one.masks]
    links = {mask: file.get(mask, getlink=True) for mask in masks}
    return Layout(
        inputs,
        {one.name: file[input_path(one.name)].dtype for one in inputs}
        | {name: file[target_path(name)].dtype for name in arrays},
        targets,
        shapes={name: file[target_path(name)].shape[1:] for name in arrays},
        weights={
            target.name: file[weight_path(target.name)].shape[1:]
            for target in targets
            if weight_path(target.name) in file
        },
        same={
            mask: link.path.lstrip("/")
            for mask, link in links.items()
            if isinstance(link, h5py.SoftLink)
        },
    )
