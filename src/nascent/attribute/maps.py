"""Attribution maps on disk: one HDF5 file a shard, chunked by cell, lossless.

Layout: `maps` (n, S, S, C) float32 and `masks` (n, S, S) bool, one chunk a cell; `cell_id`,
`prediction`, `prediction_baseline` and `completeness_gap` (NaN where the method has none), one
value a cell. The attributes say format, version, channels, method with its options and seed, the
SHA-256 of the model and of the shard the maps were made from, and provenance.
"""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
import pandas as pd

from nascent.attribute.results import Attributions
from nascent.errors import StoreError
from nascent.hdf5 import hdf5_written, open_hdf5
from nascent.store import CODECS

FORMAT = "nascent-maps"
VERSION = 1
COLUMNS = ("prediction", "prediction_baseline", "completeness_gap")


@dataclass(frozen=True)
class MapSource:
    """What a map file was made from, and how.

    Attributes
    ----------
    channels : tuple of str
        The model's input channels, in the order of the last map axis.
    method : str
        Name in `nascent.attribute.methods`.
    options : mapping
        The method's options, all of them.
    seed : int
    model_sha256, shard_sha256 : str
        Digests of the two files.
    """

    channels: tuple[str, ...]
    method: str
    options: Mapping[str, Any]
    seed: int
    model_sha256: str
    shard_sha256: str


def open_maps(path: str | Path) -> "Maps":
    """Open a map file for reading; use it in a `with` statement or `close()` it.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, or no map file.
    """
    return Maps(path)


class Maps:
    """Attribution maps of the cells of one shard.

    Attributes
    ----------
    path : Path
    source : MapSource
    channels : list of str
        In the order of the last map axis.
    cells : pandas.DataFrame
        Columns `prediction`, `prediction_baseline`, `completeness_gap`; the index is `cell_id`.
    cell_ids : list
    size : int
        Edge S of a map, in pixels.
    provenance : dict
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = open_hdf5(self.path)
        try:
            attributes = self._file.attrs
            if attributes.get("format") != FORMAT:
                raise StoreError(
                    f"this HDF5 file holds no maps (format: {attributes.get('format')})",
                    where=path,
                )
            if attributes["version"] > VERSION:
                raise StoreError(
                    f"the maps have version {attributes['version']}, this nascent reads up to"
                    f" {VERSION}",
                    where=path,
                    mend="Update nascent.",
                )
            source = json.loads(attributes["source"])
            self.source = MapSource(**{**source, "channels": tuple(source["channels"])})
            self.provenance: dict[str, Any] = json.loads(attributes["provenance"])
            self._maps: h5py.Dataset = self._file["maps"]
            self._masks: h5py.Dataset = self._file["masks"]
            self.cells = pd.DataFrame(
                {name: self._file[name][:] for name in COLUMNS},
                index=pd.Index(_read_ids(self._file["cell_id"]), name="cell_id"),
            )
        except KeyError as error:
            self._file.close()
            raise StoreError(f"a part of the map file is missing ({error})", where=path) from error
        except BaseException:
            self._file.close()
            raise
        self.channels = list(self.source.channels)
        self.cell_ids: list[Hashable] = self.cells.index.tolist()
        self.size: int = self._maps.shape[1]

    def __len__(self) -> int:
        return self._maps.shape[0]

    def __getitem__(self, index: int) -> np.ndarray:
        """Return the map (S, S, C) float32 of one cell."""
        return self._maps[self._position(index)]

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[index] for index in range(len(self)))

    def mask(self, index: int) -> np.ndarray:
        """Return the measured pixels (S, S) bool of one cell."""
        return self._masks[self._position(index)]

    def compressed(self, index: int) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """Return the chunks of a cell's map and mask, each as (filters left out, stored bytes)."""
        return (
            self._maps.id.read_direct_chunk((index, 0, 0, 0)),
            self._masks.id.read_direct_chunk((index, 0, 0)),
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _position(self, index: int) -> int:
        if not -len(self) <= index < len(self):
            raise IndexError(f"cell {index} of {len(self)} maps")
        return index % len(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def write_maps(
    path: str | Path,
    attributions: Attributions,
    *,
    cell_ids: Sequence[Hashable],
    masks: np.ndarray,
    source: MapSource,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the maps of some cells, with their masks (n, S, S), as one map file."""
    count, size = attributions.maps.shape[:2]
    cells = pd.DataFrame(
        {name: getattr(attributions, name) for name in COLUMNS},
        index=pd.Index(cell_ids, name="cell_id"),
    )
    with _created(path, count, size, cells, source, record) as file:
        for cell in range(count):
            file["maps"][cell] = attributions.maps[cell]
            file["masks"][cell] = masks[cell]


def join_maps(
    paths: Iterable[str | Path],
    path: str | Path,
    *,
    size: int,
    source: MapSource,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the cells of several map files, in their order, as one file, without decoding them.

    `size` is the edge S of the maps, in pixels: with no file to join an empty file is written.

    Raises
    ------
    StoreError
        Where a file was made from another source.
    """
    parts = [Path(part) for part in paths]
    tables = [pd.DataFrame(columns=COLUMNS, dtype=float).rename_axis("cell_id")]
    for part in parts:
        with open_maps(part) as maps:
            if maps.source != source:
                raise StoreError("these maps were made from something else", where=part)
            tables.append(maps.cells)
    cells = pd.concat(tables[1:] or tables)
    with _created(path, len(cells), size, cells, source, record) as file:
        first = 0
        for part in parts:
            with open_maps(part) as maps:
                for index in range(len(maps)):
                    (values_skips, values), (mask_skips, mask) = maps.compressed(index)
                    file["maps"].id.write_direct_chunk((first, 0, 0, 0), values, values_skips)
                    file["masks"].id.write_direct_chunk((first, 0, 0), mask, mask_skips)
                    first += 1


@contextmanager
def _created(
    path: str | Path,
    count: int,
    size: int,
    cells: pd.DataFrame,
    source: MapSource,
    record: Mapping[str, Any] | None,
) -> Iterator[h5py.File]:
    shape = (count, size, size, len(source.channels))
    codec = CODECS["blosc"]
    with hdf5_written(path) as (file, _):
        file.attrs["format"], file.attrs["version"] = FORMAT, VERSION
        file.attrs["source"] = json.dumps(asdict(source), sort_keys=True)
        file.attrs["provenance"] = json.dumps(record or {}, sort_keys=True)
        # An empty dataset cannot have chunks of one cell.
        chunks = {"maxshape": (None, *shape[1:]), "chunks": (1, *shape[1:]), **codec}
        file.create_dataset("maps", shape, np.float32, **chunks)
        chunks = {"maxshape": (None, *shape[1:3]), "chunks": (1, *shape[1:3]), **codec}
        file.create_dataset("masks", shape[:3], bool, **chunks)
        if pd.api.types.is_integer_dtype(cells.index.dtype):
            file.create_dataset("cell_id", data=cells.index.to_numpy(np.int64))
        else:
            text = [str(cell_id) for cell_id in cells.index]
            file.create_dataset("cell_id", data=text, dtype=h5py.string_dtype())
        for name in COLUMNS:
            file.create_dataset(name, data=cells[name].to_numpy(np.float64))
        yield file


def _read_ids(dataset: h5py.Dataset) -> np.ndarray | list[str]:
    if h5py.check_string_dtype(dataset.dtype):
        return list(dataset.asstr()[:]) if len(dataset) else []
    return dataset[:]
