"""Attribution maps on disk: one HDF5 file a shard, chunked by example, with the rounding told.

Layout: for each explained input `maps/<input>` and `masks/<input>`, one chunk an example, and one
value an example of `scale/<input>` and of each column below, `<column>/<input>`; a map is `maps` ·
`scale`. `id` names the examples. Masks are (n, places …) bool, True where the input was measured;
where the object is another mask, `objects/<input>` holds that. The shape of maps follows from the
method's axes: `entry` (n, places …, C), a score a place and feature; `place` (n, places …, 1);
`feature` (n, 1 …, C). As float16 each map is scaled by a power of two so that its largest magnitude
lies between 2¹⁴ and 2¹⁵: nothing overflows, and down to a billionth of the largest nothing loses
more than the 11 bits of float16 do. `loss` is the largest rounding error over the largest
magnitude, of the example as stored. The attributes say format, version and provenance, and of each
input its features and axes, the method with its options, target and seed, and the SHA-256 of the
model and of the shard the maps were made from.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
import pandas as pd

from nascent.errors import StoreError, did_you_mean
from nascent.hdf5 import Hdf5Reader, read_ids
from nascent.words import spoken

FORMAT = "nascent-maps"
VERSION = 4
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
    precision : str
        Of the stored maps, in PRECISIONS.
    input : str
        Name of the explained input.
    read_out : str
        What is explained, see `nascent.task.Task.read_outs`: the name of a target, or of the class
        whose logit it is; empty for the first output of a model of which no target is known.
    """

    channels: tuple[str, ...]
    method: str
    options: Mapping[str, Any]
    seed: int
    model_sha256: str
    shard_sha256: str
    axes: str = ENTRY
    precision: str = "float32"
    input: str = "image"
    read_out: str = ""

    def map_shape(self, places: Places) -> tuple[int, ...]:
        """Return the shape of a map of an input of such places."""
        return AXES[self.axes](places, len(self.channels))


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
        self._objects: h5py.Dataset | None = file.get(f"objects/{own}")
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
        return unscaled(self._maps[position], self.scales[position])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[index] for index in range(len(self)))

    def mask(self, index: int) -> np.ndarray:
        """Return the measured pixels (places …) bool of one example."""
        return self._masks[self._position(index)]

    @property
    def has_objects(self) -> bool:
        """Whether the objects lie elsewhere than where the input was measured."""
        return self._objects is not None

    def object(self, index: int) -> np.ndarray:
        """Return the places (places …) bool of the object of one example."""
        masks = self._masks if self._objects is None else self._objects
        return masks[self._position(index)]

    def compressed(self, index: int) -> dict[str, tuple[int, bytes]]:
        """Return the chunks of an example's map and masks as (filters left out, stored bytes)."""
        stored = {"maps": self._maps, "masks": self._masks, "objects": self._objects}
        return {
            name: dataset.id.read_direct_chunk(chunk_of(dataset, index))
            for name, dataset in stored.items()
            if dataset is not None
        }

    def _position(self, index: int) -> int:
        if not -len(self) <= index < len(self):
            raise IndexError(f"{spoken().example} {index} of {len(self)} maps")
        return index % len(self)


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


def chunk_of(dataset: h5py.Dataset, index: int) -> tuple[int, ...]:
    """Return where the chunk of an example begins."""
    return (index, *[0] * (dataset.ndim - 1))


def unscaled(stored: np.ndarray, scale: float) -> np.ndarray:
    """Return a stored map times its scale, float32."""
    found = stored.astype(np.float32, copy=False)
    return found if scale == 1 else found * np.float32(scale)
