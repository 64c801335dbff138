"""The stage of the biological read-outs: from maps, shards and shares to their tables."""

import logging
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nascent.attribute.maps import open_maps
from nascent.errors import StoreError, did_you_mean
from nascent.explain import clusters, regions, similarity
from nascent.explain.cells import ExplainedCell, choose_cells, explained_cells
from nascent.explain.trend import TREND, trend_table
from nascent.files import read_table, write_table
from nascent.shards.normalise import Normaliser
from nascent.store import Store, open_store

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sources:
    """The files of some explained cells.

    Attributes
    ----------
    maps, shards : list of path
        Map files of one model and method, and the shard of each.
    cells : path
        Their shares, as `nascent.explain.stage.explain_maps` writes them.
    normaliser : Normaliser
        From the shards' pixels as measured to the model's input.
    """

    maps: Sequence[str | Path]
    shards: Sequence[str | Path]
    cells: str | Path
    normaliser: Normaliser

    def told(self) -> pd.DataFrame:
        """Return split, group and well of the cells by `cell_id`."""
        required = ["cell_id", "split", "group", "well"]
        return read_table(self.cells, required=required).set_index("cell_id")

    def ids(self) -> list[Hashable]:
        """Return the ids of the cells that have maps, in their order."""
        found: list[Hashable] = []
        for path in self.maps:
            with open_maps(path) as maps:
                found += maps.cell_ids
        return found

    def axes(self) -> str:
        """Return what kind of maps these are; `pixel` where there are none."""
        for path in self.maps:
            with open_maps(path) as maps:
                return maps.axes
        return "pixel"

    def channels(self) -> list[str]:
        """Return the channels of the maps."""
        for path in self.maps:
            with open_maps(path) as maps:
                return maps.channels
        return list(self.normaliser.inputs)

    def read(self, chosen: Sequence[Hashable] | None = None) -> Iterator[ExplainedCell]:
        """Yield the cells, or those chosen, one in memory at a time."""
        return explained_cells(self.maps, self.shards, self.normaliser, chosen=chosen)


def write_similarity(
    sources: Sources,
    out: str | Path,
    *,
    split: str,
    exchanges: int,
    bins: int,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write which images the maps look like; no rows for maps without pixels.

    Parameters
    ----------
    sources
        Files of the cells, all of one split.
    out
        The table: `split` and the columns of `nascent.explain.similarity.SIMILARITY`.
    split
        Name of the split.
    exchanges, bins, confidence, draws, seed
        See `nascent.explain.similarity`.
    """
    table = pd.DataFrame(columns=similarity.SIMILARITY)
    if sources.axes() == "channel":
        _LOGGER.info("maps of one number a channel look like no image: no rows")
    else:
        pool = choose_cells(sources.ids(), similarity.POOL, seed)
        others = [
            similarity.OtherCell(cell.cell_id, cell.image, cell.mask) for cell in sources.read(pool)
        ]
        compared = similarity.compare(
            sources.read(), others, exchanges=exchanges, bins=bins, seed=seed
        )
        table = similarity.similarity_table(
            compared,
            sources.told(),
            sources.channels(),
            list(sources.normaliser.inputs),
            confidence=confidence,
            draws=draws,
            seed=seed,
        )
    write_table(_of_split(table, split), out)


def write_clusters(
    sources: Sources,
    out: str | Path,
    distances_out: str | Path,
    *,
    split: str,
    smoothing: float,
    largest: int,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write which channels have maps alike, and their distances; no rows without such maps.

    Parameters
    ----------
    sources
        Files of the cells, all of one split.
    out, distances_out
        The tables: `split` and the columns of `nascent.explain.clusters.CLUSTERS` and `DISTANCES`.
    split
        Name of the split.
    smoothing, largest, confidence, draws, seed
        See `nascent.explain.clusters`.
    """
    table = pd.DataFrame(columns=clusters.CLUSTERS)
    distances = pd.DataFrame(columns=clusters.DISTANCES)
    if sources.axes() != "pixel":
        _LOGGER.info("maps without pixels of each channel cannot be grouped: no rows")
    else:
        others = list(sources.read(choose_cells(sources.ids(), clusters.POOL, seed)))
        found = clusters.correlate(sources.read(), others, sigma=smoothing, seed=seed)
        table, distances = clusters.cluster_channels(
            found,
            sources.channels(),
            largest=largest,
            confidence=confidence,
            draws=draws,
            seed=seed,
        )
    write_table(_of_split(table, split), out)
    write_table(_of_split(distances, split), distances_out)


def write_regions(
    sources: Sources,
    out: str | Path,
    *,
    split: str,
    rules: Mapping[str, regions.RegionRule],
    confidence: float,
    draws: int,
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
    confidence, draws, seed
        Of the intervals; the seed draws the exchanged regions too.

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
        options = {"confidence": confidence, "draws": draws, "seed": seed}
        table = regions.region_table(of_cells, sources.told(), **options)
    write_table(_of_split(table, split), out)


def write_trend(
    cells_path: str | Path,
    channels: Sequence[str],
    out: str | Path,
    *,
    split: str,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Write how each channel's share changes with the target; no rows for maps without channels.

    Parameters
    ----------
    cells_path
        Shares of the cells, as `nascent.explain.stage.explain_maps` writes them.
    channels
        Of the model's input.
    out
        The table: `split` and the columns of `TREND`.
    split
        Of the cells that are used.
    confidence, draws, seed
        See `trend_table`.
    """
    cells = read_table(cells_path, required=["cell_id", "split", "target", "well"])
    cells = cells[cells["split"] == split].set_index("cell_id")
    table = pd.DataFrame(columns=TREND)
    if not set(channels) <= set(cells.columns):
        _LOGGER.info("maps without channels have no shares that could change: no rows")
    else:
        options = {"confidence": confidence, "draws": draws, "seed": seed}
        table = trend_table(cells[list(channels)], cells["target"], cells["well"], **options)
    write_table(_of_split(table, split), out)


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


def _of_split(table: pd.DataFrame, split: str) -> pd.DataFrame:
    return table.assign(split=split)[["split", *table.columns]]
