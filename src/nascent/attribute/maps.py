"""Attribution maps on disk: one HDF5 file a shard, chunked by cell, with the rounding told.

Layout: `maps` and `masks`, one chunk a cell, and one value a cell of `scale`, `id` and of each
column below; a map is `maps` · `scale`. Masks are (n, places …) bool, (n, S, S) of images in a
plane; the shape of maps follows from the method's axes: `pixel` (n, places …, C), `space`
(n, places …, 1), `channel` (n, 1 …, C). As float16 each map is scaled by a power of two so that its
largest magnitude lies between 2¹⁴ and 2¹⁵: nothing overflows, and down to a billionth of the
largest nothing loses more than the 11 bits of float16 do. `loss` is the largest rounding error over
the largest magnitude, of the cell as stored. The attributes say format, version, axes, channels,
method with its options, target and seed, the SHA-256 of the model and of the shard the maps were
made from, and provenance.

Version 1, still read, held float32 maps of the axes `pixel`, without scales, steps and loss.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
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
from nascent.store_layout import CODECS

FORMAT = "nascent-maps"
VERSION = 2
COLUMNS: Mapping[str, type] = {
    "prediction": np.float64,
    "prediction_baseline": np.float64,
    "completeness_gap": np.float64,
    "steps": np.int64,
    "converged": np.bool_,
    "loss": np.float64,
}
Places = tuple[int, ...]
"""Pixels of an image along each axis of places."""
AXES: Mapping[str, Callable[[Places, int], tuple[int, ...]]] = {
    "pixel": lambda places, channels: (*places, channels),
    "space": lambda places, channels: (*places, 1),
    "channel": lambda places, channels: (*[1] * len(places), channels),
}
"""Kind of map → its shape, by the places of an image and its number of input channels."""
PRECISIONS = ("float16", "float32")

# Of float16 the largest finite number is 65504 and the smallest normal one 2⁻¹⁴; of float32 the
# smallest normal one is 2⁻¹²⁶.
_LARGEST, _LEAST_SCALE = 15, -126


@dataclass(frozen=True)
class MapSource:
    """What a map file was made from, and how.

    Attributes
    ----------
    channels : tuple of str
        The model's input channels, in their order.
    method : str
        Name in `nascent.attribute.method.known_methods`.
    options : mapping
        The method's options, all of them.
    seed : int
    model_sha256, shard_sha256 : str
        Digests of the two files.
    axes : str
        In AXES.
    target : int
        Column of the model's outputs that is explained.
    precision : str
        Of the stored maps, in PRECISIONS.
    """

    channels: tuple[str, ...]
    method: str
    options: Mapping[str, Any]
    seed: int
    model_sha256: str
    shard_sha256: str
    axes: str = "pixel"
    target: int = 0
    precision: str = "float32"

    def map_shape(self, places: Places) -> tuple[int, ...]:
        """Return the shape of a map of images of such places."""
        return AXES[self.axes](places, len(self.channels))


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
    axes : str
        Kind of map, in AXES.
    channels : list of str
        Along the last map axis: the model's inputs, or `all` where a map has places alone.
    cells : pandas.DataFrame
        Columns as in COLUMNS; the index is `id`.
    ids : list
    scales : (n,) float64
        What the stored map of each cell is multiplied by when it is read.
    places : tuple of int
        Pixels of an image along each axis of places: (S, S) of crops.
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
            columns = _first_version if attributes["version"] == 1 else _columns
            self.cells = pd.DataFrame(
                columns(self._file, self.source),
                index=pd.Index(_read_ids(self._file["id"]), name="id"),
            )
            self.scales: np.ndarray = (
                np.ones(len(self._maps)) if attributes["version"] == 1 else self._file["scale"][:]
            )
        except KeyError as error:
            self._file.close()
            raise StoreError(f"a part of the map file is missing ({error})", where=path) from error
        except BaseException:
            self._file.close()
            raise
        self.axes = self.source.axes
        self.channels = ["all"] if self.axes == "space" else list(self.source.channels)
        self.ids: list[Hashable] = self.cells.index.tolist()
        self.places: Places = self._masks.shape[1:]

    def __len__(self) -> int:
        return self._maps.shape[0]

    def __getitem__(self, index: int) -> np.ndarray:
        """Return the map (places …, K) float32 of one cell."""
        position = self._position(index)
        return _unscaled(self._maps[position], self.scales[position])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[index] for index in range(len(self)))

    def mask(self, index: int) -> np.ndarray:
        """Return the measured pixels (places …) bool of one cell."""
        return self._masks[self._position(index)]

    def compressed(self, index: int) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """Return the chunks of a cell's map and mask, each as (filters left out, stored bytes)."""
        return (
            self._maps.id.read_direct_chunk(_chunk(self._maps, index)),
            self._masks.id.read_direct_chunk(_chunk(self._masks, index)),
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
    ids: Sequence[Hashable],
    masks: np.ndarray,
    source: MapSource,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the maps of some cells, with their masks (n, places …), as one map file.

    Raises
    ------
    StoreError
        Where the maps have another shape than the source's axes give.
    """
    count, *places = masks.shape
    wanted = source.map_shape(tuple(places))
    if attributions.maps.shape != (count, *wanted):
        raise StoreError(
            f"maps of the axes {source.axes!r} have the shape {wanted} a cell;"
            f" these are {attributions.maps.shape}",
            where=path,
        )
    scales = np.array([_scale(values, source.precision) for values in attributions.maps])
    # Rounded once for the loss and once to be written: the maps of a file need not fit in memory
    # twice.
    loss = [
        _loss(values, _unscaled(_rounded(values, scale, source.precision), scale))
        for values, scale in zip(attributions.maps, scales, strict=True)
    ]
    told = {name: getattr(attributions, name) for name in COLUMNS if name != "loss"}
    cells = pd.DataFrame(told | {"loss": loss}, index=pd.Index(ids, name="id"))
    with _created(path, tuple(places), cells, scales, source, record) as file:
        for cell, values in enumerate(attributions.maps):
            file["maps"][cell] = _rounded(values, scales[cell], source.precision)
            file["masks"][cell] = masks[cell]


def join_maps(
    paths: Iterable[str | Path],
    path: str | Path,
    *,
    places: Places,
    source: MapSource,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the cells of several map files, in their order, as one file, without decoding them.

    `places` are those of the images: with no file to join an empty file is written.

    Raises
    ------
    StoreError
        Where a file was made from another source.
    """
    parts = [Path(part) for part in paths]
    tables = [pd.DataFrame(columns=list(COLUMNS), dtype=float).rename_axis("id")]
    scales = [np.empty(0)]
    for part in parts:
        with open_maps(part) as maps:
            if maps.source != source:
                raise StoreError("these maps were made from something else", where=part)
            tables.append(maps.cells)
            scales.append(maps.scales)
    cells = pd.concat(tables[1:] or tables)
    with _created(path, places, cells, np.concatenate(scales), source, record) as file:
        first = 0
        for part in parts:
            with open_maps(part) as maps:
                for index in range(len(maps)):
                    (values_skips, values), (mask_skips, mask) = maps.compressed(index)
                    for name, stored, skips in (
                        ("maps", values, values_skips),
                        ("masks", mask, mask_skips),
                    ):
                        at = _chunk(file[name], first)
                        file[name].id.write_direct_chunk(at, stored, skips)
                    first += 1


@contextmanager
def _created(
    path: str | Path,
    places: Places,
    cells: pd.DataFrame,
    scales: np.ndarray,
    source: MapSource,
    record: Mapping[str, Any] | None,
) -> Iterator[h5py.File]:
    codec = CODECS["blosc"]
    with hdf5_written(path) as (file, _):
        file.attrs["format"], file.attrs["version"] = FORMAT, VERSION
        file.attrs["axes"] = source.axes
        file.attrs["source"] = json.dumps(asdict(source), sort_keys=True)
        file.attrs["provenance"] = json.dumps(record or {}, sort_keys=True)
        for name, shape, dtype in (
            ("maps", source.map_shape(places), source.precision),
            ("masks", places, bool),
        ):
            # An empty dataset cannot have chunks of one cell.
            chunks = {"maxshape": (None, *shape), "chunks": (1, *shape), **codec}
            file.create_dataset(name, (len(cells), *shape), dtype, **chunks)
        file.create_dataset("scale", data=scales.astype(np.float64))
        if pd.api.types.is_integer_dtype(cells.index.dtype):
            file.create_dataset("id", data=cells.index.to_numpy(np.int64))
        else:
            text = [str(example_id) for example_id in cells.index]
            file.create_dataset("id", data=text, dtype=h5py.string_dtype())
        for name, dtype in COLUMNS.items():
            file.create_dataset(name, data=cells[name].to_numpy(dtype))
        yield file


def _chunk(dataset: h5py.Dataset, index: int) -> tuple[int, ...]:
    """Return where the chunk of a cell begins."""
    return (index, *[0] * (dataset.ndim - 1))


def _scale(values: np.ndarray, precision: str) -> float:
    """Return the power of two a map is divided by: division and product then round nothing."""
    peak = float(np.abs(values).max(initial=0))
    if precision == "float32" or peak == 0 or not np.isfinite(peak):
        return 1.0
    return 2.0 ** max(int(np.frexp(peak)[1]) - _LARGEST, _LEAST_SCALE)


def _rounded(values: np.ndarray, scale: float, precision: str) -> np.ndarray:
    return (values / np.float32(scale)).astype(precision)


def _unscaled(stored: np.ndarray, scale: float) -> np.ndarray:
    found = stored.astype(np.float32, copy=False)
    return found if scale == 1 else found * np.float32(scale)


def _loss(values: np.ndarray, read: np.ndarray) -> float:
    """Return the largest rounding error over the largest magnitude; 0 for a zero map."""
    peak = float(np.abs(values).max(initial=0))
    return float(np.abs(read - values).max() / peak) if peak else 0.0


def _columns(file: h5py.File, source: MapSource) -> dict[str, np.ndarray]:
    return {name: file[name][:] for name in COLUMNS}


def _first_version(file: h5py.File, source: MapSource) -> dict[str, np.ndarray]:
    told = {name: file[name][:] for name in ("prediction", "prediction_baseline")}
    told["completeness_gap"] = file["completeness_gap"][:]
    count = len(told["prediction"])
    return told | {
        "steps": np.full(count, source.options.get("steps", 0)),
        "converged": np.ones(count, bool),
        "loss": np.zeros(count),
    }


def _read_ids(dataset: h5py.Dataset) -> np.ndarray | list[str]:
    if h5py.check_string_dtype(dataset.dtype):
        return list(dataset.asstr()[:]) if len(dataset) else []
    return dataset[:]
