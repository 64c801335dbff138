"""Writing map files, and joining those of some examples each; see `nascent.attribute.maps`."""

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from nascent.attribute.maps import (
    COLUMNS,
    FORMAT,
    VERSION,
    MapSource,
    Places,
    chunk_of,
    open_maps,
    unscaled,
)
from nascent.attribute.results import Attributions
from nascent.errors import StoreError
from nascent.hdf5 import hdf5_written
from nascent.kind import with_article
from nascent.store_layout import CODECS
from nascent.words import spoken

# Of float16 the largest finite number is 65504 and the smallest normal one 2⁻¹⁴; of float32 the
# smallest normal one is 2⁻¹²⁶.
_LARGEST, _LEAST_SCALE = 15, -126


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


def write_maps(
    path: str | Path,
    attributions: Attributions,
    *,
    ids: Sequence[Hashable],
    masks: np.ndarray,
    source: MapSource,
    objects: np.ndarray | None = None,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write the maps of some examples, with their masks (n, places …), as one map file.

    The masks of the objects are given where they are not those of what was measured.

    Raises
    ------
    StoreError
        Where the maps have another shape than the source's axes give.
    """
    count, *places = masks.shape
    wanted = source.map_shape(tuple(places))
    if attributions.maps.shape != (count, *wanted):
        raise StoreError(
            f"maps of the axes {source.axes!r} have the shape {wanted}"
            f" {with_article(spoken().example)}; these are {attributions.maps.shape}",
            where=path,
        )
    scales = np.array([_scale(values, source.precision) for values in attributions.maps])
    # Rounded once for the loss and once to be written: the maps of a file need not fit in memory
    # twice.
    loss = [
        _loss(values, unscaled(_rounded(values, scale, source.precision), scale))
        for values, scale in zip(attributions.maps, scales, strict=True)
    ]
    told = {name: getattr(attributions, name) for name in COLUMNS if name != "loss"}
    cells = pd.DataFrame(told | {"loss": loss}, index=pd.Index(ids, name="id"))
    written = _Written(source, tuple(places), cells, scales, objects is not None)
    with _created(path, [written], record) as file:
        for cell, values in enumerate(attributions.maps):
            rounded = _rounded(values, scales[cell], source.precision)
            file[f"maps/{source.input}"][cell] = rounded
            file[f"masks/{source.input}"][cell] = masks[cell]
            if objects is not None:
                file[f"objects/{source.input}"][cell] = objects[cell]


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
                f"the maps of {one.source.input!r} are of other {spoken().examples} than those of"
                f" {read[0].source.input!r}",
                where=path,
            )
    with _created(path, read, record) as file:
        for parts in inputs:
            first = 0
            for part in parts.paths:
                with open_maps(part, parts.source.input) as maps:
                    for index in range(len(maps)):
                        for name, (skips, stored) in maps.compressed(index).items():
                            dataset = file[f"{name}/{parts.source.input}"]
                            at = chunk_of(dataset, first)
                            dataset.id.write_direct_chunk(at, stored, skips)
                        first += 1


@dataclass(frozen=True)
class _Written:
    """What is written of an input besides its maps and masks: one row and scale an example."""

    source: MapSource
    places: Places
    cells: pd.DataFrame
    scales: np.ndarray
    has_objects: bool


def _read_parts(parts: MapParts) -> _Written:
    tables = [pd.DataFrame(columns=list(COLUMNS), dtype=float).rename_axis("id")]
    scales, has_objects = [np.empty(0)], False
    for part in parts.paths:
        with open_maps(part) as maps:
            if maps.source != parts.source:
                raise StoreError("these maps were made from something else", where=part)
            tables.append(maps.cells)
            scales.append(maps.scales)
            has_objects = maps.has_objects
    cells = pd.concat(tables[1:] or tables)
    return _Written(parts.source, parts.places, cells, np.concatenate(scales), has_objects)


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
                *([("objects", one.places, bool)] if one.has_objects else []),
            ):
                # An empty dataset cannot have chunks of one example.
                chunks = {"maxshape": (None, *shape), "chunks": (1, *shape), **codec}
                file.create_dataset(f"{name}/{own}", (len(ids), *shape), dtype, **chunks)
            file.create_dataset(f"scale/{own}", data=one.scales.astype(np.float64))
            for name, dtype in COLUMNS.items():
                file.create_dataset(f"{name}/{own}", data=one.cells[name].to_numpy(dtype))
        yield file


def _scale(values: np.ndarray, precision: str) -> float:
    """Return the power of two a map is divided by: division and product then round nothing."""
    peak = float(np.abs(values).max(initial=0))
    if precision == "float32" or peak == 0 or not np.isfinite(peak):
        return 1.0
    return 2.0 ** max(int(np.frexp(peak)[1]) - _LARGEST, _LEAST_SCALE)


def _rounded(values: np.ndarray, scale: float, precision: str) -> np.ndarray:
    return (values / np.float32(scale)).astype(precision)


def _loss(values: np.ndarray, read: np.ndarray) -> float:
    """Return the largest rounding error over the largest magnitude; 0 for a zero map."""
    peak = float(np.abs(values).max(initial=0))
    return float(np.abs(read - values).max() / peak) if peak else 0.0
