"""Writing shards: examples of all parts, mixed, by their compressed chunks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import StoreError
from nascent.examples import GROUP
from nascent.shards.cells import rows_of
from nascent.shards.digest import content_digest
from nascent.store import Store, open_store
from nascent.store_layout import Layout
from nascent.store_writer import StoreWriter
from nascent.words import spoken

# What a store says of itself anew in every file.
_OWN = ("format", "version", "codec", "channels", "inputs", "targets", "provenance")


def write_shard(
    stores: Sequence[str | Path],
    cells: pd.DataFrame,
    path: str | Path,
    *,
    split: str,
    record: Mapping[str, Any],
) -> None:
    """Write one shard: some examples of some parts, in the order given.

    Where all stores have one layout and codec their compressed chunks are copied as they are;
    otherwise they are decoded and written in the types that hold them all.

    Parameters
    ----------
    stores
        The stores of the parts; those without any of the examples are passed over.
    cells
        The examples of the shard in their order: columns id, part; see `rows_of`.
    path
        Of the shard.
    split
        train, val or test; written as a column of the table of examples.
    record
        The provenance record.

    Raises
    ------
    StoreError
        Where an example is in no store or in two, or the stores differ in inputs or targets.
    """
    ids = cells["id"].tolist()
    sources = [source for store in stores if (source := _found(store, cells)) is not None]
    _refuse_lost_or_doubled(ids, sources)
    _refuse_unlike(sources)
    first = sources[0]
    layout = first.layout.joined([source.layout for source in sources[1:]])
    alike = all(source.layout == layout and source.codec == first.codec for source in sources)
    with StoreWriter(
        path,
        layout,
        codec=first.codec,
        record=record,
        attributes=_shared_attributes(sources),
    ) as writer:
        writer.reserve(len(ids))
        copy = writer.copy_to if alike else _decode_into(writer)
        # One part after another: a study may have more parts than a job may hold files.
        for source in sources:
            with open_store(source.path) as store:
                for place, row in zip(source.places, source.rows, strict=True):
                    copy(int(place), store, int(row))
        tables = [source.examples for source in sources]
        # Groups are those of the study: a store has those that its kind of data gives.
        of_study = {name: cells[name].to_numpy() for name in (GROUP,) if name in cells}
        writer.examples = pd.concat(tables).loc[ids].assign(split=split, **of_study)


def list_shards(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Describe shards by their content.

    Returns
    -------
    pandas.DataFrame
        shard, split, cells, sha256: see `nascent.shards.digest`.
    """
    rows = []
    for path in paths:
        with open_store(path) as store:
            split = ",".join(store.columns(["split"])["split"].unique())
            rows.append((Path(path).stem, split, len(store), content_digest(store)))
    return pd.DataFrame(rows, columns=["shard", "split", "cells", "sha256"])


@dataclass(frozen=True)
class _Found:
    """What a part's store has of the wanted examples.

    Attributes
    ----------
    attributes
        Of the file, that are not of this one alone.
    places, rows
        Of each example in the shard and in the store.
    examples
        Their part of the table.
    """

    path: Path
    layout: Layout
    codec: str
    attributes: Mapping[str, Any]
    places: np.ndarray
    rows: np.ndarray
    examples: pd.DataFrame


def _found(path: str | Path, wanted: pd.DataFrame) -> _Found | None:
    with open_store(path) as store:
        rows = rows_of(store, wanted)
        places = np.flatnonzero(rows >= 0)
        if not len(places):
            return None
        return _Found(
            store.path,
            store.layout,
            store.attributes["codec"],
            {key: value for key, value in store.attributes.items() if key not in _OWN},
            places,
            rows[places],
            store.examples.iloc[rows[places]],
        )


def _decode_into(writer: StoreWriter):
    def decode(place: int, store: Store, row: int) -> None:
        writer.put(place, {path: store.array(path, row) for path in writer.layout.forms})

    return decode


def _shared_attributes(sources: Sequence[_Found]) -> dict[str, Any]:
    every = [source.attributes for source in sources]
    return {
        key: value
        for key, value in every[0].items()
        if all(other.get(key) == value for other in every)
    }


def _refuse_lost_or_doubled(ids: Sequence[Any], sources: Sequence[_Found]) -> None:
    owners = np.zeros(len(ids), np.int64)
    for source in sources:
        owners[source.places] += 1
    if not (owners == 1).all():
        place = int(np.flatnonzero(owners != 1)[0])
        holders = [str(source.path) for source in sources if place in source.places]
        raise StoreError(
            f"{spoken().example} {ids[place]} is in"
            f" {' and '.join(holders) if holders else 'no store'}",
            mend="Make splits and shards from the same examples.",
        )


def _refuse_unlike(sources: Sequence[_Found]) -> None:
    first = sources[0]
    for source in sources[1:]:
        difference = first.layout.difference(source.layout)
        if difference is not None:
            raise StoreError(
                f"its {difference} differ from those of {first.path.name}",
                where=source.path,
                mend="All parts of a study need examples of the same inputs and shapes.",
            )
