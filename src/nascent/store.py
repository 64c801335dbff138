"""Nucleus crops on disk: one HDF5 format for a well's crops and for the shards made of them.

Layout: `images` (n, S, S, C) in the dtype as measured, `masks` (n, S, S) bool, both one chunk a
cell; group `cells` with one dataset a column of the cell table, a slash in its name kept as `%2F`
(`nascent.names.hdf5_key`); the attributes say format, version, channels, codec and provenance.
Unmeasured pixels are zero. Pixels are stored as measured: background, clipping and scaling are
applied when they are read (`nascent.shards.normalise`).
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import hdf5plugin
import numpy as np
import pandas as pd
from numcodecs.blosc import Blosc

from nascent.errors import StoreError, did_you_mean
from nascent.files import explained
from nascent.hdf5 import hdf5_written, open_hdf5
from nascent.names import hdf5_key

FORMAT = "nascent-crops"
VERSION = 1
_BLOSC = Blosc(cname="lz4", clevel=5, shuffle=Blosc.BITSHUFFLE)
CODECS: Mapping[str, Mapping[str, Any]] = {
    "blosc": dict(hdf5plugin.Blosc(cname="lz4", clevel=5, shuffle=hdf5plugin.Blosc.BITSHUFFLE)),
    # Readable by every HDF5 library without plugins, several times slower.
    "gzip": {"compression": "gzip", "compression_opts": 4, "shuffle": True},
}


def open_store(path: str | Path) -> "Store":
    """Open a crop store or shard for reading; use it in a `with` statement or `close()` it.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, or not a store.
    """
    return Store(path)


class Store:
    """Crops of nuclei with their masks, channels and cell table.

    Attributes
    ----------
    path : Path
    channels : list of str
        Names in the order of the last image axis.
    cells : pandas.DataFrame
        One row a cell in the order of the images; the index is `cell_id`.
    size : int
        Edge S of a crop, in pixels.
    dtype : numpy.dtype
        Of the images, as measured.
    attributes : dict
        What the file says of itself: format, version, codec, provenance and what its stage added.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = open_hdf5(self.path)
        try:
            self.attributes = {key: _plain(value) for key, value in self._file.attrs.items()}
            if self.attributes.get("format") != FORMAT:
                raise StoreError(
                    f"this HDF5 file is no crop store (format: {self.attributes.get('format')})",
                    where=path,
                )
            if self.attributes["version"] > VERSION:
                raise StoreError(
                    f"the store has version {self.attributes['version']}, this nascent reads"
                    f" up to {VERSION}",
                    where=path,
                    mend="Update nascent.",
                )
            self.channels: list[str] = json.loads(self.attributes["channels"])
            self._images: h5py.Dataset = self._file["images"]
            self._masks: h5py.Dataset = self._file["masks"]
            self._cells: h5py.Group = self._file["cells"]
            self._names: list[str] = json.loads(self._cells.attrs["columns"])
            there = set(self._cells)
            if lost := [name for name in self._names if not {hdf5_key(name), name} & there]:
                raise KeyError(f"columns of the cell table: {sorted(lost)}")
            if "cell_id" not in there:
                raise KeyError("column cell_id of the cell table")
        except KeyError as error:
            self._file.close()
            raise StoreError(f"a part of the store is missing ({error})", where=path) from error
        except BaseException:
            self._file.close()
            raise
        self.size: int = self._images.shape[1]
        self.dtype: np.dtype = self._images.dtype

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cell table, read when it is first asked for; the store has to be open then."""
        return self.columns(self._names)

    def columns(self, names: Sequence[str]) -> pd.DataFrame:
        """Return some columns of the cell table alone; the index is `cell_id`."""
        return _read_cells(self._cells, names)

    def __len__(self) -> int:
        return self._images.shape[0]

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the image (S, S, C) in the raw dtype and the mask (S, S) bool of one cell."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"cell {index} of a store of {len(self)}")
        index %= len(self)
        return self._images[index], self._masks[index]

    def read(self, which: Sequence[int] | np.ndarray | slice) -> tuple[np.ndarray, np.ndarray]:
        """Return images (n, S, S, C) and masks (n, S, S) of several cells, in the order asked."""
        indices = np.arange(len(self))[which] if isinstance(which, slice) else np.asarray(which)
        images = np.empty((len(indices), *self._images.shape[1:]), self.dtype)
        masks = np.empty((len(indices), *self._masks.shape[1:]), bool)
        # A chunk is a cell: one read each costs no more than a selection, and keeps any order.
        for index, image, mask in zip(indices, images, masks, strict=True):
            self.read_into(int(index), image, mask)
        return images, masks

    def read_into(self, index: int, image: np.ndarray, mask: np.ndarray) -> None:
        """Read one cell into memory at hand: image (S, S, C) in the raw dtype, mask (S, S) bool."""
        # A whole contiguous array, which HDF5 fills in one run; a selection in a larger one it
        # walks line by line, several times slower.
        self._images.read_direct(image, np.s_[index])
        self._masks.read_direct(mask, np.s_[index])

    def mask(self, index: int) -> np.ndarray:
        """Return the measured pixels (S, S) bool of one cell, without reading its image."""
        return self._masks[index]

    def channel_index(self, channel: str) -> int:
        """Return the position of a channel on the last image axis.

        Raises
        ------
        StoreError
            Where there is no such channel; the nearest is named.
        """
        try:
            return self.channels.index(channel)
        except ValueError:
            raise StoreError(
                f"there is no channel {channel!r}",
                where=self.path,
                mend=did_you_mean(channel, self.channels),
            ) from None

    def compressed(self, index: int) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """Return the chunks of a cell's image and mask, each as (filters left out, stored bytes).

        HDF5 leaves the compression of a chunk out where it would not make it smaller, and says so
        in a bit mask that belongs to the bytes.
        """
        image = self._images.id.read_direct_chunk((index, 0, 0, 0))
        mask = self._masks.id.read_direct_chunk((index, 0, 0))
        return image, mask

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


@dataclass(frozen=True)
class PackedCell:
    """One cell as `StoreWriter.pack` makes it: frames, or copies where HDF5 is to compress."""

    image: bytes | np.ndarray
    mask: bytes | np.ndarray


class StoreWriter:
    """Write a store cell by cell; the file takes its final name when the `with` block ends well.

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
    codec
        `blosc` (bitshuffle and LZ4) or `gzip`.
    record
        The provenance record, see `nascent.provenance.record`.
    attributes
        What else the file shall say of itself: plain values.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        channels: Sequence[str],
        size: int,
        dtype: np.dtype | type | str,
        codec: str = "blosc",
        record: Mapping[str, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        if codec not in CODECS:
            raise StoreError(f"unknown codec {codec!r}", mend=did_you_mean(codec, CODECS))
        self.path = Path(path)
        self.channels = list(channels)
        self.size, self.dtype, self.codec = size, np.dtype(dtype), codec
        self.cells: pd.DataFrame | None = None
        self._attributes = {
            **(attributes or {}),
            "format": FORMAT,
            "version": VERSION,
            "codec": codec,
            "channels": json.dumps(self.channels),
            "provenance": json.dumps(record or {}, sort_keys=True),
        }
        self._count = 0
        self._reserved: set[int] = set()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._file, self._sink = stack.enter_context(hdf5_written(self.path))
            self._file.attrs.update(self._attributes)
            frame, options = (self.size, self.size), CODECS[self.codec]
            self._images = self._file.create_dataset(
                "images",
                shape=(0, *frame, len(self.channels)),
                maxshape=(None, *frame, len(self.channels)),
                chunks=(1, *frame, len(self.channels)),
                dtype=self.dtype,
                **options,
            )
            self._masks = self._file.create_dataset(
                "masks", (0, *frame), bool, maxshape=(None, *frame), chunks=(1, *frame), **options
            )
            self._stack = stack.pop_all()
        return self

    def __len__(self) -> int:
        return self._count

    def append(self, images: np.ndarray, masks: np.ndarray) -> None:
        """Add cells: images (n, S, S, C) in the store's dtype, masks (n, S, S) bool."""
        for image, mask in zip(images, masks, strict=True):
            self.append_packed(self.pack(image, mask))

    def pack(self, image: np.ndarray, mask: np.ndarray) -> "PackedCell":
        """Make one cell ready to be appended; the arrays may be used anew afterwards.

        HDF5 compresses one chunk at a time under its one lock. This does not touch it, so several
        threads can pack at once; the frames are those that HDF5's own filter writes and reads.
        """
        image = np.ascontiguousarray(image, self.dtype)
        mask = np.ascontiguousarray(mask, bool)
        if self.codec == "blosc":
            return PackedCell(_BLOSC.encode(image), _BLOSC.encode(mask.view(np.uint8)))
        return PackedCell(image.copy(), mask.copy())

    def append_packed(self, cell: "PackedCell") -> None:
        """Add one cell that `pack` has made ready."""
        self._put(self._grow(1)[0], cell)

    def reserve(self, cells: int) -> None:
        """Make room for cells that come in any order, at the places that follow the last one."""
        self._reserved.update(range(*self._grow(cells)))

    def put(self, place: int, image: np.ndarray, mask: np.ndarray) -> None:
        """Write the cell of a reserved place: image (S, S, C) in the store's dtype, mask (S, S)."""
        self._put(place, self.pack(image, mask))

    def copy_to(self, place: int, store: Store, index: int) -> None:
        """Write the cell of a reserved place by another store's chunks, without decoding them.

        Raises
        ------
        StoreError
            Where the two stores differ in channels, size, dtype or codec.
        """
        for what, ours, theirs in (
            ("channels", self.channels, store.channels),
            ("crop size", self.size, store.size),
            ("dtype", self.dtype, store.dtype),
            ("codec", self.codec, store.attributes["codec"]),
        ):
            if ours != theirs:
                raise StoreError(
                    f"the {what} of this store is {theirs}, that of {self.path.name} is {ours}",
                    where=store.path,
                    mend="Stores that are joined must agree.",
                )
        (image_skips, image), (mask_skips, mask) = store.compressed(index)
        self._images.id.write_direct_chunk((place, 0, 0, 0), image, image_skips)
        self._masks.id.write_direct_chunk((place, 0, 0), mask, mask_skips)
        self._written(place)

    def copy_from(self, store: Store, index: int) -> None:
        """Add one cell of another store, as `copy_to` does."""
        self.copy_to(self._grow(1)[0], store, index)

    def _put(self, place: int, cell: "PackedCell") -> None:
        if self.codec == "blosc":
            self._images.id.write_direct_chunk((place, 0, 0, 0), cell.image)
            self._masks.id.write_direct_chunk((place, 0, 0), cell.mask)
        else:
            self._images[place], self._masks[place] = cell.image, cell.mask
        self._written(place)

    def _grow(self, more: int) -> tuple[int, int]:
        first, self._count = self._count, self._count + more
        if self._count > self._images.shape[0]:
            # Doubling: to resize costs as much as to write a cell.
            self._resize(max(self._count, 2 * first))
        return first, self._count

    def _resize(self, cells: int) -> None:
        self._images.resize(cells, axis=0)
        self._masks.resize(cells, axis=0)

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
            if self.cells is None or len(self.cells) != self._count:
                rows = "no" if self.cells is None else len(self.cells)
                raise StoreError(
                    f"the cell table has {rows} rows for {self._count} crops", where=self.path
                )
            if self._reserved:
                # They would read as cells of which nothing was measured.
                raise StoreError(
                    f"{len(self._reserved)} of {self._count} places have no crop", where=self.path
                )
            self._resize(self._count)
            _write_cells(self._file.create_group("cells"), self.cells)
        return None


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _write_cells(group: h5py.Group, cells: pd.DataFrame) -> None:
    if cells.index.name != "cell_id":
        cells = cells.set_index("cell_id")
    group.attrs["columns"] = json.dumps([str(name) for name in cells.columns])
    for name, column in cells.reset_index().items():
        key = hdf5_key(str(name))
        if pd.api.types.is_numeric_dtype(column.dtype):
            group.create_dataset(key, data=column.to_numpy())
        else:
            # Missing text is the empty string, as in the tables.
            text = ["" if pd.isna(value) else str(value) for value in column]
            group.create_dataset(key, data=text, dtype=h5py.string_dtype())


def _read_cells(group: h5py.Group, names: Sequence[str]) -> pd.DataFrame:
    columns = {}
    for name in ["cell_id", *names]:
        # Stores made before names were encoded have them as they are.
        dataset = group[hdf5_key(name) if hdf5_key(name) in group else name]
        if h5py.check_string_dtype(dataset.dtype):
            text = [value or None for value in dataset.asstr()[:]] if len(dataset) else []
            columns[name] = pd.Series(text) if any(text) else pd.Series(text, dtype=object)
        else:
            columns[name] = pd.Series(dataset[:])
    return pd.DataFrame(columns).set_index("cell_id")
