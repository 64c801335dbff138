"""Writing a store, example by example."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import h5py
import numpy as np
import pandas as pd
from numcodecs.blosc import Blosc

from nascent.errors import StoreError, did_you_mean
from nascent.files import explained
from nascent.hdf5 import hdf5_written
from nascent.store_layout import CODECS, EXAMPLES, FORMAT, VERSION, ArrayForm, Layout
from nascent.store_tables import write_examples

if TYPE_CHECKING:
    from nascent.store import Store

_BLOSC = Blosc(cname="lz4", clevel=5, shuffle=Blosc.BITSHUFFLE)

Packed = Mapping[str, bytes | np.ndarray]
"""One example as `StoreWriter.pack` makes it: frames, or copies where HDF5 is to compress."""


class StoreWriter:
    """Write a store; the file takes its final name when the `with` block ends well.

    Parameters
    ----------
    path
        The final name.
    layout
        What each example holds.
    codec
        `blosc` (bitshuffle and LZ4) or `gzip`.
    record
        The provenance record, see `nascent.provenance.record`.
    attributes
        What else the file shall say of itself: plain values.

    Attributes
    ----------
    examples : pandas.DataFrame or None
        The table, to be set before the block ends: index or column `id`, column `group`, others.
    """

    def __init__(
        self,
        path: str | Path,
        layout: Layout,
        *,
        codec: str = "blosc",
        record: Mapping[str, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        if codec not in CODECS:
            raise StoreError(f"unknown codec {codec!r}", mend=did_you_mean(codec, CODECS))
        self.path, self.layout, self.codec = Path(path), layout, codec
        self.examples: pd.DataFrame | None = None
        self._attributes = {
            **(attributes or {}),
            "format": FORMAT,
            "version": VERSION,
            "codec": codec,
            **layout.to_attributes(),
            "provenance": json.dumps(record or {}, sort_keys=True),
        }
        self._count = 0
        self._reserved: set[int] = set()
        self._numbers: dict[str, dict[int, Any]] = {
            path: {} for path, form in layout.forms.items() if not form.shape
        }
        self._agreeing: Store | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._file, self._sink = stack.enter_context(hdf5_written(self.path))
            self._file.attrs.update(self._attributes)
            self._datasets = {
                path: self._new_dataset(path, form)
                for path, form in self.layout.forms.items()
                if form.shape
            }
            for mask, other in self.layout.same.items():
                self._file[mask] = h5py.SoftLink(f"/{other}")
            self._stack = stack.pop_all()
        return self

    def __len__(self) -> int:
        return self._count

    def append(self, example: Mapping[str, np.ndarray]) -> None:
        """Add an example: path → array, as `Layout.forms` lists them."""
        self.append_packed(self.pack(example))

    def pack(self, example: Mapping[str, np.ndarray]) -> Packed:
        """Make an example ready to be appended; the arrays may be used anew afterwards.

        HDF5 compresses one chunk at a time under its one lock. This does not touch it, so several
        threads can pack at once; the frames are those that HDF5's own filter writes and reads.

        Raises
        ------
        StoreError
            Where an array is missing, unknown, or of another shape.
        """
        forms = self.layout.forms
        for path in example.keys() - forms.keys():
            raise StoreError(
                f"there is no place for {path}", where=self.path, mend=did_you_mean(path, forms)
            )
        return {path: self._packed(example, path, form) for path, form in forms.items()}

    def append_packed(self, example: Packed) -> None:
        """Add an example that `pack` has made ready."""
        self._put(self._grow(1)[0], example)

    def reserve(self, examples: int) -> None:
        """Make room for examples that come in any order, behind the last one."""
        self._reserved.update(range(*self._grow(examples)))

    def put(self, place: int, example: Mapping[str, np.ndarray]) -> None:
        """Write the example of a reserved place."""
        self._put(place, self.pack(example))

    def copy_to(self, place: int, store: "Store", index: int) -> None:
        """Write the example of a reserved place by another store's chunks, without decoding them.

        Raises
        ------
        StoreError
            Where the two stores differ in what they hold, or in codec.
        """
        self._refuse_other(store)
        for path, form in self.layout.forms.items():
            if form.shape:
                skipped, chunk = store.compressed(path, index)
                self._datasets[path].id.write_direct_chunk(_first_of(place, form), chunk, skipped)
            else:
                self._numbers[path][place] = store.array(path, index)
        self._written(place)

    def copy_from(self, store: "Store", index: int) -> None:
        """Add an example of another store, as `copy_to` does."""
        self.copy_to(self._grow(1)[0], store, index)

    def _new_dataset(self, path: str, form: ArrayForm) -> h5py.Dataset:
        return self._file.create_dataset(
            path,
            shape=(0, *form.shape),
            maxshape=(None, *form.shape),
            chunks=(1, *form.shape),
            dtype=form.dtype,
            **CODECS[self.codec],
        )

    def _packed(
        self, example: Mapping[str, np.ndarray], path: str, form: ArrayForm
    ) -> bytes | np.ndarray:
        if path not in example:
            raise StoreError(f"an example lacks {path}", where=self.path)
        values = np.asarray(example[path], form.dtype, order="C")
        if values.shape != form.shape:
            raise StoreError(
                f"{path} of an example has shape {values.shape}, not {form.shape}", where=self.path
            )
        if self.codec != "blosc" or not form.shape:
            return values.copy()
        return _BLOSC.encode(values.view(np.uint8) if form.dtype == bool else values)

    def _refuse_other(self, store: "Store") -> None:
        if store is self._agreeing:
            return
        difference = self.layout.difference(store.layout)
        if difference is None and self.layout != store.layout:
            difference = "types of values, or which masks are the same,"
        if difference is None and self.codec != store.attributes["codec"]:
            difference = "codec"
        if difference is not None:
            raise StoreError(
                f"the {difference} differ from those of {self.path.name}",
                where=store.path,
                mend="Stores that are joined must agree.",
            )
        self._agreeing = store

    def _put(self, place: int, example: Packed) -> None:
        for path, form in self.layout.forms.items():
            if not form.shape:
                self._numbers[path][place] = example[path]
            elif self.codec == "blosc":
                self._datasets[path].id.write_direct_chunk(_first_of(place, form), example[path])
            else:
                self._datasets[path][place] = example[path]
        self._written(place)

    def _grow(self, more: int) -> tuple[int, int]:
        first, self._count = self._count, self._count + more
        for dataset in self._datasets.values():
            if self._count > dataset.shape[0]:
                # Doubling: to resize costs as much as to write an example.
                dataset.resize(max(self._count, 2 * first), axis=0)
        return first, self._count

    def _written(self, place: int) -> None:
        self._reserved.discard(place)
        with explained(self.path):
            self._sink.check()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        if error is not None:
            return self._stack.__exit__(kind, error, trace)
        with self._stack:
            if self.examples is None or len(self.examples) != self._count:
                rows = "no" if self.examples is None else len(self.examples)
                raise StoreError(
                    f"the table has {rows} rows for {self._count} examples", where=self.path
                )
            if self._reserved:
                # They would read as examples of which nothing was measured.
                raise StoreError(
                    f"{len(self._reserved)} of {self._count} places have no example",
                    where=self.path,
                )
            for dataset in self._datasets.values():
                dataset.resize(self._count, axis=0)
            for path, values in self._numbers.items():
                ordered = [values[place] for place in range(self._count)]
                self._file[path] = np.array(ordered, self.layout.forms[path].dtype)
            write_examples(self._file.create_group(EXAMPLES), self.examples)
        return None


def _first_of(place: int, form: ArrayForm) -> tuple[int, ...]:
    """Return where the chunk of an example begins."""
    return (place, *(0 for _ in form.shape))
