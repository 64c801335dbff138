"""Removed entries on disk: a bit each, so that shards need not be written again.

Layout: `removed` (n, …, B) uint8, one chunk a cell, the K flags of a place packed into B bytes,
first channel first; K is the number of channels, or 1 where whole pixels are removed. `id` and
`zero` (whether the map that gave the order was zero), one value an example. The attributes say
format, version, source and provenance. The codec shuffles bits, so that bits never set cost no
disk.
"""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
import pandas as pd

from nascent.errors import StoreError
from nascent.hdf5 import Hdf5Reader, hdf5_written, read_ids
from nascent.shards.removal import ENTRIES
from nascent.store_layout import CODECS
from nascent.words import spoken

FORMAT = "nascent-removal"
VERSION = 1


@dataclass(frozen=True)
class RemovalSource:
    """What was removed, and by which order.

    Attributes
    ----------
    order
        Name of the method whose maps give it, or `random`.
    rank
        `entries`: each pixel of each channel on its own, pooled over both; `pixels`: all channels
        of a pixel together.
    fraction
        Of the example's measured entries.
    seed
        Of the random order, and of that among equal scores: numbers, in order.
    channels
        Of the crops, in the order of their last axis.
    maps_sha256
        Digests of the map files, or of nothing.
    """

    order: str
    rank: str
    fraction: float
    seed: tuple[int, ...]
    channels: tuple[str, ...]
    maps_sha256: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemovedCell:
    """What is removed of one example.

    Attributes
    ----------
    id
        Its id.
    removed
        (places …, K) bool.
    zero
        Whether all its scores were zero, so that chance alone gave the order.
    """

    id: Hashable
    removed: np.ndarray
    zero: bool = False


def open_removals(path: str | Path) -> "Removals":
    """Open a removal file for reading; use it in a `with` statement or `close()` it.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, or no removal file.
    """
    return Removals(path)


class Removals(Hdf5Reader):
    """The removed entries of examples, by their ids.

    Attributes
    ----------
    path : Path
    source : RemovalSource
    cells : pandas.DataFrame
        Column `zero`, see `RemovedCell`; the index is `id`.
    flags : int
        K: channels, or 1 where whole pixels are removed.
    """

    noun = "file of removed entries"
    formats: ClassVar = {FORMAT: VERSION}

    def read_parts(self, file: h5py.File) -> None:
        """Find what is removed, and read whose it is."""
        source = json.loads(self.attributes["source"])
        self.source = RemovalSource(
            **{
                key: tuple(value) if isinstance(value, list) else value
                for key, value in source.items()
            }
        )
        self._removed: h5py.Dataset = file["removed"]
        self.cells = pd.DataFrame(
            {"zero": file["zero"][:]},
            index=pd.Index(read_ids(file["id"]), name="id", dtype=object),
        )
        self.flags = flags_of(self.source)

    def __len__(self) -> int:
        return len(self.cells)

    def rows(self, ids: Iterable[Hashable]) -> np.ndarray:
        """Return the rows of examples, (n,) integer.

        Raises
        ------
        StoreError
            Where an example is not there.
        """
        wanted = [str(example_id) for example_id in ids]
        rows = self.cells.index.get_indexer(wanted)
        if (rows < 0).any():
            missing = wanted[int(np.argmax(rows < 0))]
            raise StoreError(
                f"nothing is said of {int((rows < 0).sum())} {spoken().examples}, the first is"
                f" {missing}",
                where=self.path,
                mend=f"Mark what is removed in all {spoken().examples} of the shards anew.",
            )
        return rows

    def refuse_other_channels(self, channels: Iterable[str]) -> None:
        """Raise StoreError unless a model's channels are those whose entries are removed."""
        if tuple(channels) != self.source.channels:
            raise StoreError(
                f"entries of {len(self.source.channels)} channels are removed, which are not those"
                " of the model",
                where=self.path,
                mend="Mark what is removed by maps of the same model.",
            )

    def of(self, row: int, mask: np.ndarray) -> np.ndarray:
        """Return which entries of an example's measured pixels are removed, (P, K) bool."""
        packed = self._removed[row][mask]
        return np.unpackbits(packed, axis=1, count=self.flags).astype(bool)


def flags_of(source: RemovalSource) -> int:
    """Return how many flags a pixel has."""
    return len(source.channels) if source.rank == ENTRIES else 1


def write_removals(
    path: str | Path,
    cells: Iterable[RemovedCell],
    *,
    places: Sequence[int],
    source: RemovalSource,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write what is removed of examples, which come one by one.

    Parameters
    ----------
    path
        Of the file; it is there when it is whole.
    cells
        In any order.
    places
        Shape of their masks, (S, S) of crops.
    source
        What is removed, and why.
    record
        Provenance.

    Raises
    ------
    StoreError
        Where an example comes twice, or its flags are not (places …, K).
    OutputError
        Where the disk is full or the folder cannot be written; no file is left.
    """
    form = (*places, flags_of(source))
    frame = (*places, -(-flags_of(source) // 8))
    ids: dict[str, bool] = {}
    with hdf5_written(path) as (file, sink):
        file.attrs["format"], file.attrs["version"] = FORMAT, VERSION
        file.attrs["source"] = json.dumps(asdict(source), sort_keys=True)
        file.attrs["provenance"] = json.dumps(record or {}, sort_keys=True)
        dataset = file.create_dataset(
            "removed",
            (0, *frame),
            np.uint8,
            maxshape=(None, *frame),
            chunks=(1, *frame),
            **CODECS["blosc"],
        )
        for cell in cells:
            if cell.removed.shape != form:
                raise StoreError(
                    f"{spoken().example} {cell.id} has flags of shape {cell.removed.shape}, not"
                    f" {form}",
                    where=path,
                )
            if str(cell.id) in ids:
                raise StoreError(f"{spoken().example} {cell.id} comes twice", where=path)
            dataset.resize(len(ids) + 1, axis=0)
            dataset[len(ids)] = np.packbits(cell.removed, axis=-1)
            ids[str(cell.id)] = cell.zero
            sink.check()
        file.create_dataset("id", data=list(ids), dtype=h5py.string_dtype())
        file.create_dataset("zero", data=np.array(list(ids.values()), bool))


def zero_maps(path: str | Path, ids: Iterable[Hashable]) -> int:
    """Return of how many examples chance alone gave the order, because their map was zero."""
    with open_removals(path) as removals:
        return int(removals.cells["zero"].to_numpy()[removals.rows(ids)].sum())


@contextmanager
def opened(path: str | Path | None) -> Iterator[Removals | None]:
    """Give the removals of a file, or None where there is no file."""
    if path is None:
        yield None
        return
    with open_removals(path) as removals:
        yield removals
