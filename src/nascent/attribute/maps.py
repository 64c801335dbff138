"""Attribution maps on disk: one HDF5 file a shard, chunked by example, with the rounding told.

Layout: for each explained input `maps/<input>` and `masks/<input>`, one chunk a cell, and one value
an example of `scale/<input>` and of each column below, `<column>/<input>`; a map is `maps` ·
`scale`. `id` names the examples. Masks are (n, places …) bool, True where the input was measured;
the shape of maps follows from the method's axes: `entry` (n, places …, C), a score a place and
feature; `place` (n, places …, 1); `feature` (n, 1 …, C). As float16 each map is scaled by a power
of two so that its largest magnitude lies between 2¹⁴ and 2¹⁵: nothing overflows, and down to a
billionth of the largest nothing loses more than the 11 bits of float16 do. `loss` is the largest
rounding error over the largest magnitude, of the example as stored. The attributes say format,
version and provenance, and of each input its features and axes, the method with its options, target
and seed, and the SHA-256 of the model and of the shard the maps were made from.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
import pandas as pd

from nascent.attribute.results import Attributions
from nascent.errors import StoreError, did_you_mean
from nascent.hdf5 import Hdf5Reader, hdf5_written, read_ids
from nascent.store_layout import CODECS

FORMAT = "nascent-maps"
VERSION = 3
COLUMNS: Mapping[str, type] = {
    "prediction": np.float64,
    "prediction_baseline": np.float64,
    "completeness_gap": np.float64,
    "steps": np.int64,
    "converged": np.bool_,
    "loss": np.float64,
}
Places = tuple[int, ...]
"""Of an input along each of its axes but the features."""
ENTRY, PLACE, FEATURE = "entry", "place", "feature"
AXES: Mapping[str, Callable[[Places, int], tuple[int, ...]]] = {
    ENTRY: lambda places, features: (*places, features),
    PLACE: lambda places, features: (*places, 1),
    FEATURE: lambda places, features: (*[1] * len(places), features),
}
"""Kind of map → its shape, by the places of an input and its number of features."""
PRECISIONS = ("float16", "float32")

# Of float16 the largest finite number is 65504 and the smallest normal one 2⁻¹⁴; of float32 the
# smallest normal one is 2⁻¹²⁶.
_LARGEST, _LEAST_SCALE = 15, -126


@dataclass(frozen=True)
class MapSource:
    """What the maps of an input were made from, and how.

    Attributes
    ----------
    channels : tuple of str
        The features of the input, in their order.
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
        Number of the model's output that is explained.
    precision : str
        Of the stored maps, in PRECISIONS.
    input : str
        Name of the explained input.
    read_out : str
        What is explained: the name of a target, or of the class whose logit it is.
    """

    channels: tuple[str, ...]
    method: str
    options: Mapping[str, Any]
    seed: int
    model_sha256: str
    shard_sha256: str
    axes: str = ENTRY
    target: int = 0
    precision: str = "float32"
    input: str = "image"
    read_out: str = ""

    def map_shape(self, places: Places) -> tuple[int, ...]:
        """Return the shape of a map of an input of such places."""
        return AXES[self.axes](places, len(self.channels))


@dataclass(frozen=True)
class MapParts:
    """The map files of one input, of some examples each, in their order.

    Attributes
    ----------
    source : MapSource
    places : tuple of int
        Of the input; with no file to join, empty maps are written.
    paths : sequence of path
    """

    source: MapSource
    places: Places
    paths: Sequence[str | Path]


def open_maps(path: str | Path, name: str | None = None) -> "Maps":
    """Open a map file for reading; use it in a `with` statement or `close()` it.

    Parameters
    ----------
    path
        Of the file.
    name
        Of the input whose maps are read; None for the first.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, or no map file, or has no maps of such an input.
    """
    return Maps(path, name)


class Maps(Hdf5Reader):
    """Attribution maps of an input of the examples of one shard.

    Attributes
    ----------
    path : Path
    inputs : tuple of str
        Names of all inputs that have maps in the file.
    source : MapSource
    axes : str
        Kind of map, in AXES.
    channels : list of str
        Along the last map axis: the input's features, or `all` where a map has places alone.
    cells : pandas.DataFrame
        Columns as in COLUMNS; the index is `id`.
    ids : list
    scales : (n,) float64
        What the stored map of each example is multiplied by when it is read.
    places : tuple of int
        Of the input along each axis of places: (S, S) of crops.
    provenance : dict
    """

    noun = "file of maps"
    formats: ClassVar = {FORMAT: VERSION}
    oldest = VERSION

    def __init__(self, path: str | Path, name: str | None = None) -> None:
        self._name = name
        super().__init__(path)

    def read_parts(self, file: h5py.File) -> None:
        """Find maps and masks of the input, and read what is told of each example."""
        sources = json.loads(self.attributes["sources"])
        self.inputs: tuple[str, ...] = tuple(source["input"] for source in sources)
        self.source = _source_of(sources, self._name, self.path)
        self.provenance: dict[str, Any] = json.loads(self.attributes["provenance"])
        own = self.source.input
        self._maps: h5py.Dataset = file[f"maps/{own}"]
        self._masks: h5py.Dataset = file[f"masks/{own}"]
        self.cells = pd.DataFrame(
            {column: file[f"{column}/{own}"][:] for column in COLUMNS},
            index=pd.Index(read_ids(file["id"]), name="id"),
        )
        self.scales: np.ndarray = file[f"scale/{own}"][:]
        self.axes = self.source.axes
        self.channels = ["all"] if self.axes == PLACE else list(self.source.channels)
        self.ids: list[Hashable] = self.cells.index.tolist()
        self.places: Places = self._masks.shape[1:]

    def __len__(self) -> int:
        return self._maps.shape[0]

    def __getitem__(self, index: int) -> np.ndarray:
        """Return the map (places …, K) float32 of one example."""
        position = self._position(index)
        return _unscaled(self._maps[position], self.scales[position])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[index] for index in range(len(self)))

    def mask(self, index: int) -> np.ndarray:
        """Return the measured pixels (places …) bool of one example."""
        return self._masks[self._position(index)]

    def compressed(self, index: int) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """Return the chunks of a map and its mask, each as (filters left out, stored bytes)."""
        return (
            self._maps.id.read_direct_chunk(_chunk(self._maps, index)),
            self._masks.id.read_direct_chunk(_chunk(self._masks, index)),
        )

    def _position(self, index: int) -> int:
        if not -len(self) <= index < len(self):
            raise IndexError(f"cell {index} of {len(self)} maps")
        return index % len(self)


def write_maps(
    path: str | Path,
    attributions: Attributions,
    *,
    ids: Sequence[Hashable],
    masks: np.ndarray,
    source: MapSource,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the maps of some examples, with their masks (n, places …), as one map file.

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
    written = _Written(source, tuple(places), cells, scales)
    with _created(path, [written], record) as file:
        for cell, values in enumerate(attributions.maps):
            rounded = _rounded(values, scales[cell], source.precision)
            file[f"maps/{source.input}"][cell] = rounded
            file[f"masks/{source.input}"][cell] = masks[cell]


def join_maps(
    inputs: Sequence[MapParts], path: str | Path, *, record: Mapping[str, Any] | None = None
) -> None:
    """Write the maps of several inputs, and the examples of several files, as one file.

    Nothing is decoded on the way.

    Raises
    ------
    StoreError
        Where a file was made from another source, or two inputs have maps of other examples.
    """
    read = [_read_parts(parts) for parts in inputs]
    for one in read[1:]:
        if one.cells.index.tolist() != read[0].cells.index.tolist():
            raise StoreError(
                f"the maps of {one.source.input!r} are of other cells than those of"
                f" {read[0].source.input!r}",
                where=path,
            )
    with _created(path, read, record) as file:
        for parts in inputs:
            first = 0
            for part in parts.paths:
                with open_maps(part, parts.source.input) as maps:
                    for index in range(len(maps)):
                        for name, (skips, stored) in zip(
                            ("maps", "masks"), maps.compressed(index), strict=True
                        ):
                            dataset = file[f"{name}/{parts.source.input}"]
                            at = _chunk(dataset, first)
                            dataset.id.write_direct_chunk(at, stored, skips)
                        first += 1


@dataclass(frozen=True)
class _Written:
    """What is written of an input besides its maps and masks: one row and scale an example."""

    source: MapSource
    places: Places
    cells: pd.DataFrame
    scales: np.ndarray


def _read_parts(parts: MapParts) -> _Written:
    tables = [pd.DataFrame(columns=list(COLUMNS), dtype=float).rename_axis("id")]
    scales = [np.empty(0)]
    for part in parts.paths:
        with open_maps(part) as maps:
            if maps.source != parts.source:
                raise StoreError("these maps were made from something else", where=part)
            tables.append(maps.cells)
            scales.append(maps.scales)
    cells = pd.concat(tables[1:] or tables)
    return _Written(parts.source, parts.places, cells, np.concatenate(scales))


@contextmanager
def _created(
    path: str | Path, inputs: Sequence[_Written], record: Mapping[str, Any] | None
) -> Iterator[h5py.File]:
    codec = CODECS["blosc"]
    with hdf5_written(path) as (file, _):
        file.attrs["format"], file.attrs["version"] = FORMAT, VERSION
        sources = [asdict(one.source) for one in inputs]
        file.attrs["sources"] = json.dumps(sources, sort_keys=True)
        file.attrs["provenance"] = json.dumps(record or {}, sort_keys=True)
        ids = inputs[0].cells.index
        if pd.api.types.is_integer_dtype(ids.dtype):
            file.create_dataset("id", data=ids.to_numpy(np.int64))
        else:
            text = [str(example_id) for example_id in ids]
            file.create_dataset("id", data=text, dtype=h5py.string_dtype())
        for one in inputs:
            own = one.source.input
            for name, shape, dtype in (
                ("maps", one.source.map_shape(one.places), one.source.precision),
                ("masks", one.places, bool),
            ):
                # An empty dataset cannot have chunks of one example.
                chunks = {"maxshape": (None, *shape), "chunks": (1, *shape), **codec}
                file.create_dataset(f"{name}/{own}", (len(ids), *shape), dtype, **chunks)
            file.create_dataset(f"scale/{own}", data=one.scales.astype(np.float64))
            for name, dtype in COLUMNS.items():
                file.create_dataset(f"{name}/{own}", data=one.cells[name].to_numpy(dtype))
        yield file


def _source_of(
    sources: Sequence[Mapping[str, Any]], name: str | None, path: str | Path
) -> MapSource:
    named = {source["input"]: source for source in sources}
    if name is not None and name not in named:
        raise StoreError(
            f"there are no maps of an input {name!r}", where=path, mend=did_you_mean(name, named)
        )
    source = sources[0] if name is None else named[name]
    return MapSource(**{**source, "channels": tuple(source["channels"])})


def _chunk(dataset: h5py.Dataset, index: int) -> tuple[int, ...]:
    """Return where the chunk of an example begins."""
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
