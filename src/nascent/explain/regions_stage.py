"""Maps and shards to the table of the nuclear regions the maps fall on."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from nascent.errors import StoreError, did_you_mean
from nascent.explain import regions
from nascent.explain.cells import choose_cells
from nascent.explain.readouts import Sources, of_split
from nascent.files import write_table
from nascent.store import Store, open_store

_LOGGER = logging.getLogger(__name__)


def write_regions(
    sources: Sources,
    out: str | Path,
    *,
    split: str,
    rules: Mapping[str, regions.RegionRule],
    confidence: float,
    seed: int,
) -> None:
    """Write how much of the maps falls on nuclear regions; no rows for maps without pixels.

    Parameters
    ----------
    sources
        Files of the cells, all of one split.
    out
        The table: `split` and the columns of `nascent.explain.regions.REGIONS`.
    split
        Name of the split.
    rules
        Name → region. Its channel is one of the crops, whether or not the model sees it.
    confidence
        Of the intervals.
    seed
        Of the exchanged regions.

    Raises
    ------
    StoreError
        Where the crops lack a region's channel; the nearest is named.
    """
    table = pd.DataFrame(columns=regions.REGIONS)
    if sources.axes() == "channel":
        _LOGGER.info("maps of one number a channel fall on no region: no rows")
    else:
        own = {cell.cell_id: cell for cell in _region_cells(sources.shards, rules)}
        pool = choose_cells(sources.ids(), regions.POOL, seed)
        of_cells = regions.compare_regions(
            sources.read(), own, [own[cell] for cell in pool], sources.channels(), seed=seed
        )
        table = regions.region_table(of_cells, sources.told(), confidence=confidence)
    write_table(of_split(table, split), out)


def _region_cells(
    shard_paths: Sequence[str | Path], rules: Mapping[str, regions.RegionRule]
) -> Iterator[regions.RegionCell]:
    for path in shard_paths:
        with open_store(path) as shard:
            places = {name: _channel(shard, name, rule.channel) for name, rule in rules.items()}
            for index, cell_id in enumerate(shard.cells.index.tolist()):
                image, mask = shard[index]
                found = {
                    name: regions.region_mask(image[..., places[name]], mask, rule.percentile)
                    for name, rule in rules.items()
                }
                yield regions.RegionCell(cell_id, mask, found)


def _channel(shard: Store, region: str, channel: str) -> int:
    if channel not in shard.channels:
        raise StoreError(
            f"the region {region!r} is told by a channel {channel!r}, which the crops do not have",
            where=f"explain.regions.{region}.channel",
            mend=did_you_mean(channel, shard.channels),
        )
    return shard.channels.index(channel)
