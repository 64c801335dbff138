"""Writing shards: cells of all wells, mixed, by their compressed chunks."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import StoreError
from nascent.shards.cells import rows_of
from nascent.store import Store, StoreWriter, open_store

# What a store says of itself anew in every file.
_OWN = ("format", "version", "codec", "channels", "provenance")


def write_shard(
    stores: Sequence[str | Path],
    cells: pd.DataFrame,
    path: str | Path,
    *,
    split: str,
    record: Mapping[str, Any],
) -> None:
    """Write one shard: some cells of some wells' crops, in the order given.

    Where all crops have one dtype and codec their compressed chunks are copied as they are;
    otherwise they are decoded and written in the dtype that holds them all.

    Parameters
    ----------
    stores
        The wells' crop stores; those without any of the cells are passed over.
    cells
        The cells of the shard in their order: columns cell_id, plate, well; see `rows_of`.
    path
        Of the shard.
    split
        train, val or test; written as a column of the cell table.
    record
        The provenance record.

    Raises
    ------
    StoreError
        Where a cell is in no store or in two, or the stores' channels or crop sizes differ.
    """
    with ExitStack() as stack:
        found = [_Found(stack.enter_context(open_store(store)), cells) for store in stores]
        cell_ids = cells["cell_id"].tolist()
        sources = [source for source in found if len(source.places)]
        _refuse_lost_or_doubled(cell_ids, sources)
        _refuse_unlike(sources)
        dtype = np.result_type(*(source.store.dtype for source in sources))
        alike = {(source.store.dtype, source.store.attributes["codec"]) for source in sources}
        first = sources[0].store

        writer = stack.enter_context(
            StoreWriter(
                path,
                channels=first.channels,
                size=first.size,
                dtype=dtype,
                codec=first.attributes["codec"],
                record=record,
                attributes=_shared_attributes(sources),
            )
        )
        copy = writer.copy_from if len(alike) == 1 else _decode_into(writer)
        for source, row in _in_order(sources, len(cell_ids)):
            copy(source.store, row)
        tables = [source.store.cells.iloc[source.rows] for source in sources]
        writer.cells = pd.concat(tables).loc[cell_ids].assign(split=split)


def list_shards(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Describe shards by their content.

    Returns
    -------
    pandas.DataFrame
        shard, split, cells, sha256: the digest of the channels, of every cell's mask and pixels as
        measured and of the cell table, the same whatever codec or version of a library wrote them.
    """
    rows = []
    for path in paths:
        with open_store(path) as store:
            split = ",".join(store.cells["split"].unique())
            rows.append((Path(path).stem, split, len(store), content_digest(store)))
    return pd.DataFrame(rows, columns=["shard", "split", "cells", "sha256"])


def content_digest(store: Store) -> str:
    """Return the SHA-256 of a store's channels, masks, pixels and cell table, in hexadecimal.

    The table counts because it holds the target: pixels alone would not tell that it has changed.
    """
    digest = hashlib.sha256("\n".join(store.channels).encode())
    digest.update(f"\n{store.size} {store.dtype.str}\n".encode())
    table = store.cells.drop(columns="split", errors="ignore")
    digest.update(table.to_csv(sep="\t", lineterminator="\n").encode())
    for row in range(len(store)):
        image, mask = store[row]
        digest.update(np.packbits(mask).tobytes())
        # Unmeasured pixels are zero in every store: the mask says all of them.
        digest.update(image[mask].tobytes())
    return digest.hexdigest()


class _Found:
    """A well's store with the wanted cells it has: their rows in it, their places in the shard."""

    def __init__(self, store: Store, cells: pd.DataFrame) -> None:
        self.store = store
        rows = rows_of(store, cells)
        self.places = np.flatnonzero(rows >= 0)
        self.rows = rows[self.places]


def _in_order(sources: Sequence[_Found], cells: int) -> list[tuple[_Found, int]]:
    ordered: list[tuple[_Found, int]] = [None] * cells
    for source in sources:
        for place, row in zip(source.places, source.rows, strict=True):
            ordered[place] = (source, int(row))
    return ordered


def _decode_into(writer: StoreWriter):
    def decode(store: Store, row: int) -> None:
        image, mask = store[row]
        writer.append(image[None].astype(writer.dtype), mask[None])

    return decode


def _shared_attributes(sources: Sequence[_Found]) -> dict[str, Any]:
    every = [source.store.attributes for source in sources]
    return {
        key: value
        for key, value in every[0].items()
        if key not in _OWN and all(other.get(key) == value for other in every)
    }


def _refuse_lost_or_doubled(cell_ids: Sequence[Any], sources: Sequence[_Found]) -> None:
    owners = np.zeros(len(cell_ids), np.int64)
    for source in sources:
        owners[source.places] += 1
    if not (owners == 1).all():
        place = int(np.flatnonzero(owners != 1)[0])
        holders = [str(source.store.path) for source in sources if place in source.places]
        raise StoreError(
            f"cell {cell_ids[place]} is in {' and '.join(holders) if holders else 'no store'}",
            mend="Make crops and splits from the same wells.",
        )


def _refuse_unlike(sources: Sequence[_Found]) -> None:
    first = sources[0].store
    for source in sources[1:]:
        store = source.store
        if store.channels != first.channels or store.size != first.size:
            what = "channels" if store.channels != first.channels else "crop size"
            raise StoreError(
                f"its {what} differ from those of {first.path.name}",
                where=store.path,
                mend="All wells of a study need the same channels and crop size.",
            )
