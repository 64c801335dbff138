"""Maps and shards to profiles from centre to edge, and to mean maps."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nascent.explain.radial.mean_maps import MeanMapSums, write_mean_maps
from nascent.explain.radial.profiles import ALL, RADIAL, Profiles, profiles_of, radial_table, top
from nascent.explain.reading.cells import ExplainedCell, explained_cells
from nascent.explain.reading.readouts import Sources, write_read_out
from nascent.explain.reading.strata import ordered
from nascent.store import Store, open_store
from nascent.store_layout import input_path

TOP = 3
"""Channels whose mean maps are kept, those with the largest share of the maps."""


def write_radial(
    sources: Sources,
    out: str | Path,
    maps_out: str | Path,
    *,
    split: str,
    confidence: float,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Write profiles and mean maps; no rows, and no examples, for maps without pixels.

    Parameters
    ----------
    sources
        Files of the examples, all of one split.
    out
        The table: `split` and the columns of `nascent.explain.radial.profiles.RADIAL`.
    maps_out
        The mean maps, see `nascent.explain.radial.mean_maps`: of all channels together and of the
        `TOP` ones.
    split
        Name of the split.
    confidence
        Of the intervals.
    record
        Of provenance, which the file of mean maps holds.
    """
    cells = sources.strata_table()
    channels = [*(name for name in sources.channels() if name != ALL), ALL]
    sums = MeanMapSums(ordered(cells["stratum"]), channels)
    chosen = [len(channels) - 1]

    def read_out():
        found, totals = _profiles(sources, sums, channels, cells["stratum"].to_dict())
        chosen[:] = top(found, totals, TOP)
        return radial_table(found, cells, confidence=confidence)

    write_read_out(
        sources, out, read_out, split=split, columns=RADIAL, otherwise="have no centre and edge"
    )
    write_mean_maps(sums.means(chosen), maps_out, record=record)


def _profiles(
    sources: Sources, sums: MeanMapSums, channels: list[str], strata: Mapping[Any, str]
) -> tuple[Profiles, np.ndarray]:
    """Return the profiles, and the mean share of each channel; adds each map to the sums."""
    ids, found, totals = [], [], np.zeros(len(channels) - 1)
    places_alone = len(channels) == 1
    for cell, image in _with_raw_images(sources):
        scores = cell.map
        told = profiles_of(scores, image, cell.object)
        found.append(told[:, -1:] if places_alone else told)
        sums.add(scores, cell.object, strata[cell.id])
        ids.append(cell.id)
        size = np.abs(scores[cell.object]).sum(axis=0, dtype=np.float64)
        if not places_alone and size.sum() > 0:
            totals += size / size.sum()
    stacked = np.array(found).reshape(len(found), 2, len(channels), -1)
    return Profiles(ids, channels, stacked[:, 0], stacked[:, 1]), totals


def _with_raw_images(sources: Sources) -> Iterator[tuple[ExplainedCell, np.ndarray]]:
    """Yield the examples, each with its features as measured (places …, C)."""
    features = sources.features()
    for maps, shard in zip(sources.maps, sources.shards, strict=True):
        with open_store(shard) as store:
            rows = {each: row for row, each in enumerate(store.examples.index.tolist())}
            columns = [store.channels.index(name) for name in features]
            for cell in explained_cells([maps], [shard], sources.inputs):
                yield cell, _raw(store, rows[cell.id])[..., columns]


def _raw(store: Store, row: int) -> np.ndarray:
    return store.array(input_path(store.input().name), row)
